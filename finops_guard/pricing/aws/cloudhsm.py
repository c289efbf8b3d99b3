"""AWS CloudHSM (https://aws.amazon.com/cloudhsm/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import HOURS_PER_MONTH, CostComponent, Resource
from finops_guard.pricing.component import monthly
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage


def hsm(hsm: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Hardware security module: per hour until it is deleted; the cluster around it is free."""
    hours = usage.number("monthly_hrs") if "monthly_hrs" in usage else HOURS_PER_MONTH
    yield monthly("HSM usage", "aws/cloudhsm/hsm", hours, "hours")
