"""Amazon ECR: storage of private repositories."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.tables import Draft, Tables, draft, quoted


def rows(tables: Tables) -> Iterator[Draft]:
    """Single quotes of 2026."""
    yield from quoted("aws/ecr/")
    for row in tables.read("aws_facts_2026", "ecr"):
        if row.sku == "Storage":
            yield draft(row, "aws/ecr/storage", "GB")
