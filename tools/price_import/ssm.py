"""AWS Systems Manager: advanced parameters, interactions with the parameter store, advanced nodes."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables, quoted

FACTS = {
    "Advanced parameter": Line("aws/ssm/parameter/advanced", "parameter-months"),
    "API higher throughput": Line("aws/ssm/parameter/api-interactions", "interactions", per=10_000),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """Single quotes of 2026."""
    yield from from_page(tables.read("aws_facts_2026", "ssm"), FACTS)
    yield from quoted("aws/ssm/")
