"""AWS's public bulk price lists: the offer index, the region index of each service, and the price list of each region.

The regional CSV is read as a stream, row by row; the JSON form only where a mirror or service has no CSV (with `ijson`).
A whole-service file (`current/index.csv` without a region index) is read too.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import IO

from finops_guard.errors import FeedError
from finops_guard.pricebook.feeds.aws_products import PLACES, Products, feed_of
from finops_guard.pricebook.feeds.mapping import Matcher, Rule, load_rules
from finops_guard.pricebook.feeds.origin import NotThere, Origin, read_json
from finops_guard.pricebook.staging import Collector, Feed, Staging

BASE = "https://pricing.us-east-1.amazonaws.com"
OFFERS = "/offers/v1.0/aws/index.json"
CHINA = "cn-"
METADATA = ("FormatVersion", "Disclaimer", "Publication Date", "Version", "OfferCode")
HIGH_FIELD = 1 << 20  # no field of a price list is near a MiB
NEEDED = ("TermType", "PricePerUnit", "Currency", "Unit", "StartingRange", "EffectiveDate", "Product Family")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run reads: offer codes, regions (empty: all) and terms."""

    services: tuple[str, ...]
    regions: tuple[str, ...]
    terms: frozenset[str]
    today: date


@dataclass(frozen=True, slots=True)
class PriceList:
    """One file to read."""

    service: str
    region: str  # empty: all regions in one file
    path: str  # of the JSON form; the CSV form lies beside it

    @property
    def name(self) -> str:
        return f"{self.service}/{self.region or 'all regions'}"

    @property
    def version(self) -> str:
        """From the path, which names it; a mirror's `current` path names none, so that it is read again."""
        match = re.search(r"/(\d{14})/", self.path)
        return match[1] if match else ""


def read(origin: Origin, wanted: Wanted, staging: Staging, say: Callable[[str], None]) -> None:
    """Read the price lists that are not in `staging` yet. Raises FeedError; what was read before stays there."""
    lists = [item for service in wanted.services for item in price_lists(origin, service, wanted.regions, say)]
    for number, item in enumerate(lists, 1):
        if item.version and staging.has(item.name, item.version):
            continue
        say(f"{number}/{len(lists)} {item.name}")
        _read_one(origin, item, wanted, staging)


def price_lists(
    origin: Origin, service: str, regions: tuple[str, ...], say: Callable[[str], None]
) -> Iterator[PriceList]:
    """The files of one service. A region that a service is not offered in has none; one of China is left out."""
    path = _region_index_path(origin, service)
    try:
        index = read_json(origin, path)
    except NotThere:
        yield PriceList(service, "", f"/offers/v1.0/aws/{service}/current/index.json")
        return
    entries = index.get("regions")
    if not isinstance(entries, dict) or not entries:
        raise FeedError(f"{origin.name}{path} names no regions: is it the region index of a price list?")
    for region, entry in sorted(entries.items()):
        if regions and region not in regions:
            continue
        if region.startswith(CHINA):
            say(f"{service} {region}: left out, prices there are in CNY")
            continue
        url = entry.get("currentVersionUrl") if isinstance(entry, dict) else None
        if not isinstance(url, str) or not re.fullmatch(r"/[\w./-]+/index\.json", url) or ".." in url:
            raise FeedError(f"{origin.name}{path}: {region} has the price list {url!r}")
        yield PriceList(service, region, url)


def _region_index_path(origin: Origin, service: str) -> str:
    """From the offer index where there is one; a mirror of single services need not have it."""
    try:
        offers = read_json(origin, OFFERS).get("offers")
    except NotThere:
        offers = None
    usual = f"/offers/v1.0/aws/{service}/current/region_index.json"
    if offers is None:
        return usual
    if not isinstance(offers, dict) or service not in offers:
        raise FeedError(f"{origin.name}{OFFERS} has no offer {service}")
    return str(offers[service].get("currentRegionIndexUrl") or usual)


def _read_one(origin: Origin, item: PriceList, wanted: Wanted, staging: Staging) -> None:
    csv_path = item.path.removesuffix(".json") + ".csv"
    try:
        with origin.open(csv_path) as stream:
            _from_csv(stream, f"{origin.name}{csv_path}", item, wanted, staging)
    except NotThere as missing:
        products = Products(item.service, item.region, wanted.terms, wanted.today)
        try:
            with origin.open(item.path) as stream:
                products.from_bulk(stream, f"{origin.name}{item.path}", staging)
        except NotThere:
            raise missing from None


def _from_csv(stream: IO[bytes], name: str, item: PriceList, wanted: Wanted, staging: Staging) -> None:
    """One CSV price list. Raises FeedError with the line when it is damaged, cut off, or another file than it should be."""
    csv.field_size_limit(HIGH_FIELD)
    reader = csv.reader(io.TextIOWrapper(stream, encoding="utf-8", newline=""), strict=True)
    try:
        feed = _metadata(reader, name, item)
        header = next(reader, [])
        if missing := [column for column in NEEDED if column not in header]:
            raise FeedError(f"{name}: line 6 lacks the column {missing[0]}: is this a price list?")
        rules = [rule for rule in load_rules("aws") if rule.service == item.service]
        with staging.collecting(feed, wanted.today) as collector:
            _take(reader, header, rules, collector, wanted, item)
            if not collector.counts["rows"]:
                raise FeedError(f"{name} has no prices")
    except (csv.Error, UnicodeDecodeError, _CutOff) as problem:
        raise FeedError(f"{name}:{reader.line_num}: {problem}", hint="the file is cut off or damaged") from None


class _CutOff(Exception):
    """A row that ends early."""


def _metadata(reader: Iterator[list[str]], name: str, item: PriceList) -> Feed:
    """The five lines before the header, which must be those of the file that was asked for."""
    lines = [next(reader, []) for _ in METADATA]
    if any(len(line) != 2 or line[0] != key for line, key in zip(lines, METADATA, strict=True)):
        raise FeedError(f"{name} does not start like a price list: {','.join(lines[0])[:60]!r}")
    values = dict(zip(METADATA, (line[1] for line in lines), strict=True))
    return feed_of(item.service, item.region, values["OfferCode"], values["Version"], values["Publication Date"], name)


def _take(
    reader: Iterable[list[str]], header: list[str], rules: list[Rule], collector: Collector, wanted: Wanted,
    item: PriceList,
) -> None:  # fmt: skip
    """Every row of the file; most are reservations, which one comparison leaves out."""
    matcher = Matcher(rules, header, wanted.terms)
    width = len(header)
    term_at, usd_at, currency_at, unit_at, start_at, effective_at, _ = (header.index(name) for name in NEEDED)
    region_at, place_at = matcher.index.get("regioncode"), matcher.index.get("locationtype")
    terms, match, add, counted, words = wanted.terms, matcher.match, collector.add, 0, sys.intern
    for counted, row in enumerate(reader, 1):  # noqa: B007 (the count is used below)
        if len(row) != width:
            raise _CutOff(f"a row of {len(row)} columns instead of {width}")
        if row[term_at] not in terms or (place_at is not None and row[place_at] not in PLACES):
            continue
        for found in match(row, row[term_at]):
            region = words((row[region_at] if region_at is not None else "") or item.region)
            if wanted.regions and not item.region and region not in wanted.regions:
                continue
            add(found, region, row[start_at], row[usd_at], row[unit_at], row[currency_at], row[effective_at])
    collector.counts["rows"] += counted
