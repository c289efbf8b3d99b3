"""Amazon EventBridge: buses, archives, schema discovery, pipes, scheduler, API destinations."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables, quoted

FACTS = {
    "Scheduler invocations after 14M": Line("aws/eventbridge/scheduler/invocations", "invocations", per=1_000_000),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """Single quotes."""
    yield from from_page(tables.read("aws_facts_2026", "eventbridge"), FACTS)
    yield from quoted("aws/eventbridge/")
