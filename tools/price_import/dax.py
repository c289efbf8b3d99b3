"""Amazon DynamoDB Accelerator (DAX): node hours."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.tables import Draft, Tables, quoted


def rows(tables: Tables) -> Iterator[Draft]:
    """Single quotes."""
    yield from quoted("aws/dax/")
