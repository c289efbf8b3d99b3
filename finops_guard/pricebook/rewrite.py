"""Put the prices of an overlay into the text facts (`prices/`), which is how the shipped book is refreshed.

A source is named after its feed, not its day: when nothing but the day of a feed has moved, one line of sources.csv changes.
"""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

from finops_guard.errors import PricingError
from finops_guard.pricebook import facts
from finops_guard.pricebook.overlay import Listed, feeds, listed, open_book

PUBLISHED = ("list", "relayed")


def rewrite(prices: Path, overlay: Path) -> int:
    """Replace the prices that the overlay has; newer list prices stay. Returns the number of files that changed."""
    if not (prices / "sources.csv").is_file():
        raise PricingError(f"there are no price facts in {prices}: sources.csv is missing")
    before = facts.read_sources(prices)
    sources = dict(before)
    places = {path: list(facts.read_prices(path)) for path in facts.price_files(prices)}
    files = {_group(row[0]): path for path, rows in places.items() for row in rows}
    new: dict[Path, list[Listed]] = defaultdict(list)
    with closing(open_book(overlay)) as book:
        by_text = {feed.source: feed for feed in feeds(book)}
        for item in listed(book):
            group = _group(item.product)
            new[files.get(group, prices / f"{group}.csv")].append(item)
    changed = 0
    for path, items in sorted(new.items()):
        ids = {item.source: _source_id(by_text[item.source].name) for item in items}
        sources |= {
            ids[item.source]: facts.Source(ids[item.source], "list", date.fromisoformat(item.as_of), item.source)
            for item in items
        }
        changed += _rewrite_file(path, places.get(path, []), items, ids, before, sources)
    used = {row[5] for path in facts.price_files(prices) for row in facts.read_prices(path)}
    facts.write_sources(prices, [source for name, source in sources.items() if name in used])
    return changed


def _group(product: str) -> str:
    """The first two words of a product key, which a file of facts is about ("aws/ec2")."""
    return "/".join(product.split("/")[:2])


def _source_id(feed: str) -> str:
    return f"feed-{hashlib.sha256(feed.encode()).hexdigest()[:8]}"


def _rewrite_file(
    path: Path, rows: list[list[str]], items: list[Listed], ids: dict[str, str], before: dict[str, facts.Source],
    sources: dict[str, facts.Source],
) -> bool:  # fmt: skip
    """Write one file anew, in one step; True when it differs. Rows that a feed no longer gives keep the day they were read."""
    known: dict[tuple[str, str], list[list[str]]] = defaultdict(list)
    renewed = {(item.product, item.region) for item in items}
    for row in rows:
        if row[5] in ids.values() and (row[0], row[1]) not in renewed:
            old = before[row[5]]
            row = [*row[:5], f"{row[5]}-{old.as_of:%Y%m%d}"]
            sources[row[5]] = facts.Source(row[5], old.kind, old.as_of, old.text)
        known[row[0], row[1]].append(row)
    for item in items:
        now = known.get((item.product, item.region))
        source = before.get(now[0][5]) if now else None
        if source and source.kind in PUBLISHED and source.as_of > date.fromisoformat(item.as_of):
            continue
        known[item.product, item.region] = [
            [item.product, item.region, facts.plain(start), facts.plain(usd), item.unit, ids[item.source]]
            for start, usd in item.tiers
        ]
    old_bytes = path.read_bytes() if path.is_file() else b""
    temporary = path.with_name(f".{path.name}.new")
    facts.write_prices(
        temporary,
        (
            facts.PriceRow(product, region, Decimal(start), Decimal(usd), unit, source)
            for group in known.values()
            for product, region, start, usd, unit, source in group
        ),
    )
    os.replace(temporary, path)
    return path.read_bytes() != old_bytes
