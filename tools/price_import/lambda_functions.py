"""AWS Lambda: requests, duration in volume tiers, ephemeral storage, provisioned concurrency, by architecture."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

BILLION = 10**9
SECONDS = "GB-seconds"
# Page suffix and key of each architecture, and where its second and third tier of duration start.
ARCHITECTURES = (("", "x86", 6 * BILLION, 15 * BILLION), ("-ARM", "arm", 7_500_000_000, 18_750_000_000))


def _page() -> dict[str, Line]:
    page = {}
    for suffix, key, second, third in ARCHITECTURES:
        page |= {
            f"Lambda Requests{suffix}": Line(f"aws/lambda/{key}/requests", "requests"),
            f"Lambda Duration{suffix}": Line(f"aws/lambda/{key}/duration", SECONDS),
            f"Lambda Duration{suffix} Tier2": Line(f"aws/lambda/{key}/duration", SECONDS, second),
            f"Lambda Duration{suffix} Tier3": Line(f"aws/lambda/{key}/duration", SECONDS, third),
            f"Lambda Storage-Duration{suffix}": Line(f"aws/lambda/{key}/ephemeral-storage", SECONDS),
            f"Lambda Provisioned-Concurrency{suffix}": Line(f"aws/lambda/{key}/provisioned-concurrency", SECONDS),
            f"Lambda Duration-Provisioned{suffix}": Line(f"aws/lambda/{key}/provisioned-duration", SECONDS),
        }
    return page


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025."""
    yield from from_page(tables.read("aws_other", "lambda"), _page())
