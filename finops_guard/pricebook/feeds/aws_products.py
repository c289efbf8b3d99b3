"""AWS price lists in JSON: the bulk file (read as a stream with `ijson`) and the products that the Query API returns.

Both describe a product by its attributes and a price by term and price dimension; in the bulk file the terms stand apart
from the products, by SKU.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import IO, Any

from finops_guard.errors import FeedError
from finops_guard.pricebook.feeds.mapping import Match, Matcher, load_rules, needed_columns, plain_name
from finops_guard.pricebook.staging import Collector, Feed, Staging

PLACES = frozenset(("", "AWS Region", "AWS Local Zone", "AWS Wavelength Zone"))  # not Outposts, whose prices differ
FIRST_BYTES = 4096


class Products:
    """Turns JSON products of one service into prices."""

    def __init__(self, service: str, region: str, terms: frozenset[str], today: date) -> None:
        rules = [rule for rule in load_rules("aws") if rule.service == service]
        self.service, self.region, self.terms, self.today = service, region, terms, today
        self.columns = needed_columns(rules)
        self.matcher = Matcher(rules, self.columns, terms)

    def from_bulk(self, stream: IO[bytes], name: str, staging: Staging) -> None:
        """One bulk file. It is read once for each part: what it is, the products that the mapping knows, their prices."""
        ijson = _ijson()
        start = stream.read(FIRST_BYTES)
        if not start.lstrip().startswith(b"{"):
            raise FeedError(f"{name} is not a JSON price list: it starts with {start[:40]!r}")
        try:
            feed = self._feed(ijson, stream, name)
            known = self._known(ijson, stream)
            with staging.collecting(feed, self.today) as collector:
                for term in sorted(self.terms):
                    stream.seek(0)
                    for sku, offers in ijson.kvitems(stream, f"terms.{term}"):
                        for row in known.get((sku, term), ()):
                            self._take(collector, term, row, offers)
                if not collector.counts["rows"]:
                    raise FeedError(f"{name} has no prices that the mapping knows")
        except (ijson.JSONError, AttributeError, TypeError, KeyError) as problem:
            raise FeedError(f"{name} is damaged or cut off: {problem}") from None

    def _feed(self, ijson: Any, stream: IO[bytes], name: str) -> Feed:
        heads: dict[str, str] = {}
        stream.seek(0)
        for prefix, event, value in ijson.parse(stream):
            if event == "string" and prefix in ("offerCode", "version", "publicationDate"):
                heads[prefix] = value
            elif prefix == "products" and event == "start_map":
                break
        offer, version = heads.get("offerCode", ""), heads.get("version", "")
        return feed_of(self.service, self.region, offer, version, heads.get("publicationDate", ""), name)

    def _known(self, ijson: Any, stream: IO[bytes]) -> dict[tuple[str, str], list[list[str]]]:
        known: dict[tuple[str, str], list[list[str]]] = defaultdict(list)
        stream.seek(0)
        for sku, product in ijson.kvitems(stream, "products"):
            for term in self.terms:
                if row := self._wanted_row(product, term):
                    known[sku, term].append([sys.intern(value) for value in row])
        return known

    def add_item(self, collector: Collector, item: Mapping[str, Any]) -> None:
        """One element of a Query API answer: here the terms have no SKU level."""
        for term in self.terms:
            offers = item["terms"].get(term)
            row = self._wanted_row(item["product"], term) if offers else None
            if row is not None:
                self._take(collector, term, row, offers)

    def _wanted_row(self, product: Mapping[str, Any], term: str) -> list[str] | None:
        values = {plain_name(name): str(value) for name, value in product["attributes"].items()}
        values["productfamily"] = str(product.get("productFamily", ""))
        if values.get("locationtype", "") not in PLACES:
            return None
        row = [values.get(column, "") for column in self.columns]
        # A reservation's rule also looks at the offer, which is no attribute of the product: decided with its terms.
        return row if term != "OnDemand" or self.matcher.match(row, term) else None

    def _take(self, collector: Collector, term: str, row: list[str], offers: Mapping[str, Any]) -> None:
        for offer in offers.values():
            terms = {plain_name(name): str(value) for name, value in (offer.get("termAttributes") or {}).items()}
            full = [value or terms.get(column, "") for column, value in zip(self.columns, row, strict=True)]
            region = full[self.columns.index("regioncode")] or self.region
            for match in self.matcher.match(full, term):
                for dimension in offer["priceDimensions"].values():
                    collector.counts["rows"] += 1
                    self._add(collector, match, region, dimension, str(offer.get("effectiveDate", "")))

    @staticmethod
    def _add(collector: Collector, match: Match, region: str, dimension: Mapping[str, Any], effective: str) -> None:
        prices = dimension["pricePerUnit"]
        currency = "USD" if "USD" in prices else next(iter(prices), "")
        collector.add(
            match, region, str(dimension.get("beginRange") or "0"), str(prices.get(currency, "")),
            str(dimension.get("unit", "")), currency, effective,
        )  # fmt: skip


def _ijson() -> Any:
    try:
        import ijson
    except ImportError:
        raise FeedError(
            "this price list is only there as JSON, which needs the package ijson",
            hint="pip install 'finops-guard[update]', or mirror the CSV form",
        ) from None
    return ijson


def query(client: Any, products: Products, staging: Staging) -> None:
    """All pages of `pricing.get_products` for one service and region; `client` is boto3's pricing client."""
    service, region = products.service, products.region
    name = f"Query API, {service} {region}"
    asked: dict[str, Any] = {
        "ServiceCode": service, "FormatVersion": "aws_v1", "MaxResults": 100,
        "Filters": [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}],
    }  # fmt: skip
    text = f"AWS Price List {service} {region} through the Query API, read {products.today}"
    feed = Feed(f"{service}/{region}", f"query {products.today}", products.today, text)
    seen: set[str] = set()
    with staging.collecting(feed, products.today) as collector:
        while True:
            answer = client.get_products(**asked)
            for item in answer["PriceList"]:
                try:
                    products.add_item(collector, json.loads(item) if isinstance(item, str) else item)
                except (ValueError, KeyError, AttributeError, TypeError) as problem:
                    raise FeedError(f"{name}: a product that is none ({problem!r})") from None
            token = answer.get("NextToken")
            if not token:
                break
            if token in seen:
                raise FeedError(f"{name}: one page came twice")
            seen.add(token)
            asked["NextToken"] = token
        if not collector.counts["rows"]:
            raise FeedError(f"{name}: no prices that the mapping knows")


def feed_of(service: str, region: str, offer: str, version: str, published: str, name: str) -> Feed:
    """The feed of a price list, checked to be of the service that was asked for."""
    if offer != service:
        raise FeedError(f"{name} is the price list of {offer or 'nothing'}, not of {service}")
    try:
        as_of = date.fromisoformat(published[:10])
    except ValueError:
        raise FeedError(f"{name} has the publication date {published!r}") from None
    place = region or "all regions"
    return Feed(f"{service}/{place}", version, as_of, f"AWS Price List {service} {place}, version {version}")


def pricing_client() -> Any:
    """boto3's client of the Price List Query API, with the caller's own credentials."""
    try:
        import boto3
    except ImportError:
        raise FeedError("the Query API needs the package boto3", hint="pip install 'finops-guard[update]'") from None
    return boto3.client("pricing", region_name="us-east-1")
