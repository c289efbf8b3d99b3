"""Amazon MSK: broker hours and storage."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.tables import Draft, Tables, draft, quoted

OTHER = {
    "RunVolume": ("aws/msk/storage", "GB"),
    "RunVolume GP2": ("aws/msk/storage", "GB"),
    "TieredStorage Tiered storage": ("aws/msk/tiered-storage", "GB"),
    "TieredStorage Tiered storage-DataRetrieval": ("aws/msk/tiered-storage/retrieval", "GB"),
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
