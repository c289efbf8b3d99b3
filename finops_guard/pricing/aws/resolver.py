"""Amazon Route 53 Resolver: endpoints and DNS Firewall (https://aws.amazon.com/route53/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import amount, hourly, monthly, settled, tiered
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

ADDRESSES = 2  # the fewest that an endpoint can have


def endpoint(endpoint: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Resolver endpoint: per hour and address (network interface), and per query, in volume tiers."""
    yield from settled("Resolver endpoint addresses", _addresses(endpoint))
    yield tiered("DNS queries", usage.number("monthly_queries"), "aws/route53-resolver/queries", "queries")


def _addresses(endpoint: Resource) -> Iterator[CostComponent]:
    count = endpoint.count_of("ip_address")
    quantity = amount(count) if count else amount(ADDRESSES, assume="two addresses, the fewest: none are stated")
    yield hourly("Resolver endpoint addresses", "aws/route53-resolver/endpoint-address", quantity)


def firewall_domains(domains: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Domain list of DNS Firewall: per domain in it and month. AWS's own lists are free."""
    count = domains.count_of("domains")
    if count:
        yield monthly("DNS Firewall domains", "aws/route53-resolver/firewall/domains", count, "domains")


def firewall_association(association: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """DNS Firewall of a VPC: per query that is inspected, in volume tiers."""
    queries = usage.number("monthly_queries")
    yield tiered("DNS Firewall queries", queries, "aws/route53-resolver/firewall/queries", "queries")
