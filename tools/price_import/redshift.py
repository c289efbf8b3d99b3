"""Amazon Redshift: node hours and concurrency scaling seconds."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.tables import Draft, Tables, draft, quoted

SERVERLESS = "Redshift Serverless compute charges per RPU-Hr"


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025-10, and single quotes for what it does not hold."""
    yield from quoted("aws/redshift/")
    for row in tables.read("aws_redshift"):
        if row.unit == "Hrs":
            yield draft(row, f"aws/redshift/node/{row.sku}", "hours")
        elif row.unit == "Seconds":
            yield draft(row, f"aws/redshift/concurrency-scaling/{row.sku}", "node-seconds")
    for row in tables.read("aws_other", "redshift"):
        if row.sku == SERVERLESS:
            yield draft(row, "aws/redshift/serverless/rpu", "RPU-hours")
