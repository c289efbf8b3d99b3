"""Azure Retail Prices: pages of JSON, each naming the next; or a folder of such pages.

The retail price of a reservation is the total of its term although its unit says one hour: reservations are not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import quote, urlsplit

from finops_guard.errors import FeedError
from finops_guard.pricebook.feeds.mapping import Matcher, load_rules, needed_columns, plain_name, services
from finops_guard.pricebook.feeds.origin import Folder, Origin, read_json
from finops_guard.pricebook.staging import Collector, Feed, Staging

BASE = "https://prices.azure.com"
PATH = "/api/retail/prices"
VERSION = "2023-01-01-preview"
TERMS = frozenset(("Consumption",))
NOT_REGIONS = re.compile(r"|global|.*zone.*", re.IGNORECASE)


def read(origin: Origin, regions: tuple[str, ...], today: date, staging: Staging, say: Callable[[str], None]) -> None:
    """Read the services of the mapping, region by region when regions are named. Raises FeedError."""
    if isinstance(origin, Folder):
        _read_folder(origin, regions, today, staging)
        return
    for service in services("azure"):
        for region in regions or ("",):
            name = f"azure/{service}/{region or 'all regions'}"
            version = f"read {today}"
            if staging.has(name, version):
                continue
            say(name)
            feed = Feed(name, version, today, f"Azure Retail Prices {service} {region or 'all regions'}, read {today}")
            _follow(origin, feed, _first_page(service, region), regions, today, staging)


def _first_page(service: str, region: str) -> str:
    wanted = f"serviceName eq '{service}' and priceType eq 'Consumption'"
    if region:
        wanted += f" and armRegionName eq '{region}'"
    return f"{PATH}?api-version={VERSION}&$filter={quote(wanted)}"


def _follow(
    origin: Origin, feed: Feed, path: str, regions: tuple[str, ...], today: date, staging: Staging
) -> None:  # fmt: skip
    """The chain of pages from its start, or from where an earlier run stopped."""
    resumed = staging.next_page(feed.name, feed.version)
    path, first, seen = resumed or path, not resumed, set[str]()
    while path:
        if path in seen:
            raise FeedError(f"{origin.name}: the page {path} came twice")
        seen.add(path)
        page = read_json(origin, path)
        link = page.get("NextPageLink")
        with staging.collecting(feed, today, first=first) as collector:
            _take(items_of(page, f"{origin.name}{PATH}"), collector, regions)
            path = collector.next_page = _same_host(link)
        first = False


def _same_host(link: Any) -> str:
    """The path of the next page, read from the origin that was named: a mirror's pages name the vendor's host."""
    if not link:
        return ""
    parts = urlsplit(str(link))
    if not parts.path.startswith(PATH):
        raise FeedError(f"the next page should be {link!r}, which is none of {PATH}")
    return f"{PATH}?{parts.query}"


def items_of(page: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The prices of one page, which must be one, whole, and in USD."""
    items = page.get("Items")
    if not isinstance(items, list) or "NextPageLink" not in page:
        raise FeedError(f"{name} is no answer of Azure Retail Prices")
    if page.get("Count") not in (None, len(items)):
        raise FeedError(f"{name}: {len(items)} prices instead of {page['Count']}")
    if page.get("BillingCurrency") != "USD":
        raise FeedError(f"{name} is in {page.get('BillingCurrency')}, not in USD")
    return items


def _read_folder(origin: Folder, regions: tuple[str, ...], today: date, staging: Staging) -> None:
    """All pages that lie in the folder; as many as there are chains must be last ones."""
    files = origin.files("**/*.json")
    pages = [(file, read_json(origin, file)) for file in files]
    if not pages:
        raise FeedError(f"there are no pages (*.json) in {origin.name}")
    if all(page.get("NextPageLink") for _, page in pages):
        raise FeedError(f"the last page is missing in {origin.name}: every page names a next one")
    feed = Feed("azure/folder", f"read {today}", today, f"Azure Retail Prices, read {today}")
    with staging.collecting(feed, today) as collector:
        for file, page in pages:
            _take(items_of(page, f"{origin.name}{file}"), collector, regions)


def _take(items: list[dict[str, Any]], collector: Collector, regions: tuple[str, ...]) -> None:
    matcher = _matcher()
    for row, item in _rows(items):
        collector.counts["rows"] += 1
        region, term = str(item.get("armRegionName", "")), str(item.get("type", ""))
        if (regions and region not in regions) or NOT_REGIONS.fullmatch(region):
            continue
        for match in matcher.match(row, term):
            collector.add(
                match, region, str(item.get("tierMinimumUnits", "0")), str(item.get("retailPrice", "")),
                str(item.get("unitOfMeasure", "")), str(item.get("currencyCode", "")),
                str(item.get("effectiveStartDate", "")),
            )  # fmt: skip


def _columns() -> list[str]:
    return needed_columns(load_rules("azure"))


def _matcher() -> Matcher:
    return Matcher(load_rules("azure"), _columns(), TERMS)


def _rows(items: list[dict[str, Any]]) -> Iterator[tuple[list[str], dict[str, Any]]]:
    columns = _columns()
    known = frozenset(services("azure"))
    for item in items:
        if not isinstance(item, dict):
            raise FeedError("a price of Azure Retail Prices is no object")
        if item.get("serviceName") not in known or item.get("reservationTerm"):
            continue
        values = {plain_name(name): _text(value) for name, value in item.items()}
        values["productfamily"] = str(item.get("serviceFamily", ""))
        yield [values.get(column, "") for column in columns], item


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
