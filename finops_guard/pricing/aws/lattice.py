"""Amazon VPC Lattice (https://aws.amazon.com/vpc/lattice/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import HOURS_PER_MONTH, CostComponent, Resource
from finops_guard.pricing.component import hourly, monthly, per_gb
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

FREE_REQUESTS_PER_HOUR = 300_000  # of each service


def service(service: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Lattice service: per hour, per GB, and per request above 300,000 in an hour, the requests taken as spread evenly."""
    product = "aws/vpclattice/service"
    yield hourly("Lattice service", f"{product}/hours")
    yield per_gb("Data processed", usage.number("monthly_data_processed_gb"), f"{product}/data-processed")
    free = FREE_REQUESTS_PER_HOUR * HOURS_PER_MONTH
    requests = usage.number("monthly_requests").map(lambda number: max(Decimal(0), number - free))
    yield monthly("Requests above 300,000 per hour", f"{product}/requests", requests, "requests")
