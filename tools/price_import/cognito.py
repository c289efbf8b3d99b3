"""Amazon Cognito user pools: monthly active users by feature plan."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables, quoted

LITE = "aws/cognito/users/lite"
PAGE = {
    "User Pool MAU 0 upto 50000 per Requests": Line(LITE, "users"),
    "User Pool MAU 50000 upto 950000 per Requests": Line(LITE, "users", 50_000),
    "User Pool MAU 950000 upto 9950000 per Requests": Line(LITE, "users", 950_000),
    "User Pool MAU 9950000 upto Inf per Requests": Line(LITE, "users", 9_950_000),
    "Enterprise MAU per Requests": Line("aws/cognito/users/federated", "users"),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025, then quotes."""
    yield from from_page(tables.read("aws_other", "cognito"), PAGE)
    yield from quoted("aws/cognito/")
