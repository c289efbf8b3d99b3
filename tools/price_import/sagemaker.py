"""Amazon SageMaker: ml instances of endpoints, notebooks, Studio apps and jobs, and their ML storage.

One component's price stands for another's where the table has only the other: wherever two components of one class are
known in a region, they agree. Classes that are not listed follow from EC2 by the ratios observed in the two US regions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from price_import.tables import Draft, Row, Tables, draft

COMPONENTS = ("hosting", "notebook", "studio", "training", "processing", "transform")
STORAGE = {
    "hosting": ("Endpoint ML storage",),
    "notebook": ("Notebook ML storage",),
    "training": ("gp2 storage training", "Training ML storage"),
    "processing": ("gp2 storage processing", "Processing ML storage"),
}
AS_TRAINING = ("hosting", "notebook")
DATA = {"Endpoint Data IN": "in", "Endpoint Data OUT": "out"}
RATIO_REGIONS = ("us-east-1", "us-west-2")
LARGER = "larger sizes"
RATIOS: dict[str, dict[str, Decimal]] = {
    "t3": {LARGER: Decimal("1.20")},
    "m5": {LARGER: Decimal("1.20")},
    "c5": {LARGER: Decimal("1.20")},
    "c7i": {LARGER: Decimal("1.20")},
    "g4dn": {"xlarge": Decimal("1.40"), LARGER: Decimal("1.25")},
    "g5": {"xlarge": Decimal("1.40"), LARGER: Decimal("1.25")},
    "g6": {"xlarge": Decimal("1.40"), LARGER: Decimal("1.25")},
    "g6e": {LARGER: Decimal("1.25")},
    "g7e": {LARGER: Decimal("1.25")},
    "p3": {LARGER: Decimal("1.25")},
    "p4d": {LARGER: Decimal("1.15")},
    "p5": {LARGER: Decimal("1.15")},
    "inf2": {"xlarge": Decimal("1.31"), LARGER: Decimal("1.20")},
    "trn1": {LARGER: Decimal("1.33")},
}


def rows(tables: Tables) -> Iterator[Draft]:
    """Listed prices of the component itself, then of another component, then EC2 prices times the observed ratio."""
    listed = [row for row in tables.read("aws_sagemaker") if "quality" not in row.attributes]
    listed += list(tables.read("aws_facts_2026", "sagemaker"))
    listed.sort(key=lambda row: row.as_of, reverse=True)
    instances = [row for row in listed if row.sku.startswith("ml.")]
    for component in COMPONENTS:
        own = [row for row in instances if component in str(row.attributes["component"]).lower()]
        yield from (_instance(row, component) for row in own)
        yield from (_instance(_borrowed(row), component) for row in instances if row not in own)
        yield from _storage(listed, component)
    for row in listed:
        if row.sku in DATA:
            yield draft(row, f"aws/sagemaker/hosting/data-{DATA[row.sku]}", "GB")
    for row in tables.read("aws_ec2_ondemand"):
        if row.region in RATIO_REGIONS and "quality" not in row.attributes:
            yield from _from_ec2(row)


def _instance(row: Row, component: str) -> Draft:
    return draft(row, f"aws/sagemaker/{component}/{row.sku}", "hours", kind=row.kind)


def _borrowed(row: Row) -> Row:
    text = f"{row.source}; price of component {row.attributes['component']}: components agree wherever two are known"
    return replace(row, source=text, attributes=row.attributes | {"kind": "derived"})


def _storage(listed: list[Row], component: str) -> Iterator[Draft]:
    product = f"aws/sagemaker/{component}/storage"
    own = STORAGE.get(component, ())
    yield from (draft(row, product, "GB-months") for row in listed if row.sku in own)
    for row in listed if component in AS_TRAINING else ():
        if row.sku == "gp2 storage training":
            rule = "training storage: where all three are known, endpoint and notebook storage cost the same"
            text = f"{row.source}; {rule}"
            yield draft(replace(row, source=text), product, "GB-months", kind="derived")


def _from_ec2(row: Row) -> Iterator[Draft]:
    family, _, size = row.sku.partition(".")
    ratios = RATIOS.get(family)
    if ratios is None or "metal" in size:
        return
    ratio = ratios.get(size, ratios[LARGER])
    text = f"{row.source}; EC2 price x {ratio}: SageMaker's observed ratio for {family} in the US regions"
    for component in COMPONENTS:
        yield Draft(
            f"aws/sagemaker/{component}/ml.{row.sku}", row.region, row.usd * ratio, "hours", "derived", row.as_of, text
        )
