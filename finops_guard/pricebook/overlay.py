"""The overlay: prices read from the vendors' feeds, kept beside the shipped book and preferred to it.

An overlay is a book of its own with one more table, the feeds that it was read from. It is written anew and put in the
old one's place in one step; a run that fails or is broken off leaves the old one as it was.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from finops_guard.errors import PricingError
from finops_guard.pricebook.build import SCHEMA, SCHEMA_VERSION, middle_day

FEED_TABLE = """
CREATE TABLE feed (name TEXT PRIMARY KEY, version TEXT NOT NULL, as_of TEXT NOT NULL, source INTEGER NOT NULL) WITHOUT ROWID;
"""
DETAIL = (
    "SELECT product.name, region.name, product.unit, source.kind, source.as_of, source.text, price.start, price.usd"
    " FROM price JOIN product ON product.id = price.product JOIN region ON region.id = price.region"
    " JOIN source ON source.id = price.source"
)


@dataclass(frozen=True, slots=True)
class Listed:
    """All tiers of one product in one region, as a book holds them: ((from units, USD), ...), ascending."""

    product: str
    region: str
    unit: str
    kind: str
    as_of: str
    source: str
    tiers: tuple[tuple[Decimal, Decimal], ...]

    @property
    def first(self) -> Decimal:
        """The price of the first paid unit; 0 when nothing is paid."""
        return next((usd for _, usd in self.tiers if usd), Decimal(0))


def listed(connection: sqlite3.Connection, where: str = "1", values: Iterable[str] = ()) -> Iterator[Listed]:
    """The prices of a book, ordered by product and region."""
    rows = connection.execute(f"{DETAIL} WHERE {where} ORDER BY 1, 2", tuple(values))
    for (product, region), tiers in itertools.groupby(rows, key=lambda row: row[:2]):
        group = list(tiers)
        unit, kind, as_of, source = group[0][2:6]
        steps = tuple(sorted((Decimal(row[6]), Decimal(row[7])) for row in group))
        yield Listed(product, region, unit, kind, as_of, source, steps)


def read_only(path: Path) -> str:
    """The URI under which SQLite opens a file that nobody changes."""
    return f"{path.resolve().as_uri()}?mode=ro&immutable=1"


def open_book(path: Path) -> sqlite3.Connection:
    """A book or overlay, read only. Raises PricingError when the file is none."""
    connection = sqlite3.connect(read_only(path), uri=True)
    try:
        row = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
        connection.execute("SELECT 1 FROM price LIMIT 1")
    except sqlite3.DatabaseError:
        connection.close()
        raise PricingError(
            f"{path} is not a price book", hint="delete it, or run `finops-guard catalog update`"
        ) from None
    if row is None or row[0] != SCHEMA_VERSION:
        connection.close()
        raise PricingError(
            f"{path} was made by another version of finops-guard", hint="run `finops-guard catalog update` again"
        )
    return connection


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed that prices of an overlay come from."""

    name: str
    version: str
    as_of: str
    source: str


def feeds(connection: sqlite3.Connection) -> list[FeedRow]:
    """The feeds of an overlay, by name."""
    query = (
        "SELECT feed.name, version, feed.as_of, source.text FROM feed JOIN source ON source.id = feed.source ORDER BY 1"
    )
    return [FeedRow(*row) for row in connection.execute(query)]


def write(target: Path, prices: Iterable[Listed], read_from: Iterable[FeedRow], today: date) -> None:
    """Write an overlay and put it in the place of `target` in one step."""

    def fill(connection: sqlite3.Connection) -> None:
        connection.executescript(SCHEMA + FEED_TABLE)
        connection.execute("BEGIN")
        names = _Numbers(connection)
        total = hashlib.sha256()
        for item in prices:
            for start, usd in item.tiers:
                total.update(
                    f"{item.product}|{item.region}|{start}|{usd}|{item.unit}|{item.as_of}|{item.source}\n".encode()
                )
            names.insert(item)
        names.write()
        for feed in sorted(read_from, key=lambda feed: feed.name):
            number = names.source(("list", feed.as_of, feed.source), connection)
            connection.execute("INSERT INTO feed VALUES (?, ?, ?, ?)", (feed.name, feed.version, feed.as_of, number))
        meta = {"schema": SCHEMA_VERSION, "digest": f"sha256:{total.hexdigest()}", "written": today.isoformat()}
        meta["as_of"] = middle_day(connection)
        connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        connection.execute("COMMIT")

    replaced(target, fill)


def replaced(target: Path, fill: Callable[[sqlite3.Connection], None], start: Path | None = None) -> None:
    """Make a new SQLite file (from a copy of `start`) and put it in `target`'s place when it is whole and on disk."""
    folder = target.parent.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.stem}-", suffix=".sqlite", dir=folder)
    os.close(handle)
    try:
        if start is not None:
            shutil.copyfile(start, name)
        connection = sqlite3.connect(Path(name).as_uri(), isolation_level=None, uri=True)
        try:
            connection.execute("PRAGMA journal_mode = OFF")
            fill(connection)
        finally:
            connection.close()
        with open(name, "rb+") as file:
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


