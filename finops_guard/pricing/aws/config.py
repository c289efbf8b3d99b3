"""AWS Config (https://aws.amazon.com/config/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import monthly, settled, tiered
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

ITEMS = "aws/config/configuration-items"


def rule(rule: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Config rule, managed, custom or of an organization: evaluations in volume tiers."""
    evaluations = usage.number("monthly_rule_evaluations")
    yield tiered("Rule evaluations", evaluations, "aws/config/rule-evaluations", "evaluations")


def conformance_pack(pack: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Conformance pack: evaluations of the rules in it, in volume tiers of their own."""
    evaluations = usage.number("monthly_rule_evaluations")
    yield tiered("Conformance pack evaluations", evaluations, "aws/config/conformance-pack-evaluations", "evaluations")


def recorder(recorder: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Configuration recorder: configuration items, dearer each but fewer when recorded daily, and custom ones."""
    yield from settled("Config items", _items(recorder, usage))
    custom = usage.number("monthly_custom_config_items")
    yield monthly("Custom config items", f"{ITEMS}/custom", custom, "items")


def _items(recorder: Resource, usage: Usage) -> Iterator[CostComponent]:
    frequency = (recorder.block("recording_mode").text("recording_frequency") or "CONTINUOUS").lower()
    kind = "daily" if frequency == "daily" else "continuous"
    yield monthly("Config items", f"{ITEMS}/{kind}", usage.number("monthly_config_items"), "items")
