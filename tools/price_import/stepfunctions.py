"""AWS Step Functions: transitions, Express requests and duration. No price list is at hand: bills, quoted pages."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.tables import Draft, Tables, draft, quoted


def rows(tables: Tables) -> Iterator[Draft]:
    """List prices on bills of 2024, then prices quoted from single pages."""
    for row in tables.read("focus_list_unit_prices", "AWS Step Functions"):
        if row.unit == "StateTransitions":
            yield draft(row, "aws/stepfunctions/standard/transitions", "transitions", kind="relayed")
    yield from quoted("aws/stepfunctions/")
