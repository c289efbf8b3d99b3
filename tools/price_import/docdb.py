"""Amazon DocumentDB: instances, storage, I/O, backups, serverless capacity, as far as prices are quoted anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from price_import.pages import Line
from price_import.published import by_component
from price_import.tables import Draft, Tables, quoted

PUBLISHED = {"Backup storage": Line("aws/docdb/backup", "GB")}
SIZES = {"xlarge": 2, "2xlarge": 4, "4xlarge": 8, "8xlarge": 16, "12xlarge": 24, "16xlarge": 32}
FAMILIES = {"db.r5": {**SIZES, "24xlarge": 48}, "db.r6g": SIZES}
RULE = "{} times the price of the large size: within a family the price is proportional to the size"


def rows(tables: Tables) -> Iterator[Draft]:
    """Single quotes, larger sizes derived from them, and backups of published estimates."""
    for item in quoted("aws/docdb/"):
        yield item
        yield from _larger(item)
    for resource_type in ("aws_docdb_cluster", "aws_docdb_cluster_snapshot"):
        yield from by_component(tables, resource_type, PUBLISHED)


def _larger(item: Draft) -> Iterator[Draft]:
    """The larger sizes of a quoted `large` instance."""
    *start, instance_class, variant = item.product.split("/")
    family, _, size = instance_class.rpartition(".")
    if size != "large":
        return
    for larger, times in FAMILIES.get(family, {}).items():
        product = "/".join([*start, f"{family}.{larger}", variant])
        source = f"{RULE.format(times)}: {item.source}"
        yield replace(item, product=product, usd=item.usd * times, kind="derived", source=source)
