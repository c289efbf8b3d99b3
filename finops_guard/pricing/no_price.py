"""Types that are known to cost money and have no prices in the book: named as unpriced, never as free or unknown."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.registry import charged_types
from finops_guard.pricing.usage import Usage


def charged(resource: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """What is charged, without a figure. A price of the user's own (prices.local.yaml) gives one."""
    reason = (
        f"charged for {charged_types()[resource.type]}: no prices in the price book, state yours in prices.local.yaml"
    )
    yield unpriced("Charges", reason)
