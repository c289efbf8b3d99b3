"""AWS Systems Manager (https://aws.amazon.com/systems-manager/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import HOURS_PER_MONTH, CostComponent, Resource
from finops_guard.pricing.component import amount, hourly, monthly
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

STANDARD_BYTES = 4096  # the largest value of a standard parameter


def parameter(parameter: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Parameter: free in the standard tier; advanced ones per month and per interaction.

    With higher throughput, a setting of the account, interactions with standard parameters are charged too.
    """
    advanced = _advanced(parameter)
    higher = (usage.text("api_throughput_limit") or "standard").lower() in ("higher", "advanced")
    if advanced:
        hours = usage.number("parameter_storage_hrs") if "parameter_storage_hrs" in usage else amount(HOURS_PER_MONTH)
        yield monthly("Parameter storage (advanced)", "aws/ssm/parameter/advanced", hours / HOURS_PER_MONTH)
    if advanced or higher:
        interactions = usage.number("monthly_api_interactions")
        yield monthly("API interactions", "aws/ssm/parameter/api-interactions", interactions, "interactions")


def _advanced(parameter: Resource) -> bool:
    """Intelligent tiering takes the advanced tier for what the standard tier cannot hold."""
    tier = (parameter.text("tier") or "Standard").lower()
    if tier != "intelligent-tiering":
        return tier == "advanced"
    value = parameter.get("value")
    return isinstance(value, str) and len(value.encode()) > STANDARD_BYTES


def activation(activation: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Hybrid activation: standard nodes are free, advanced ones (a setting of the account) per hour and node."""
    instances = usage.number("instances")
    if (usage.text("instance_tier") or "standard").lower() == "advanced":
        yield hourly("On-premises instances (advanced)", "aws/ssm/node/advanced", instances)
