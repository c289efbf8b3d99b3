"""Types that cost nothing unless an option is chosen; why they are free stands in data/free_types.csv."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage


def event_source_mapping(mapping: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Lambda event source mapping: polling is free, pollers that are kept ready are charged (AWS Lambda pricing)."""
    if mapping.blocks("provisioned_poller_config"):
        yield unpriced("Provisioned event pollers", "no price for event poller units in the price book", "hours")


def access_analyzer(analyzer: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """IAM Access Analyzer: external access is analysed free of charge, unused and internal access are charged."""
    kind = analyzer.text("type", "ACCOUNT").upper()
    for text, what in (("UNUSED_ACCESS", "each role and user"), ("INTERNAL_ACCESS", "each monitored resource")):
        if text in kind:
            yield unpriced("Access analysis", f"charged for {what} in the account: not known", "months")
