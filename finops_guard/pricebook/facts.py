"""The text form of the price book.

    prices/sources.csv            source, kind, as_of, text        one row per place a price was read from
    prices/<provider>/<service>.csv   product, region, from, usd, unit, source
    prices/machines/<provider>.csv    sizes of instance classes

One row is one list price in USD per `unit`: of one product key, in one region ("any": the same everywhere or not
regional), from `from` units a month on (volume tiers; 0 otherwise). Rows are sorted, so that a change reads well in a diff.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from finops_guard.errors import PricingError
from finops_guard.model import Span

PRICE_COLUMNS = ("product", "region", "from", "usd", "unit", "source")
SOURCE_COLUMNS = ("source", "kind", "as_of", "text")
KINDS = ("list", "relayed", "derived", "reference")


@dataclass(frozen=True, slots=True, order=True)
class PriceRow:
    """One price as it stands in `prices/`: USD per unit from `start` units a month on."""

    product: str
    region: str
    start: Decimal
    usd: Decimal
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where prices were read: kind (list, relayed, derived, reference), the day, and the place in words."""

    source: str
    kind: str
    as_of: date
    text: str


def source_id(kind: str, as_of: str, text: str) -> str:
    """A short stable name for a source, from what it says."""
    return hashlib.sha256(f"{kind}|{as_of}|{text}".encode()).hexdigest()[:6]


def plain(number: Decimal) -> str:
    """A number without exponent and trailing zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def write_prices(path: Path, rows: Iterable[PriceRow]) -> int:
    """Write one service's prices, sorted; returns the number of rows. Raises PricingError for two prices of one key."""
    ordered = sorted(set(rows))
    for first, second in itertools.pairwise(ordered):
        if (first.product, first.region, first.start) == (second.product, second.region, second.start):
            raise PricingError(
                f"two prices for {first.product} in {first.region}: {first.usd} and {second.usd}", Span(str(path))
            )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(PRICE_COLUMNS)
        for row in ordered:
            writer.writerow((row.product, row.region, plain(row.start), plain(row.usd), row.unit, row.source))
    return len(ordered)


def read_prices(path: Path) -> Iterator[list[str]]:
    """The raw rows of one price file, checked for their columns. Raises PricingError with file and line."""
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        header = next(reader, [])
        if tuple(header) != PRICE_COLUMNS:
            raise PricingError(f"the columns should be {','.join(PRICE_COLUMNS)}", Span(str(path), 1))
        for row in reader:
            if len(row) != len(PRICE_COLUMNS):
                raise PricingError(
                    f"{len(row)} columns instead of {len(PRICE_COLUMNS)}", Span(str(path), reader.line_num)
                )
            yield row


def read_sources(prices: Path) -> dict[str, Source]:
    """prices/sources.csv by source name."""
    path = prices / "sources.csv"
    with path.open(newline="", encoding="utf-8") as file:
        sources = {}
        for row in csv.DictReader(file):
            if row["kind"] not in KINDS:
                raise PricingError(f"the kind {row['kind']!r} is none of {', '.join(KINDS)}", Span(str(path)))
            sources[row["source"]] = Source(row["source"], row["kind"], date.fromisoformat(row["as_of"]), row["text"])
    return sources


def write_sources(prices: Path, sources: Iterable[Source]) -> None:
    """Write prices/sources.csv, sorted by source name."""
    with (prices / "sources.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(SOURCE_COLUMNS)
        for source in sorted(sources, key=lambda source: source.source):
            writer.writerow((source.source, source.kind, source.as_of.isoformat(), source.text))


def price_files(prices: Path) -> list[Path]:
    """All price files below `prices/`, without the sources and machine tables."""
    return sorted(path for path in prices.glob("*/*.csv") if path.parent.name != "machines")


def digest(prices: Path) -> str:
    """sha256 over the text facts: names and bytes of all files."""
    total = hashlib.sha256()
    for path in sorted(prices.rglob("*.csv")):
        total.update(path.relative_to(prices).as_posix().encode())
        total.update(path.read_bytes())
    return f"sha256:{total.hexdigest()}"
