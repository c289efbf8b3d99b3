"""Amazon Athena: data scanned by queries."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

PAGE = {
    "Athena Queries": Line("aws/athena/data-scanned", "TB"),
    "Athena Queries Data processing": Line("aws/athena/capacity", "DPU-hours"),
    "Athena Spark - Spark_Execution": Line("aws/athena/spark", "DPU-hours"),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025-06."""
    yield from from_page(tables.read("aws_other", "athena"), PAGE)
