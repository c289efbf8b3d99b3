"""AWS CloudFormation: handler operations of third-party resource types."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

OPERATIONS = Line("aws/cloudformation/handler-operations", "operations")
SECONDS = Line("aws/cloudformation/handler-seconds", "seconds")
PAGE = {
    "CloudFormation-ResourceProvider-Invocation per Operations": OPERATIONS,
    "CloudFormation-ResourceProvider-Duration per Second": SECONDS,
    "CloudFormation-ResourceProvider-Duration per seconds": SECONDS,
}


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025."""
    yield from from_page(tables.read("aws_other", "cloudformation"), PAGE)
