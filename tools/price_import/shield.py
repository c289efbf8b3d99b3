"""AWS Shield Advanced: the subscription, and data that leaves through protected resources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

GB_PER_TB = 1024
EDGE_TIERS = {"First 100TB": 0, "Next 400TB": 100, "Next 500TB": 500, "Above 1000TB": 1000}
REGION_TIERS = {"First 100TB": 0, "Next 400TB": 100, "Above 500TB": 500}
SUBSCRIPTION = {"Advanced Monthly Fee": Line("aws/shield/advanced/subscription", "months")}
EDGES = {
    f"DataTransfer out {words} {tier}": Line(f"aws/shield/advanced/data-out/{kind}", "GB", start * GB_PER_TB)
    for words, kind in (("CloudFront", "cloudfront"), ("Accelerator", "globalaccelerator"))
    for tier, start in EDGE_TIERS.items()
}
REGIONS = {
    f"DataTransfer out of {words} {tier}": Line(f"aws/shield/advanced/data-out/{kind}", "GB", start * GB_PER_TB)
    for words, kind in (("LoadBalancing", "elasticloadbalancing"), ("EIP", "eip"))
    for tier, start in REGION_TIERS.items()
}


def rows(tables: Tables) -> Iterator[Draft]:
    """The price page of 2025; the subscription and the edge services have one price."""
    page = list(tables.read("aws_other", "shield"))
    yield from from_page((replace(row, region="any") for row in page), SUBSCRIPTION | EDGES)
    yield from from_page(page, REGIONS)
