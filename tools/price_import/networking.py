"""Transit gateways, VPN, traffic mirroring, IP address management and VPC Lattice."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

TRANSIT = "aws/transitgateway"
LATTICE = "aws/vpclattice/service"
FACTS = {
    "Transit Gateway attachment": Line(f"{TRANSIT}/attachment/vpc", "hours"),
    "Transit Gateway data": Line(f"{TRANSIT}/data-processed/vpc", "GB"),
}
PAGE = {
    "Hourly charge for Transit Gateway VPC Attachments per hour": Line(f"{TRANSIT}/attachment/vpc", "hours"),
    "Hourly charge for Transit Gateway Peering Attachments per hour": Line(f"{TRANSIT}/attachment/peering", "hours"),
    "Hourly charge for Transit Gateway Connect attachments per hour": Line(f"{TRANSIT}/attachment/connect", "hours"),
    "Hourly charge for Transit Gateway Site to-Site VPN attachments per hour": Line(
        f"{TRANSIT}/attachment/vpn", "hours"
    ),
    "Hourly charge for Transit Gateway AWS Direct Connect Gateway attachments per hour": Line(
        f"{TRANSIT}/attachment/direct-connect", "hours"
    ),
    "Charge for per GB data processed by AWS Transit Gateways for VPC attachments per GigaBytes": Line(
        f"{TRANSIT}/data-processed/vpc", "GB"
    ),
    "Charge for per GB data processed by AWS Transit Gateways for Site to-Site VPN attachments per GigaBytes": Line(
        f"{TRANSIT}/data-processed/vpn", "GB"
    ),
    "Charge for per GB data processed by AWS Transit Gateways for AWS Direct Connect Gateway attachments per GigaBytes": Line(
        f"{TRANSIT}/data-processed/direct-connect", "GB"
    ),
    "CreateVpnConnection per Hrs": Line("aws/vpn/site-to-site/connection", "hours"),
    "Hourly charge for Client VPN Endpoints per Hourly": Line("aws/vpn/client/association", "hours"),
    "Hourly charge for Client VPN connections per Hourly": Line("aws/vpn/client/connection", "hours"),
    "Hourly charge for Traffic Mirroring Source per hour": Line("aws/vpc/traffic-mirroring/session", "hours"),
    "Hourly charge for Active IP Addresses per hours": Line("aws/vpc/ipam/active-ip", "hours"),
    "Charge per Hour per VPC Lattice Service per Hrs": Line(f"{LATTICE}/hours", "hours"),
    "Charge per GB Data Processed by VPC Lattice Service per GB": Line(f"{LATTICE}/data-processed", "GB"),
    "Charge per Request per hour processed by VPC Lattice Service per Requests": Line(
        f"{LATTICE}/requests", "requests"
    ),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """Single quotes of 2026, then the price page of 2025."""
    yield from from_page(tables.read("aws_facts_2026", "vpc"), FACTS)
    yield from from_page(tables.read("aws_other", "vpc"), PAGE)
