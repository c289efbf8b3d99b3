"""Google's Cloud Billing Catalog: the SKUs of a service, page by page; or a folder of such pages.

A VM costs its vCPUs times the core SKU plus its GiB times the RAM SKU of its family.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from finops_guard.errors import FeedError
from finops_guard.pricebook.facts import plain
from finops_guard.pricebook.feeds.mapping import Matcher, load_rules, needed_columns, plain_name, services
from finops_guard.pricebook.feeds.origin import Folder, Origin, read_json
from finops_guard.pricebook.staging import Collector, Feed, Staging

BASE = "https://cloudbilling.googleapis.com"
SERVICES = {"Compute Engine": "6F81-5844-456A"}
PAGE_SIZE = 5000
NANO = Decimal(10) ** -9


def read(origin: Origin, regions: tuple[str, ...], today: date, staging: Staging, say: Callable[[str], None]) -> None:
    """Read the services of the mapping. The API key, if any, is a header of the origin. Raises FeedError."""
    for service in services("google"):
        name, version = f"google/{service}", f"read {today}"
        if staging.has(name, version):
            continue
        say(name)
        feed = Feed(name, version, today, f"Google Cloud Billing Catalog {service}, read {today}")
        if isinstance(origin, Folder):
            _read_folder(origin, feed, regions, staging)
        else:
            _follow(origin, feed, f"/v1/services/{SERVICES[service]}/skus", regions, staging)


def _follow(origin: Origin, feed: Feed, path: str, regions: tuple[str, ...], staging: Staging) -> None:
    token = staging.next_page(feed.name, feed.version)
    first, seen = not token, set[str]()
    while True:
        page = read_json(origin, f"{path}?pageSize={PAGE_SIZE}" + (f"&pageToken={quote(token)}" if token else ""))
        following = str(page.get("nextPageToken") or "")
        if following in seen:
            raise FeedError(f"{origin.name}{path}: one page came twice")
        seen.add(following)
        with staging.collecting(feed, feed.as_of, first=first) as collector:
            _take(page, f"{origin.name}{path}", collector, regions)
            collector.next_page = following
        first, token = False, following
        if not token:
            return


def _read_folder(origin: Folder, feed: Feed, regions: tuple[str, ...], staging: Staging) -> None:
    pages = [(file, read_json(origin, file)) for file in origin.files("**/*.json")]
    if not pages:
        raise FeedError(f"there are no pages (*.json) in {origin.name}")
    if all(page.get("nextPageToken") for _, page in pages):
        raise FeedError(f"the last page is missing in {origin.name}: every page names a next one")
    with staging.collecting(feed, feed.as_of) as collector:
        for file, page in pages:
            _take(page, f"{origin.name}{file}", collector, regions)


def _take(page: Mapping[str, Any], name: str, collector: Collector, regions: tuple[str, ...]) -> None:
    skus = page.get("skus")
    if not isinstance(skus, list):
        raise FeedError(f"{name} is no page of the billing catalog")
    columns = needed_columns(load_rules("google"))
    matcher = Matcher(load_rules("google"), columns, frozenset())
    for sku in skus:
        collector.counts["rows"] += 1
        try:
            _sku(sku, columns, matcher, collector, regions)
        except (AttributeError, KeyError, TypeError, IndexError) as problem:
            raise FeedError(f"{name}: a SKU that is none ({problem!r})") from None


def _sku(
    sku: Mapping[str, Any], columns: list[str], matcher: Matcher, collector: Collector, regions: tuple[str, ...]
) -> None:
    category = sku["category"]
    if category.get("serviceDisplayName") not in SERVICES:
        return
    values = {plain_name(name): str(value) for name, value in category.items()}
    values |= {"description": str(sku["description"]), "productfamily": str(category.get("resourceFamily", ""))}
    matches = matcher.match([values.get(column, "") for column in columns], "")
    info = _in_force(sku["pricingInfo"], collector.today) if matches else None
    if info is None:
        return
    expression = info["pricingExpression"]
    for match in matches:
        for rate in expression["tieredRates"]:
            usd = _usd(rate["unitPrice"])
            for region in sku["serviceRegions"]:
                if not regions or region in regions:
                    collector.add(
                        match, region, str(rate.get("startUsageAmount", 0)), usd, str(expression["usageUnit"]),
                        str(rate["unitPrice"].get("currencyCode", "")), str(info.get("effectiveTime", "")),
                    )  # fmt: skip


def _in_force(infos: list[Mapping[str, Any]], today: date) -> Mapping[str, Any] | None:
    """The newest of a SKU's prices that holds today."""
    past = [info for info in infos if str(info.get("effectiveTime", ""))[:10] <= today.isoformat()]
    return max(past, key=lambda info: str(info.get("effectiveTime", "")), default=None)


def _usd(price: Mapping[str, Any]) -> str:
    """`units` is a whole number in text, `nanos` billionths."""
    try:
        return plain(Decimal(price.get("units") or 0) + Decimal(price.get("nanos") or 0) * NANO)
    except InvalidOperation:
        return ""
