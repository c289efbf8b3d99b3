"""From what was read to a new overlay: every price is held against the one in use, and held back when it cannot be right.

Held back are prices of zero, two prices for one thing, tiers that do not begin at 0 or are fewer than before, another unit,
and moves beyond a factor. A feed that lacks most of the prices known of its service and region is held back as a whole.
"""

from __future__ import annotations

import heapq
import itertools
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from finops_guard.errors import PricingError
from finops_guard.pricebook.feeds.mapping import Rule, keys_of, load_rules
from finops_guard.pricebook.overlay import FeedRow, Listed, feeds, listed, open_book, write
from finops_guard.pricebook.staging import Staging

FEWEST_KNOWN = 10  # below this a share says nothing
PUBLISHED = ("list", "relayed")
ALL = "all"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a refresh may change by itself: `accept` are product prefixes, or "all", for which moves are taken too."""

    factor: Decimal = Decimal(2)
    least_share: Decimal = Decimal("0.5")
    accept: tuple[str, ...] = ()

    def accepts(self, product: str) -> bool:
        """True when the user said to take this product's price however far it moved."""
        return any(prefix == ALL or product.startswith(prefix) for prefix in self.accept)


@dataclass(frozen=True, slots=True)
class Held:
    """A price that was not taken, and why; `product` is a feed's name when all of it was held back."""

    product: str
    region: str
    reason: str


@dataclass
class Outcome:
    """What a refresh did."""

    new: int = 0
    changed: int = 0
    same: int = 0
    kept: int = 0  # of the old overlay
    withdrawn: int = 0  # of the old overlay, no longer in the feed
    held: list[Held] = field(default_factory=list)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    where: str = ""

    @property
    def taken(self) -> int:
        return self.new + self.changed + self.same


def settle(
    staging: Staging, current: Path, old: Path | None, target: Path, bounds: Bounds, terms: frozenset[str], today: date
) -> Outcome:
    """Write the overlay `target` from what was read, what is in use (`current`) and the overlay so far (`old`)."""
    outcome = Outcome(counts=dict(staging.counts()))
    with closing(open_book(current)) as book:
        previous = open_book(old) if old is not None else None
        try:
            work = _Settling(staging, book, previous, bounds, terms, outcome)
            if not work.read_from and not outcome.held:
                raise PricingError("nothing was read", hint="name services and regions that the feed has")
            prices = work.prices()
            first = next(prices, None) if work.read_from else None
            if first is None:  # all of it was held back: the overlay stays as it is
                return outcome
            kept = [feed for feed in work.old_feeds if feed.name not in work.by_name]
            write(target, itertools.chain([first], prices), [*kept, *work.by_name.values()], today)
        finally:
            if previous is not None:
                previous.close()
    return outcome


