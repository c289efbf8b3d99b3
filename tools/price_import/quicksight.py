"""Amazon QuickSight: monthly subscriptions of users in the Enterprise edition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

GLOBAL = {"Enterprise Monthly user subscriptions per User": Line("aws/quicksight/user/author", "users")}
REGIONAL = {
    "Enterprise Monthly Reader subscriptions per User": Line("aws/quicksight/user/reader", "users"),
    "Enterprise Monthly Author Pro subscriptions per User": Line("aws/quicksight/user/author-pro", "users"),
    "Enterprise Monthly Reader Pro subscriptions per User": Line("aws/quicksight/user/reader-pro", "users"),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025-10; authors cost the same everywhere."""
    for item in from_page(tables.read("aws_other", "quicksight"), GLOBAL):
        yield replace(item, region="any")
    yield from from_page(tables.read("aws_other", "quicksight"), REGIONAL)
