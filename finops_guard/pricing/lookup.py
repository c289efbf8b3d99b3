"""Questions to the price book itself: search, counts, dates, coverage, known holes, and whether it is sound."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from finops_guard.pricing.catalog import Catalog

DATA = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Found:
    """One price that a search found: USD per unit from `start` units a month on."""

    product: str
    region: str
    start: str
    usd: str
    unit: str
    kind: str
    as_of: str
    source: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the book holds of one service."""

    service: str
    products: int
    prices: int
    regions: int
    oldest: str
    newest: str


SELECT = (
    "SELECT product.name, region.name, price.start, price.usd, product.unit, source.kind, source.as_of, source.text"
    " FROM price JOIN product ON product.id = price.product JOIN region ON region.id = price.region"
    " JOIN source ON source.id = price.source"
)


def by_prefix(catalog: Catalog, prefix: str, region: str | None, limit: int) -> list[Found]:
    """Prices whose product key starts with `prefix`, in a region (global prices included) or in all."""
    end = prefix.lower() + "\U0010ffff"
    return _select(catalog.connection, "product.name >= ? AND product.name < ?", [prefix.lower(), end], region, limit)


def by_text(catalog: Catalog, text: str, region: str | None, limit: int) -> list[Found]:
    """Prices whose product key holds every word of `text`."""
    words = text.lower().split()
    where = " AND ".join("product.name LIKE ? ESCAPE '\\'" for _ in words) or "1"
    escaped = [word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in words]
    return _select(catalog.connection, where, [f"%{word}%" for word in escaped], region, limit)


def _select(
    connection: sqlite3.Connection, where: str, values: list[str], region: str | None, limit: int
) -> list[Found]:
    if region:
        where += " AND region.name IN (?, 'any')"
        values = [*values, region]
    query = f"{SELECT} WHERE {where} ORDER BY product.name, region.name, CAST(price.start AS REAL) LIMIT {int(limit)}"
    return [Found(*row) for row in connection.execute(query, values)]


def coverage(catalog: Catalog) -> list[Coverage]:
    """Counts and dates by service ("aws/ec2")."""
    query = (
        "SELECT product.name, region.name, source.as_of, count(*) FROM price JOIN product ON product.id = price.product"
        " JOIN region ON region.id = price.region JOIN source ON source.id = price.source GROUP BY 1, 2, 3"
    )
    services: dict[str, tuple[set[str], set[str], set[str], list[int]]] = {}
    for product, region, as_of, count in catalog.connection.execute(query):
        entry = services.setdefault("/".join(product.split("/")[:2]), (set(), set(), set(), []))
        entry[0].add(product)
        entry[1].add(region)
        entry[2].add(as_of)
        entry[3].append(count)
    return [
        Coverage(service, len(products), sum(counts), len(regions), min(dates), max(dates))
        for service, (products, regions, dates, counts) in sorted(services.items())
    ]


def products_by_region(catalog: Catalog) -> list[tuple[str, int]]:
    """How many product keys each region has, the fullest first."""
    query = (
        "SELECT region.name, count(DISTINCT price.product) FROM price JOIN region ON region.id = price.region"
        " GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    return [(str(name), int(count)) for name, count in catalog.connection.execute(query)]


def known_holes() -> list[tuple[str, str]]:
    """What the book is known not to hold: (product or service, why), from data/price_holes.csv."""
    with (DATA / "price_holes.csv").open(newline="", encoding="utf-8") as file:
        return [(row["what"], row["why"]) for row in csv.DictReader(file)]


def problems(catalog: Catalog) -> Iterator[str]:
    """What is wrong with a book: damage, prices that are no numbers, tiers without a start, sources that say nothing."""
    connection = catalog.connection
    damage = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if damage != "ok":
        yield f"the file is damaged: {damage}"
        return
    for product, region, start, usd in connection.execute(
        "SELECT product.name, region.name, price.start, price.usd FROM price"
        " JOIN product ON product.id = price.product JOIN region ON region.id = price.region"
    ):
        try:
            if Decimal(usd) < 0 or Decimal(start) < 0:
                yield f"{product} in {region}: {usd} USD from {start}"
        except InvalidOperation:
            yield f"{product} in {region}: {usd!r} is no price"
    for product, region in connection.execute(
        "SELECT product.name, region.name FROM price JOIN product ON product.id = price.product"
        " JOIN region ON region.id = price.region GROUP BY price.product, price.region"
        " HAVING min(CAST(price.start AS REAL)) > 0"
    ):
        yield f"{product} in {region}: no price for the first unit"
    for kind, text in connection.execute("SELECT kind, text FROM source WHERE text = '' OR as_of = ''"):
        yield f"a source of kind {kind} without text or date: {text!r}"