class _Settling:
    """One pass over three sorted streams: what was read, the overlay so far, the book in use."""

    def __init__(
        self, staging: Staging, book: sqlite3.Connection, previous: sqlite3.Connection | None, bounds: Bounds,
        terms: frozenset[str], outcome: Outcome,
    ) -> None:  # fmt: skip
        self.staged, self.book, self.previous = staging.connection, book, previous
        self.bounds, self.terms, self.outcome = bounds, terms, outcome
        self.old_feeds = feeds(previous) if previous is not None else []
        self.read_from = {
            number: FeedRow(name, version, as_of, text)
            for number, name, version, as_of, text in self.staged.execute(
                "SELECT id, name, version, as_of, text FROM feed WHERE done = 1"
            )
            if name in staging.seen
        }
        self._drop_thin_feeds()
        self.by_name = {feed.name: feed for feed in self.read_from.values()}
        self.renewed = {feed.source for feed in self.old_feeds if feed.name in self.by_name}
        self.possible = keys_of(rule for feed in self.by_name for rule in rules_of(feed, terms))

    def _drop_thin_feeds(self) -> None:
        """A feed without most of the prices that are known of it was cut off, or its words have changed."""
        all_known = self._known()
        for number, feed in list(self.read_from.items()):
            pattern = keys_of(rules_of(feed.name, self.terms))
            found: dict[str, set[str]] = {}
            query = "SELECT DISTINCT region, product FROM price WHERE feed = ?"
            for region, product in self.staged.execute(query, (number,)):
                found.setdefault(region, set()).add(product)
            for region in found or _places(feed.name):
                known = {name for name in all_known.get(region, ()) if pattern.fullmatch(name)}
                share = Decimal(len(known & found.get(region, set()))) / len(known) if known else Decimal(1)
                thin = len(known) >= FEWEST_KNOWN and share < self.bounds.least_share
                if thin and not self.bounds.accepts(feed.name):
                    reason = f"has {share:.0%} of the {len(known)} prices that are known of it in {region}"
                    self.outcome.held.append(Held(feed.name, region, reason))
                    self.read_from.pop(number, None)

    def _known(self) -> dict[str, list[str]]:
        """The products with a published price in the book, by region."""
        query = (
            "SELECT DISTINCT region.name, product.name FROM price JOIN product ON product.id = price.product"
            " JOIN region ON region.id = price.region JOIN source ON source.id = price.source WHERE source.kind IN (?, ?)"
        )
        known: dict[str, list[str]] = {}
        for region, product in self.book.execute(query, PUBLISHED):
            known.setdefault(region, []).append(product)
        return known

    def prices(self) -> Iterator[Listed]:
        """The prices of the new overlay, ordered by product and region."""
        streams: list[Iterator[tuple[str, str, int, Listed | _Staged]]] = [
            ((item.product, item.region, 0, item) for item in listed(self.book)),
            ((item.product, item.region, 2, item) for item in self._staged_prices()),
        ]
        if self.previous is not None:
            streams.append((item.product, item.region, 1, item) for item in listed(self.previous))
        merged = heapq.merge(*streams, key=lambda entry: entry[:3])
        for _, group in itertools.groupby(merged, key=lambda entry: entry[:2]):
            now: Listed | None = None
            before: Listed | None = None
            read: _Staged | None = None
            for _, _, stream, item in group:
                if isinstance(item, _Staged):
                    read = item
                elif stream == 1:
                    before = item
                else:
                    now = item
            price = self._chosen(now, before, read)
            if price is not None:
                yield price

    def _chosen(self, now: Listed | None, before: Listed | None, read: _Staged | None) -> Listed | None:
        if read is None:
            gone = before is not None and before.source in self.renewed and self.possible.fullmatch(before.product)
            self.outcome.withdrawn += bool(gone)
            self.outcome.kept += before is not None and not gone
            return None if gone else before
        price = read.price
        reason = self._objection(read, now)
        if reason:
            self.outcome.held.append(Held(price.product, price.region, reason))
            return before
        if now is None:
            self.outcome.new += 1
        elif now.tiers == price.tiers:
            self.outcome.same += 1
        else:
            self.outcome.changed += 1
        return price

    def _objection(self, read: _Staged, now: Listed | None) -> str | None:
        """Why a price is not taken, or None."""
        price, accepted = read.price, self.bounds.accepts(read.price.product)
        if read.other is not None:
            return f"two prices in one feed: {price.first.normalize():f} and {read.other}"
        if price.tiers[0][0] != 0:
            return "no price for the first unit"
        if price.first == 0:
            return "a price of zero"
        if now is None:
            return None
        if price.unit != now.unit:
            return f"per {price.unit}, and so far per {now.unit}"
        if accepted or now.first == 0:
            return None
        factor = max(price.first / now.first, now.first / price.first)
        if factor > self.bounds.factor:
            return (
                f"moved from {now.first.normalize():f} to {price.first.normalize():f} (x {price.first / now.first:.2f})"
            )
        if now.kind in PUBLISHED and len(price.tiers) < len(now.tiers):
            return f"{len(price.tiers)} volume tiers, and so far {len(now.tiers)}"
        return None

    def _staged_prices(self) -> Iterator[_Staged]:
        """What was read, by product and region: of the strongest rule, then of the newest feed."""
        columns = "product, region, rank, feed, start, usd, unit, other"
        rows = self.staged.execute(f"SELECT {columns} FROM price ORDER BY product, region, rank, feed")  # noqa: S608
        for (product, region), group in itertools.groupby(rows, key=lambda row: row[:2]):
            offers = [list(offer) for _, offer in itertools.groupby(group, key=lambda row: row[2:4])]
            usable = [offer for offer in offers if offer[0][3] in self.read_from]
            if not usable:
                continue
            strongest = min(offer[0][2] for offer in usable)
            best = max(
                (offer for offer in usable if offer[0][2] == strongest),
                key=lambda offer: self.read_from[offer[0][3]].as_of,
            )
            feed = self.read_from[best[0][3]]
            tiers = tuple(sorted((Decimal(row[4]), Decimal(row[5])) for row in best))
            other = next((row[7] for row in best if row[7] is not None), None)
            yield _Staged(
                product, region, Listed(product, region, best[0][6], "list", feed.as_of, feed.source, tiers), other
            )


@dataclass(frozen=True, slots=True)
class _Staged:
    """A price as read, and the second price for the same thing, if the feed has one."""

    product: str
    region: str
    price: Listed
    other: str | None


def rules_of(feed: str, terms: frozenset[str]) -> Sequence[Rule]:
    """The rules by which a feed was read: "AmazonEC2/us-east-1", "azure/Virtual Machines/westeurope"."""
    provider = feed.partition("/")[0]
    if provider in ("azure", "google"):
        return load_rules(provider)
    return [rule for rule in load_rules("aws") if rule.service == provider and rule.term in terms]


def _places(feed: str) -> list[str]:
    """The region of a feed that gave nothing."""
    place = feed.rpartition("/")[2]
    return [] if " " in place else [place]
