"""Elastic IP addresses (https://aws.amazon.com/vpc/pricing/, public IPv4 addresses)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import hourly, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

NAME = "Public IPv4 address"
OWN_POOL = "ipv4pool-"  # addresses that the customer brought; Amazon's own pool is called "amazon"


def elastic_ip(address: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Elastic IP: charged per hour since 2024-02-01, in use or idle; addresses that the customer brought are free.

    The NAT gateway, load balancer or instance that uses it does not count it again.
    """
    if (address.text("public_ipv4_pool") or "amazon").startswith(OWN_POOL) or "customer_owned_ipv4_pool" in address:
        return
    if address.get("ipam_pool_id") is None or address.computed("ipam_pool_id"):
        yield hourly(NAME, "aws/vpc/public-ipv4/in-use")
    else:
        yield from _from_ipam(address)


def _from_ipam(address: Resource) -> Iterator[CostComponent]:
    """IPAM pools hold contiguous addresses of Amazon, at a price of their own, or the customer's, which are free."""
    pools = [pool for pool in address.related("ipam_pool_id") if pool.type == "aws_vpc_ipam_pool"]
    source = pools[0].text("public_ip_source") if pools else None
    if source == "amazon":
        yield hourly(NAME, "aws/vpc/public-ipv4/contiguous")
    elif source is None and not pools:
        reason = "its IPAM pool is not in this plan: Amazon's addresses are charged for, the customer's own are free"
        yield unpriced(NAME, reason, "hours")