class _Numbers:
    """Gives products, regions and sources their numbers while prices are inserted."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.products: dict[str, tuple[int, str]] = {}
        self.regions: dict[str, int] = {}
        self.sources: dict[tuple[str, str, str], int] = {}

    def insert(self, item: Listed) -> None:
        number, unit = self.products.setdefault(item.product, (len(self.products) + 1, item.unit))
        if unit != item.unit:
            raise PricingError(f"{item.product} is priced per {unit} and per {item.unit}")
        region = self.regions.setdefault(item.region, len(self.regions) + 1)
        source = self.sources.setdefault((item.kind, item.as_of, item.source), len(self.sources) + 1)
        rows = [(number, region, format(start, "f"), format(usd, "f"), source) for start, usd in item.tiers]
        self.connection.executemany("INSERT INTO price VALUES (?, ?, ?, ?, ?)", rows)

    def write(self) -> None:
        products = ((number, name, unit) for name, (number, unit) in self.products.items())
        self.connection.executemany("INSERT INTO product VALUES (?, ?, ?)", products)
        self.connection.executemany(
            "INSERT INTO region VALUES (?, ?)", ((number, name) for name, number in self.regions.items())
        )
        self.connection.executemany(
            "INSERT INTO source VALUES (?, ?, ?, ?)", ((number, *key) for key, number in self.sources.items())
        )

    def source(self, key: tuple[str, str, str], connection: sqlite3.Connection) -> int:
        """The number of a source, entered now if no price is from it."""
        if key not in self.sources:
            self.sources[key] = len(self.sources) + 1
            connection.execute("INSERT INTO source VALUES (?, ?, ?, ?)", (self.sources[key], *key))
        return self.sources[key]


# What the overlay does not replace: a newer list price of the book, and products that the book counts in another unit.
MERGE = """
CREATE TEMP TABLE taken AS
SELECT DISTINCT o_price.product AS product, o_price.region AS region FROM o.price AS o_price
JOIN o.product AS o_product ON o_product.id = o_price.product JOIN o.region AS o_region ON o_region.id = o_price.region
JOIN o.source AS o_source ON o_source.id = o_price.source
LEFT JOIN main.product ON product.name = o_product.name LEFT JOIN main.region ON region.name = o_region.name
WHERE (product.unit IS NULL OR product.unit = o_product.unit) AND NOT EXISTS (
    SELECT 1 FROM main.price JOIN main.source ON source.id = price.source
    WHERE price.product = main.product.id AND price.region = main.region.id
    AND source.kind IN ('list', 'relayed') AND source.as_of > o_source.as_of
);
INSERT OR IGNORE INTO main.product (name, unit) SELECT name, unit FROM o.product WHERE id IN (SELECT product FROM taken);
INSERT OR IGNORE INTO main.region (name) SELECT name FROM o.region WHERE id IN (SELECT region FROM taken);
CREATE TEMP TABLE product_ids AS SELECT o.product.id AS o, main.product.id AS ours FROM o.product JOIN main.product USING (name);
CREATE TEMP TABLE region_ids AS SELECT o.region.id AS o, main.region.id AS ours FROM o.region JOIN main.region USING (name);
CREATE UNIQUE INDEX temp.by_product ON product_ids (o);
CREATE UNIQUE INDEX temp.by_region ON region_ids (o);
DELETE FROM main.price WHERE (product, region) IN (
    SELECT p.ours, r.ours FROM taken JOIN product_ids AS p ON p.o = taken.product JOIN region_ids AS r ON r.o = taken.region
);
INSERT INTO main.source SELECT id + (SELECT max(id) FROM main.source), kind, as_of, text FROM o.source;
"""
MERGE_PRICES = """
INSERT INTO main.price SELECT p.ours, r.ours, price.start, price.usd, price.source + ? FROM o.price AS price
JOIN taken ON taken.product = price.product AND taken.region = price.region
JOIN product_ids AS p ON p.o = price.product JOIN region_ids AS r ON r.o = price.region
"""


def merge(base: Path, overlay: Path, target: Path) -> None:
    """Write the book that pricing reads: `base` with the prices of `overlay` in place of its own."""
    open_book(overlay).close()

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("ATTACH ? AS o", (read_only(overlay),))
        (shift,) = connection.execute("SELECT max(id) FROM main.source").fetchone()
        connection.executescript("BEGIN;" + MERGE)
        connection.execute(MERGE_PRICES, (shift,))
        own = dict(connection.execute("SELECT key, value FROM main.meta"))
        new = dict(connection.execute("SELECT key, value FROM o.meta"))
        both = hashlib.sha256(f"{own['digest']}+{new['digest']}".encode()).hexdigest()
        meta = {
            "digest": f"sha256:{both}", "as_of": middle_day(connection), "base_digest": own["digest"],
            "overlay_digest": new["digest"], "overlay_as_of": new["as_of"],
        }  # fmt: skip
        connection.executemany("INSERT OR REPLACE INTO main.meta VALUES (?, ?)", meta.items())
        connection.execute("COMMIT")

    replaced(target, fill, start=base)
