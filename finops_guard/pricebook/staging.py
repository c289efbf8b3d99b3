"""The prices that a refresh has read so far: one SQLite file, so that an interrupted run goes on where it stopped.

What one feed file gives is stored in one step, when the file was read to its end; pages are stored one by one with the
place of the next.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from finops_guard.errors import FeedError
from finops_guard.pricebook.facts import plain
from finops_guard.pricebook.feeds.mapping import Match

BATCH = 20_000
PRAGMAS = "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
SCHEMA = """
CREATE TABLE IF NOT EXISTS feed (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, version TEXT NOT NULL, as_of TEXT NOT NULL, text TEXT NOT NULL,
    done INTEGER NOT NULL DEFAULT 0, next TEXT NOT NULL DEFAULT '', counts TEXT NOT NULL DEFAULT '{}'
);
CREATE TABLE IF NOT EXISTS price (
    product TEXT NOT NULL, region TEXT NOT NULL, rank INTEGER NOT NULL, start TEXT NOT NULL, feed INTEGER NOT NULL,
    usd TEXT NOT NULL, unit TEXT NOT NULL, effective TEXT NOT NULL, other TEXT,
    PRIMARY KEY (product, region, rank, start, feed)
) WITHOUT ROWID;
"""
# Of two prices for one thing the one in force later holds; of two in force since one day neither does (`other`).
INSERT = """
INSERT INTO price (product, region, rank, start, feed, usd, unit, effective) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
    other = CASE WHEN excluded.effective > effective THEN NULL
                 WHEN excluded.effective = effective AND excluded.usd <> usd THEN excluded.usd ELSE other END,
    usd = CASE WHEN excluded.effective > effective THEN excluded.usd ELSE usd END,
    effective = max(effective, excluded.effective)
"""
ZERO, HIGHEST = Decimal(0), Decimal(10_000_000)  # USD per unit; anything dearer is a mistake


@dataclass(frozen=True, slots=True)
class Feed:
    """One file, or one chain of pages, of a vendor: where the prices in it are from."""

    name: str  # "AmazonEC2/us-east-1"
    version: str
    as_of: date
    text: str  # the source as people read it


@dataclass
class Collector:
    """Takes the rows of one feed that the mapping knows; counts the others by why they were left out."""

    today: date
    write: Callable[[list[tuple[object, ...]]], None]
    counts: Counter[str] = field(default_factory=Counter)
    next_page: str = ""  # set by readers of pages: where the feed goes on
    _rows: list[tuple[object, ...]] = field(default_factory=list)

    def add(self, match: Match, region: str, start: str, usd: str, unit: str, currency: str, effective: str) -> None:
        """One price of a feed. What cannot be used is counted: never half understood, never guessed."""
        rule = match.rule
        if currency != "USD":
            self.counts[f"price in {currency or 'no currency'}, not USD"] += 1
        elif region.startswith("cn-"):
            self.counts["region of the China partition"] += 1
        elif not region:
            self.counts["no region"] += 1
        elif unit.lower() not in rule.units:
            self.counts[f"unit {unit!r} of {match.product.rsplit('/', 1)[0]}: the mapping has another"] += 1
        elif effective[:10] > self.today.isoformat():
            self.counts["not yet in force"] += 1
        else:
            self._store(match, region, start, usd, effective[:10])

    def _store(self, match: Match, region: str, start: str, usd: str, effective: str) -> None:
        per = match.rule.per
        try:
            price, first = Decimal(usd) / per, Decimal(start or 0) * per
        except InvalidOperation:
            self.counts["no number"] += 1
            return
        if not (price.is_finite() and first.is_finite() and ZERO <= price < HIGHEST and first >= ZERO):
            self.counts["price out of bounds"] += 1
            return
        self.counts["taken"] += 1
        self._rows.append(
            (match.product, region, match.rule.rank, plain(first), plain(price), match.rule.unit, effective)
        )
        if len(self._rows) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Hand the rows on."""
        self.write(self._rows)
        self._rows.clear()


class Staging:
    """The file of a run."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.seen: set[str] = set()  # feeds of this run; others are left from an earlier one that read more
        self.connection = sqlite3.connect(path, isolation_level=None, timeout=1)
        try:
            self.connection.executescript(PRAGMAS + SCHEMA)
        except sqlite3.OperationalError as problem:
            raise FeedError(f"{path}: {problem}", hint="is another `catalog update` running?") from None
        except sqlite3.DatabaseError as problem:
            raise FeedError(
                f"{path}: {problem}", hint="delete this file: it only holds what a broken-off run read"
            ) from None

    def close(self) -> None:
        """Close the file; what it holds stays for the next run."""
        self.connection.close()

    def remove(self) -> None:
        """Close and delete: the run is over."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def has(self, name: str, version: str) -> bool:
        """True when this version of a feed was read to its end."""
        row = self.connection.execute("SELECT version, done FROM feed WHERE name = ?", (name,)).fetchone()
        if row != (version, 1):
            return False
        self.seen.add(name)
        return True

    def next_page(self, name: str, version: str) -> str:
        """Where a chain of pages was left; empty when it was not begun."""
        query = "SELECT next FROM feed WHERE name = ? AND version = ? AND done = 0"
        row = self.connection.execute(query, (name, version)).fetchone()
        return str(row[0]) if row else ""

    @contextmanager
    def collecting(self, feed: Feed, today: date, first: bool = True) -> Iterator[Collector]:
        """Store what a feed (or a page of it) gives, in one step at the end. `first`: forget what was stored of it before."""
        connection = self.connection
        self.seen.add(feed.name)
        connection.execute("BEGIN IMMEDIATE")
        try:
            if first:
                connection.execute("DELETE FROM price WHERE feed = (SELECT id FROM feed WHERE name = ?)", (feed.name,))
                connection.execute("DELETE FROM feed WHERE name = ?", (feed.name,))
            connection.execute(
                "INSERT INTO feed (name, version, as_of, text) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (feed.name, feed.version, feed.as_of.isoformat(), feed.text),
            )
            query = "SELECT id, counts FROM feed WHERE name = ?"
            number, known = connection.execute(query, (feed.name,)).fetchone()

            def write(rows: list[tuple[object, ...]]) -> None:
                connection.executemany(INSERT, ((*row[:4], number, *row[4:]) for row in rows))

            collector = Collector(today, write, Counter(json.loads(known)))
            yield collector
            collector.flush()
            connection.execute(
                "UPDATE feed SET done = ?, next = ?, counts = ? WHERE id = ?",
                (int(not collector.next_page), collector.next_page, json.dumps(collector.counts), number),
            )
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise

    def counts(self) -> Iterator[tuple[str, dict[str, int]]]:
        """What was taken and left out, by feed."""
        for name, text in self.connection.execute("SELECT name, counts FROM feed ORDER BY name"):
            if name in self.seen:
                yield name, json.loads(text)
