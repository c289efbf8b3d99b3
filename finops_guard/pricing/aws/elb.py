"""Elastic Load Balancing (https://aws.amazon.com/elasticloadbalancing/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from finops_guard.model import HOURS_PER_MONTH, CostComponent, Quantity, Resource
from finops_guard.pricing.aws.vpc import public_ipv4, subnet_count
from finops_guard.pricing.component import amount, hourly, monthly, per_gb, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

Capacity = dict[str, Decimal]  # what one capacity unit holds, by usage key

NAMES = {"application": "Application", "network": "Network", "gateway": "Gateway"}
NEW, ACTIVE, GB, RULES = "new_connections", "active_connections", "processed_bytes_gb", "rule_evaluations"
MONTHLY_GB = "monthly_processed_gb"  # the same as processed_bytes_gb, with its unit in the name
APPLICATION: Capacity = {NEW: Decimal(25), ACTIVE: Decimal(3000), GB: Decimal(1), RULES: Decimal(1000)}
LAMBDA_GB = Decimal("0.4")
GATEWAY: Capacity = {NEW: Decimal(600), ACTIVE: Decimal(60000), GB: Decimal(1)}
NETWORK: dict[str, Capacity] = {
    "TCP": {NEW: Decimal(800), ACTIVE: Decimal(100000), GB: Decimal(1)},
    "UDP": {NEW: Decimal(400), ACTIVE: Decimal(50000), GB: Decimal(1)},
    "TLS": {NEW: Decimal(50), ACTIVE: Decimal(3000), GB: Decimal(1)},
}
LISTENERS = ("aws_lb_listener", "aws_alb_listener")
TARGET_GROUPS = ("aws_lb_target_group", "aws_alb_target_group")
PROTOCOLS = {"TCP": "TCP", "UDP": "UDP", "TCP_UDP": "UDP", "TLS": "TLS", "QUIC": "UDP", "TCP_QUIC": "UDP"}


def load_balancer(balancer: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Load balancer: per hour, per capacity unit (LCU) and hour, and per public IPv4 address if internet-facing.

    Usage: new_connections per second, active_connections per minute and rule_evaluations per second on average;
    processed_bytes_gb or monthly_processed_gb: GB in the month.
    """
    kind = (balancer.text("load_balancer_type") or "application").lower()
    if kind not in NAMES:
        yield unpriced("Load balancer", f"load_balancer_type {kind} is not known", "hours")
        return
    yield hourly(f"{NAMES[kind]} load balancer", f"aws/elb/{kind}/hours")
    yield from settled("Load balancer capacity units", _capacity_units(balancer, usage, kind))
    if kind != "gateway":
        yield from settled("Public IPv4 addresses", _addresses(balancer))


def _capacity_units(balancer: Resource, usage: Usage, kind: str) -> Iterator[CostComponent]:
    """The unit of the busiest dimension, for all hours; a reservation is charged in full, and use only above it."""
    used = _units_in_use(usage, _capacity(balancer, kind))
    reserved = balancer.block("minimum_load_balancer_capacity").number("capacity_units")
    product = f"aws/elb/{kind}/lcu"
    if reserved:
        yield monthly("Reserved load balancer capacity units", product, reserved * HOURS_PER_MONTH, "LCU-hours")
        used = used.map(lambda units: max(Decimal(0), units - reserved))
    yield monthly("Load balancer capacity units", product, used * HOURS_PER_MONTH, "LCU-hours")


def _capacity(balancer: Resource, kind: str) -> tuple[Capacity, str | None]:
    """What one capacity unit holds, and what is assumed about it."""
    if kind == "gateway":
        return GATEWAY, None
    if kind == "application":
        related = [target for listener in _listeners(balancer) for target in listener.related("default_action")]
        groups = [target for target in related if target.type in TARGET_GROUPS]
        only_lambda = bool(groups) and all(group.get("target_type") == "lambda" for group in groups)
        return (APPLICATION | {GB: LAMBDA_GB} if only_lambda else APPLICATION), None
    listeners = _listeners(balancer)
    stated = {str(listener.get("protocol")).upper() for listener in listeners}
    protocols = {PROTOCOLS[name] for name in stated if name in PROTOCOLS} or {"TCP"}
    smallest = min(protocols, key=lambda name: NETWORK[name][NEW])
    assumption = f"all traffic counted as {smallest}: the listeners mix protocols" if len(protocols) > 1 else None
    return NETWORK[smallest], assumption


def _listeners(balancer: Resource) -> list[Resource]:
    return [found for kind in LISTENERS for found in balancer.referrers(kind, "load_balancer_arn")]


def _units_in_use(usage: Usage, capacity: tuple[Capacity, str | None]) -> Quantity:
    """Capacity units on average: the dimension that needs most of them decides."""
    holds, assumption = capacity
    dimensions = [usage.number(name) / holds[name] for name in (NEW, ACTIVE, RULES) if name in holds]
    dimensions += [usage.number(name) / HOURS_PER_MONTH / holds[GB] for name in (MONTHLY_GB, GB)]
    stated = [dimension for dimension in dimensions if dimension.value is not None]
    if not stated:
        keys = [NEW, ACTIVE, MONTHLY_GB, *([RULES] if RULES in holds else [])]
        return replace(dimensions[0], reason=f"depends on usage: set one of {', '.join(keys)}")
    busiest = max(stated, key=lambda dimension: dimension.value or Decimal(0))
    low = max(dimension.low if dimension.low is not None else dimension.value or Decimal(0) for dimension in stated)
    high = max(dimension.high if dimension.high is not None else dimension.value or Decimal(0) for dimension in stated)
    ranged = any(dimension.low is not None for dimension in stated)
    return replace(busiest, low=low if ranged else None, high=high if ranged else None, assumption=assumption)


def _addresses(balancer: Resource) -> Iterator[CostComponent]:
    """One public IPv4 address for each subnet of an internet-facing load balancer.

    Elastic IPs (`allocation_id`) are resources of their own and are counted there.
    """
    if balancer.flag("internal") or balancer.text("ip_address_type") == "dualstack-without-public-ipv4":
        return
    if balancer.blocks("ipam_pools"):
        yield unpriced("Public IPv4 addresses", "the IPAM pool decides whether the addresses are charged for", "hours")
        return
    mappings = balancer.blocks("subnet_mapping")
    if mappings:
        own = sum(1 for mapping in mappings if mapping.get("allocation_id") in (None, ""))
        if own:
            yield public_ipv4(own)
        return
    subnets = subnet_count(balancer, "subnets")
    if subnets is None:
        yield unpriced("Public IPv4 addresses", "one for each subnet, and the subnets are not stated", "hours")
    else:
        yield public_ipv4(subnets)


def classic_load_balancer(balancer: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Classic load balancer: per hour and per GB it processes; no capacity units."""
    yield hourly("Classic load balancer", "aws/elb/classic/hours")
    yield per_gb("Data processed", usage.number("monthly_data_processed_gb"), "aws/elb/classic/data-processed")
    yield from settled("Public IPv4 addresses", _classic_addresses(balancer))


def _classic_addresses(balancer: Resource) -> Iterator[CostComponent]:
    if balancer.flag("internal"):
        return
    zones = subnet_count(balancer, "subnets") or _zone_count(balancer)
    if zones is None:
        yield unpriced("Public IPv4 addresses", "one for each Availability Zone, and they are not stated", "hours")
    else:
        yield public_ipv4(zones)


def _zone_count(balancer: Resource) -> Quantity | None:
    count = balancer.count_of("availability_zones")
    return amount(count) if count else None
