"""AWS CloudHSM: hours of hardware security modules."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

PAGE = {"CloudHSM Hourly": Line("aws/cloudhsm/hsm", "hours")}


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025."""
    yield from from_page(tables.read("aws_other", "cloudhsm"), PAGE)
