"""Amazon Route 53 Resolver: endpoint addresses, queries, DNS Firewall."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

BILLION = 1_000_000_000
QUERIES = "aws/route53-resolver/queries"
FIREWALL = "aws/route53-resolver/firewall"
ENDPOINTS = {"Query ENI": Line("aws/route53-resolver/endpoint-address", "hours")}
PAGE = {
    "Query first 1B": Line(QUERIES, "queries"),
    "Query over 1B": Line(QUERIES, "queries", BILLION),
    "DNS Domain Names DNS Firewall per Mo": Line(f"{FIREWALL}/domains", "domains"),
    "DNS Query DNS Firewall per Queries": Line(f"{FIREWALL}/queries", "queries"),
    "DNS Query DNS Firewall per Queries over 1B": Line(f"{FIREWALL}/queries", "queries", BILLION),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025."""
    yield from from_page(tables.read("aws_other", "route53"), ENDPOINTS | PAGE)
