"""Build catalog.sqlite from `prices/`: small, read only, one look-up per price."""

from __future__ import annotations

import csv
import os
import sqlite3
import tempfile
from decimal import Decimal, InvalidOperation
from pathlib import Path

from finops_guard.errors import PricingError
from finops_guard.model import Span
from finops_guard.pricebook import facts

SCHEMA_VERSION = "2"
SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE source (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, as_of TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE product (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, unit TEXT NOT NULL);
CREATE TABLE region (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE price (
    product INTEGER NOT NULL, region INTEGER NOT NULL, start TEXT NOT NULL, usd TEXT NOT NULL, source INTEGER NOT NULL,
    PRIMARY KEY (product, region, start)
) WITHOUT ROWID;
CREATE TABLE machine (
    provider TEXT NOT NULL, name TEXT NOT NULL, vcpus INTEGER NOT NULL, memory_gib REAL NOT NULL, gpus INTEGER NOT NULL,
    gpu_model TEXT NOT NULL, accelerators INTEGER NOT NULL, accelerator_model TEXT NOT NULL, architecture TEXT NOT NULL,
    burstable INTEGER NOT NULL, current_generation INTEGER NOT NULL, PRIMARY KEY (name, provider)
) WITHOUT ROWID;
"""


def build(prices: Path, target: Path) -> None:
    """Write the catalog to `target`, which is replaced in one step. Raises PricingError for a bad row, with file and line."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".catalog-", suffix=".sqlite", dir=target.parent)
    os.close(handle)
    try:
        connection = sqlite3.connect(name, isolation_level=None)
        try:
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;" + SCHEMA)
            _fill(connection, prices)
            connection.execute("COMMIT")  # executescript would commit by itself first
            connection.execute("VACUUM")
        finally:
            connection.close()
        os.chmod(name, 0o644)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _fill(connection: sqlite3.Connection, prices: Path) -> None:
    sources = facts.read_sources(prices)
    numbers = {name: index for index, name in enumerate(sorted(sources), 1)}
    connection.executemany(
        "INSERT INTO source VALUES (?, ?, ?, ?)",
        [(numbers[source.source], source.kind, source.as_of.isoformat(), source.text) for source in sources.values()],
    )
    products: dict[str, tuple[int, str]] = {}
    regions: dict[str, int] = {}
    for path in facts.price_files(prices):
        _insert_prices(connection, path, products, regions, numbers)
    connection.executemany(
        "INSERT INTO product VALUES (?, ?, ?)", [(i, name, unit) for name, (i, unit) in products.items()]
    )
    connection.executemany("INSERT INTO region VALUES (?, ?)", [(number, name) for name, number in regions.items()])
    _insert_machines(connection, prices)
    meta = {"schema": SCHEMA_VERSION, "digest": facts.digest(prices)}
    meta["as_of"] = middle_day(connection)
    connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())


def middle_day(connection: sqlite3.Connection) -> str:
    """The day of the book: half of its prices were read on that day or later. One fresh quote makes no book young."""
    days = connection.execute(
        "SELECT source.as_of, count(*) FROM main.price JOIN main.source ON source.id = price.source GROUP BY 1 ORDER BY 1 DESC"
    ).fetchall()
    half, seen = sum(count for _, count in days) / 2, 0
    for day, count in days:
        seen += count
        if seen >= half:
            return str(day)
    raise PricingError("there is no price in the price book")


def _insert_prices(
    connection: sqlite3.Connection,
    path: Path,
    products: dict[str, tuple[int, str]],
    regions: dict[str, int],
    sources: dict[str, int],
) -> None:
    rows = []
    for line, (product, region, start, usd, unit, source) in enumerate(facts.read_prices(path), 2):
        number, known_unit = products.setdefault(product, (len(products) + 1, unit))
        if known_unit != unit:
            raise PricingError(f"{product} is priced per {known_unit} and per {unit}", Span(str(path), line))
        if source not in sources:
            raise PricingError(f"the source {source!r} is not in sources.csv", Span(str(path), line))
        try:
            if Decimal(usd) < 0 or Decimal(start) < 0:
                raise PricingError(f"a negative price or tier: {usd}, {start}", Span(str(path), line))
        except InvalidOperation:
            raise PricingError(f"not a number: {usd!r} or {start!r}", Span(str(path), line)) from None
        rows.append((number, regions.setdefault(region, len(regions) + 1), start, usd, sources[source]))
    try:
        connection.executemany("INSERT INTO price VALUES (?, ?, ?, ?, ?)", rows)
    except sqlite3.IntegrityError:
        raise PricingError("two prices for one product, region and tier", Span(str(path))) from None


def _insert_machines(connection: sqlite3.Connection, prices: Path) -> None:
    for path in sorted((prices / "machines").glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            rows = [(path.stem, *row) for row in list(csv.reader(file))[1:]]
        connection.executemany("INSERT INTO machine VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
