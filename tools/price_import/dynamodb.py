"""Amazon DynamoDB: provisioned and on-demand capacity of both table classes, storage, backups, streams."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.tables import Draft, Tables, draft, quoted

HOURS, REQUESTS, GB = "capacity unit-hours", "requests", "GB"
PAGE = {
    "Provisioned Write Units": ("provisioned/write/standard", HOURS),
    "Provisioned Write Units IA": ("provisioned/write/infrequent-access", HOURS),
    "Provisioned Read Units": ("provisioned/read/standard", HOURS),
    "Provisioned Read Units IA": ("provisioned/read/infrequent-access", HOURS),
    "Provisioned Replicated Write Units": ("provisioned/replicated-write/standard", HOURS),
    "Provisioned Replicated Write Units IA": ("provisioned/replicated-write/infrequent-access", HOURS),
    "PayPerRequest Write Request Units": ("on-demand/write/standard", REQUESTS),
    "PayPerRequest Write Request Units IA": ("on-demand/write/infrequent-access", REQUESTS),
    "PayPerRequest Read Request Units": ("on-demand/read/standard", REQUESTS),
    "PayPerRequest Read Request Units IA": ("on-demand/read/infrequent-access", REQUESTS),
    "PayPerRequest Replicated Write Request Units": ("on-demand/replicated-write/standard", REQUESTS),
    "PayPerRequest Replicated Write Request Units IA": ("on-demand/replicated-write/infrequent-access", REQUESTS),
    "Data Storage Indexed GB-Mo": ("storage/standard", GB),
    "Data Storage Indexed - IA GB-Mo": ("storage/infrequent-access", GB),
    "PITR Backup Storage GB-Mo": ("backup/point-in-time", GB),
    "On-Demand Backup Storage GB-Month": ("backup/on-demand", GB),
    "Restore Data Size": ("restore", GB),
    "Streams Read Requests": ("streams/reads", REQUESTS),
}  # the rows of the account-wide free tier are left out


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025-08, after the price cut of 2024-11-01."""
    yield from quoted("aws/dynamodb/")
    for row in tables.read("aws_other", "dynamodb"):
        if row.sku in PAGE:
            product, unit = PAGE[row.sku]
            yield draft(row, f"aws/dynamodb/{product}", unit)
