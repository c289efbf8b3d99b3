"""Amazon Redshift Serverless (https://aws.amazon.com/redshift/pricing/).

Usage keys: `monthly_rpu_hours` (capacity x hours that queries run), `managed_storage_gb`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import HOURS_PER_MONTH, CostComponent, Quantity, Resource
from finops_guard.pricing.component import monthly, per_gb, settled
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

BASE_RPU = Decimal(128)  # the default
NEEDS_HOURS = "charged while queries run only: set monthly_rpu_hours (at most {} with the stated capacity all month)"


def workgroup(group: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Workgroup: capacity for the seconds that queries run, nothing while idle; the data in managed storage."""
    yield from settled("Compute", _compute(group, usage))
    yield per_gb("Managed storage", usage.number("managed_storage_gb"), "aws/redshift/managed-storage")


def _compute(group: Resource, usage: Usage) -> Iterator[CostComponent]:
    used = usage.number("monthly_rpu_hours")
    if used.value is None:
        most = group.number("max_capacity") or group.number("base_capacity", BASE_RPU)
        ceiling = most * HOURS_PER_MONTH
        used = Quantity(None, "usage", Decimal(0), ceiling, NEEDS_HOURS.format(f"{ceiling:,f}"), needs_usage=True)
    yield monthly("Compute", "aws/redshift/serverless/rpu", used, "RPU-hours")
