"""AWS Network Firewall (https://aws.amazon.com/network-firewall/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import Amount, amount, hourly, per_gb, settled
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage


def firewall(firewall: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Firewall: per hour for the endpoint in each subnet mapping, and per GB that the endpoints process."""
    yield from settled("Network Firewall endpoints", _endpoints(firewall))
    yield per_gb("Data processed", usage.number("monthly_data_processed_gb"), "aws/networkfirewall/data-processed")


def _endpoints(firewall: Resource) -> Iterator[CostComponent]:
    mappings = firewall.count_of("subnet_mapping") or firewall.count_of("availability_zone_mapping")
    count: Amount = mappings or amount(1, assume="one endpoint: no subnet mappings are stated")
    yield hourly("Network Firewall endpoints", "aws/networkfirewall/endpoint", count)
