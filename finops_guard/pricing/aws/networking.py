"""Transit gateways, VPN, traffic mirroring, IP address management (aws.amazon.com/transit-gateway/pricing/, /vpn/, /vpc/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import HOURS_PER_MONTH, CostComponent, Resource
from finops_guard.pricing.component import amount, hourly, monthly, per_gb, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Unknown

TRANSIT = "aws/transitgateway"
ACCELERATORS = 2  # an accelerated VPN connection has one for each tunnel
ONE_CLIENT = "one client connected all month: set monthly_connection_hrs"


def transit_gateway_attachment(attachment: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """VPC attachment of a transit gateway: per hour, and per GB that the VPC sends into the gateway."""
    yield from _attachment("vpc", usage)


def transit_gateway_peering(attachment: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """One end of a peering attachment: per hour on each side; data is charged where it enters a gateway, not here."""
    yield hourly("Transit gateway attachment", f"{TRANSIT}/attachment/peering")


def transit_gateway_connect(attachment: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Connect attachment: per hour; its data is charged with the attachment that transports it."""
    yield hourly("Transit gateway attachment", f"{TRANSIT}/attachment/connect")


def direct_connect_association(association: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Association of a Direct Connect gateway: an attachment of a transit gateway; free with a virtual private gateway."""
    gateways = {gateway.type for gateway in association.related("associated_gateway_id")}
    if "aws_ec2_transit_gateway" in gateways:
        yield from _attachment("direct-connect", usage)
    elif not gateways & {"aws_vpn_gateway", "aws_networkmanager_core_network"}:
        yield from settled("Transit gateway attachment", _by_gateway_id(association, usage))


def _by_gateway_id(association: Resource, usage: Usage) -> Iterator[CostComponent]:
    gateway = association.text("associated_gateway_id") or association.text("associated_gateway_type")
    if gateway is None:
        reason = "nothing tells whether a transit gateway is associated, which is charged, or a virtual private one"
        yield unpriced("Transit gateway attachment", reason, "hours")
    elif not gateway.lower().startswith(("vgw-", "virtualprivategateway")):
        yield from _attachment("direct-connect", usage)


def _attachment(kind: str, usage: Usage) -> Iterator[CostComponent]:
    yield hourly("Transit gateway attachment", f"{TRANSIT}/attachment/{kind}")
    data = usage.number("monthly_data_processed_gb")
    yield per_gb("Data processed", data, f"{TRANSIT}/data-processed/{kind}")


def vpn_connection(connection: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Site-to-Site VPN connection: per hour; on a transit gateway an attachment too; accelerated, two accelerators."""
    yield hourly("VPN connection", "aws/vpn/site-to-site/connection")
    if _stated(connection, "transit_gateway_id"):
        yield from _attachment("vpn", usage)
    yield from settled("Accelerators", _acceleration(connection))


def _acceleration(connection: Resource) -> Iterator[CostComponent]:
    if connection.flag("enable_acceleration"):
        yield hourly("Accelerators", "aws/globalaccelerator/accelerator", ACCELERATORS)
        reason = "the premium on data through the accelerators depends on where the users are"
        yield unpriced("Data premium of the accelerators", reason, "GB")


def _stated(resource: Resource, name: str) -> bool:
    """Whether code gives the attribute a value, be it one that is known only after apply."""
    value = resource.get(name)
    return not value.computed if isinstance(value, Unknown) else value not in (None, "")


def client_vpn_endpoint(endpoint: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Client VPN endpoint: hours of connected clients; the endpoint itself is charged for its subnet associations."""
    key = "monthly_connection_hrs"
    hours = usage.number(key) if key in usage else amount(HOURS_PER_MONTH, assume=ONE_CLIENT)
    yield monthly("Connection", "aws/vpn/client/connection", hours, "hours")


def client_vpn_association(association: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Association of a Client VPN endpoint with a subnet: per hour."""
    yield hourly("Endpoint association", "aws/vpn/client/association")


def mirror_session(session: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Traffic mirroring session: per hour and mirrored network interface."""
    yield hourly("Traffic mirror", "aws/vpc/traffic-mirroring/session")


def ipam(ipam: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """IP address manager: per hour and active address that it manages in the advanced tier; the free tier is free."""
    if (ipam.text("tier") or "advanced").lower() == "advanced":
        yield hourly("Active IP addresses", "aws/vpc/ipam/active-ip", usage.number("active_ip_addresses"))
