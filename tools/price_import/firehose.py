"""Amazon Data Firehose: ingestion by tier, format conversion, delivery into a VPC, as far as published anywhere."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line
from price_import.published import by_component
from price_import.tables import Draft, Tables, quoted

PUBLISHED = {  # tiers: 500 TB, the next 1.5 PB, above
    "Data ingested (first 500TB)": Line("aws/firehose/ingested", "GB"),
    "Data ingested (next 1.5PB)": Line("aws/firehose/ingested", "GB", 512_000),
    "Data ingested (next 3PB)": Line("aws/firehose/ingested", "GB", 2_048_000),
    "Format conversion": Line("aws/firehose/format-conversion", "GB"),
    "VPC data": Line("aws/firehose/vpc/data", "GB"),
    "VPC AZ delivery": Line("aws/firehose/vpc/hours", "hours"),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """Single quotes, and what follows from published estimates."""
    yield from quoted("aws/firehose/")
    yield from by_component(tables, "aws_kinesis_firehose_delivery_stream", PUBLISHED)
