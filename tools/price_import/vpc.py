"""NAT gateways, VPC endpoints and public IPv4 addresses."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.tables import Draft, Tables, draft

NETWORK = {
    "nat-gateway-hour": ("aws/vpc/nat-gateway/hours", "hours"),
    "nat-gateway-gb": ("aws/vpc/nat-gateway/data-processed", "GB"),
    "public-ipv4-in-use": ("aws/vpc/public-ipv4/in-use", "hours"),
}
FACTS = {
    "NAT hours": ("aws/vpc/nat-gateway/hours", "hours"),
    "NAT data": ("aws/vpc/nat-gateway/data-processed", "GB"),
}
PAGES = {
    "Hourly charge for NAT Gateways": ("aws/vpc/nat-gateway/hours", "hours"),
    "Charge for per GB data processed by NatGateways": ("aws/vpc/nat-gateway/data-processed", "GB"),
}
VPC_PAGE = {
    "Hourly charge for VPC Endpoints per Hrs": ("aws/vpc/endpoint/interface/hours", "hours"),
    "Hourly charge for AWS Gateway Load Balancer VPC Endpoint per Hrs": (
        "aws/vpc/endpoint/gateway-load-balancer/hours",
        "hours",
    ),
    "Charge for per GB data processed by AWS Gateway Load Balancer VPC Endpoint per GB": (
        "aws/vpc/endpoint/gateway-load-balancer/data-processed",
        "GB",
    ),
    "Hourly charge for In use Public IPv4 Addresses per Hrs": ("aws/vpc/public-ipv4/in-use", "hours"),
    "Hourly charge for IPv4 address in a contiguous block of IPv4 address per Hrs": (
        "aws/vpc/public-ipv4/contiguous",
        "hours",
    ),
}
ENDPOINT_TIERS = {"0 to 1048576": 0, "1048576 to 5242880": 1048576, "5242880 to Inf": 5242880}  # GB a month


def rows(tables: Tables) -> Iterator[Draft]:
    """The network table of 2026, then single quotes of 2026, then the price pages of 2025."""
    for table, service, products in (
        ("aws_ebs_network", "vpc", NETWORK),
        ("aws_facts_2026", "nat-gateway", FACTS),
        ("aws_other", "natgateway", PAGES),
        ("aws_other", "vpc", VPC_PAGE),
    ):
        for row in tables.read(table, service):
            if row.sku in products:
                yield draft(row, *products[row.sku])
    for row in tables.read("aws_other", "vpc"):
        for text, start in ENDPOINT_TIERS.items():
            if row.sku == f"Charge for per GB data processed by VPC Endpoints per GB from {text}":
                yield draft(row, "aws/vpc/endpoint/interface/data-processed", "GB", start=start)
