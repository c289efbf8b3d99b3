"""Read collected price tables and give each price a product key.

A table is a gzip CSV with the columns provider, service, region, sku_or_class, attributes_json, unit, usd, as_of, source.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table, its attributes decoded."""

    service: str
    region: str
    sku: str
    attributes: dict[str, Any]
    unit: str
    usd: Decimal
    as_of: str
    source: str

    @property
    def kind(self) -> str:
        """list, or what the table says of itself (relayed, derived)."""
        return str(self.attributes.get("kind") or "list")


@dataclass(frozen=True, slots=True)
class Draft:
    """A price on its way into the book: USD per `unit` for `product` in `region`, from `start` units a month on."""

    product: str
    region: str
    usd: Decimal
    unit: str
    kind: str
    as_of: str
    source: str
    start: Decimal = Decimal(0)


# Tables whose rows passed through a third party's service or dump, whatever the rows say.
RELAYED = {
    "aws_rds", "aws_elasticache", "aws_opensearch", "aws_other", "aws_redshift", "aws_msk", "aws_neptune", "aws_ec2_linux",
    "aws_ec2_os", "aws_rds_us_east_1", "aws_bedrock", "aws_capacity_blocks", "aws_facts_2026",
}  # fmt: skip


@dataclass(frozen=True)
class Tables:
    """The folder of price tables, and the folder of reference estimates beside it."""

    folder: Path

    def read(self, table: str, service: str | None = None) -> Iterator[Row]:
        """The rows of one table, optionally of one of its services. Rows to distrust carry `quality` among their attributes."""
        with gzip.open(self.folder / f"{table}.csv.gz", "rt", newline="", encoding="utf-8") as file:
            for raw in csv.DictReader(file):
                if service is not None and raw["service"] != service:
                    continue
                attributes = json.loads(raw["attributes_json"] or "{}")
                if table in RELAYED:
                    attributes.setdefault("kind", "relayed")
                yield Row(
                    raw["service"], raw["region"], raw["sku_or_class"], attributes, raw["unit"], Decimal(raw["usd"]),
                    raw["as_of"], raw["source"],
                )  # fmt: skip

    def plain(self, table: str) -> Iterator[dict[str, str]]:
        """The rows of a table that holds no prices (specifications, ratios)."""
        with gzip.open(self.folder / f"{table}.csv.gz", "rt", newline="", encoding="utf-8") as file:
            yield from csv.DictReader(file)

    def reference(self, resource_type: str) -> Iterator[dict[str, str]]:
        """Unit prices that follow from published estimates of one resource type: the last resort, kind `reference`."""
        path = self.folder.parent / "reference_estimates" / "unit_prices_open.csv.gz"
        with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["terraform_type"] == resource_type and row["ambiguous"] != "1":
                    yield row


def draft(
    row: Row, product: str, unit: str, *, start: Decimal | int = 0, per: Decimal | int = 1, kind: str | None = None
) -> Draft:
    """The price of `row` under a product key; `per` divides it when the row counts in larger units than the book."""
    return Draft(product, row.region, row.usd / per, unit, kind or row.kind, row.as_of, row.source, Decimal(start))


def quoted(prefix: str) -> Iterator[Draft]:
    """Prices quoted from single vendor pages (quoted.csv beside this module) whose product key starts with `prefix`."""
    with (Path(__file__).parent / "quoted.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["product"].startswith(prefix):
                yield Draft(
                    row["product"], row["region"], Decimal(row["usd"]), row["unit"], row["kind"], row["as_of"], row["text"],
                    Decimal(row["from"]),
                )  # fmt: skip


def estimated(
    row: dict[str, str], product: str, unit: str, *, region: str | None = None, per: Decimal | int = 1
) -> Draft:
    """The unit price of a row of `Tables.reference`; `per` divides it when the row counts in larger units than the book."""
    text = f"unit price that follows from a published estimate ({row['suite']} of the leading peer)"
    usd = Decimal(row["price_simplest"]) / per
    return Draft(product, region or row["region"], usd, unit, "reference", row["golden_last_changed"], text)
