"""Amazon Managed Service for Apache Flink and Kinesis Data Analytics: processing units, storage, backups."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.tables import Draft, Tables, quoted


def rows(tables: Tables) -> Iterator[Draft]:
    """Single quotes."""
    yield from quoted("aws/kinesis-analytics/")
