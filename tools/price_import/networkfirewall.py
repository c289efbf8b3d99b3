"""AWS Network Firewall: endpoint hours and data. Unit prices of published estimates."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line
from price_import.published import by_component
from price_import.tables import Draft, Tables

LINES = {
    "Network Firewall Endpoint": Line("aws/networkfirewall/endpoint", "hours"),
    "Data Processed": Line("aws/networkfirewall/data-processed", "GB"),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """Published estimates."""
    yield from by_component(tables, "aws_networkfirewall_firewall", LINES)
