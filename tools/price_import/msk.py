"""Amazon MSK: broker hours and storage."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.tables import Draft, Tables, draft, quoted

OTHER = {
    "RunVolume": ("aws/msk/storage", "GB"),
    "RunVolume GP2": ("aws/msk/storage", "GB"),
    "TieredStorage Tiered storage": ("aws/msk/tiered-storage", "GB"),
    "TieredStorage Tiered storage-DataRetrieval": ("aws/msk/tiered-storage/retrieval", "GB"),
    "Serverless Cluster-hours": ("aws/msk/serverless/cluster", "hours"),
    "Serverless Partition-hours": ("aws/msk/serverless/partition", "partition-hours"),
    "Serverless Per-GB data ingressed": ("aws/msk/serverless/data-in", "GB"),
    "Serverless Per-GB data egressed": ("aws/msk/serverless/data-out", "GB"),
    "Serverless Storage-hours": ("aws/msk/serverless/storage", "GB"),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025-10; express brokers carry their own prefix in its class names."""
    yield from quoted("aws/msk/")
    for row in tables.read("aws_msk"):
        if row.unit == "Hrs":
            yield draft(row, f"aws/msk/broker/{row.sku}", "hours")
    for row in tables.read("aws_other", "msk"):
        if row.sku in OTHER:
            yield draft(row, *OTHER[row.sku])
