"""Amazon VPC: NAT gateways, endpoints, public IPv4 addresses (aws.amazon.com/vpc/pricing/, /privatelink/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.component import Amount, amount, hourly, per_gb, settled, tiered, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Unknown, UnknownValue

SUBNET_TYPES = {"aws_subnet", "aws_default_subnet"}
ENDPOINTS = {
    "interface": ("Interface", "aws/vpc/endpoint/interface"),
    "gatewayloadbalancer": ("GatewayLoadBalancer", "aws/vpc/endpoint/gateway-load-balancer"),
}


def public_ipv4(count: Amount, name: str = "Public IPv4 addresses") -> CostComponent:
    """`count` public IPv4 addresses that AWS assigns: each is charged per hour, used or not, since 2024-02-01."""
    return hourly(name, "aws/vpc/public-ipv4/in-use", count)


def subnet_count(resource: Resource, attribute: str) -> Quantity | None:
    """How many subnets an attribute lists, or None when it is absent. Raises UnknownValue when nothing tells.

    The ids may be unknown: then the length of the list counts, else the subnets that the expression refers to.
    """
    value = resource.get(attribute)
    if isinstance(value, Unknown) and not value.computed:
        subnets = [found for found in resource.related(attribute) if found.type in SUBNET_TYPES]
        if not subnets:
            raise UnknownValue(attribute, value)
        return amount(len(subnets), assume=f"{len(subnets)} subnets: those that {attribute} refers to")
    count = resource.count_of(attribute)
    return amount(count) if count else None


def nat_gateway(gateway: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """NAT gateway: charged per hour it exists and per GB it processes, whether public or private.

    Its Elastic IPs (`allocation_id`, secondary ones too) are resources of their own and carry their price.
    """
    if (gateway.text("availability_mode") or "zonal").lower() == "regional":
        yield from settled("NAT gateway", _regional_nat_gateway(gateway))
    else:
        yield hourly("NAT gateway", "aws/vpc/nat-gateway/hours")
    yield per_gb("Data processed", usage.number("monthly_data_processed_gb"), "aws/vpc/nat-gateway/data-processed")


def _regional_nat_gateway(gateway: Resource) -> Iterator[CostComponent]:
    """A regional NAT gateway is charged for each Availability Zone that it serves."""
    zones = gateway.count_of("availability_zone_address")
    if zones:
        yield hourly("NAT gateway", "aws/vpc/nat-gateway/hours", zones)
    else:
        reason = "a regional NAT gateway is charged for each Availability Zone, and they are not stated"
        yield unpriced("NAT gateway", reason, "hours")
        yield unpriced("Public IPv4 addresses", "a regional NAT gateway allocates its addresses by itself", "hours")


def vpc_endpoint(endpoint: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """VPC endpoint: per hour and Availability Zone, and per GB; gateway endpoints (S3, DynamoDB) are free."""
    kind = (endpoint.text("vpc_endpoint_type") or "Gateway").lower()
    if kind == "gateway":
        return
    if kind not in ENDPOINTS:
        stated = endpoint.text("vpc_endpoint_type")
        yield unpriced("Endpoint", f"no price model for endpoints of type {stated}", "hours")
        return
    name, product = ENDPOINTS[kind]
    yield from settled(f"Endpoint ({name})", _endpoint_hours(endpoint, f"Endpoint ({name})", f"{product}/hours"))
    data = usage.number("monthly_data_processed_gb")
    if kind == "interface":
        yield tiered("Data processed", data, f"{product}/data-processed", "GB")
    else:
        yield per_gb("Data processed", data, f"{product}/data-processed")


def _endpoint_hours(endpoint: Resource, name: str, product: str) -> Iterator[CostComponent]:
    """One hour for each subnet, that is for each Availability Zone."""
    zones = subnet_count(endpoint, "subnet_ids")
    # Once applied, subnet_ids holds the subnets of the associations too.
    attached = Decimal(len(endpoint.referrers("aws_vpc_endpoint_subnet_association", "vpc_endpoint_id")))
    if attached:
        zones = amount(attached) if zones is None else zones.map(lambda number: max(number, attached))
    if zones is None:
        zones = amount(1, assume="one Availability Zone: no subnets are stated")
    yield hourly(name, product, zones)
