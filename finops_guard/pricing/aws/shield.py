"""AWS Shield Advanced (https://aws.amazon.com/shield/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import amount, monthly, settled, tiered, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

TYPES = {  # protected resource -> how the price page calls the way out
    "aws_cloudfront_distribution": "cloudfront",
    "aws_globalaccelerator_accelerator": "globalaccelerator",
    "aws_lb": "elasticloadbalancing",
    "aws_alb": "elasticloadbalancing",
    "aws_elb": "elasticloadbalancing",
    "aws_eip": "eip",
}
FREE = {"aws_route53_zone", "aws_route53_health_check"}
SERVICES = {"cloudfront", "globalaccelerator", "elasticloadbalancing"}  # as they stand in an ARN
ONCE = "the organization's only subscription: it is charged once for all of its accounts"


def subscription(subscription: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Subscription: per month for the whole organization, with a commitment of one year."""
    yield monthly("Shield Advanced", "aws/shield/advanced/subscription", amount(1, assume=ONCE))


def protection(protection: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Protection: GB that leave through the protected resource, in volume tiers; hosted zones add nothing."""
    yield from settled("Data transfer out", _data_out(protection, usage))


def _data_out(protection: Resource, usage: Usage) -> Iterator[CostComponent]:
    types = {found.type for found in protection.related("resource_arn")}
    if types & FREE:
        return
    kind = next((TYPES[name] for name in sorted(types) if name in TYPES), None) or _of_arn(protection)
    if kind is None:
        yield unpriced("Data transfer out", "nothing tells what kind of resource is protected", "GB")
    elif kind != "route53":
        data = usage.number("monthly_data_transfer_out_gb")
        yield tiered("Data transfer out", data, f"aws/shield/advanced/data-out/{kind}", "GB")


def _of_arn(protection: Resource) -> str | None:
    parts = (protection.text("resource_arn") or "").split(":")
    service = parts[2] if len(parts) > 5 else ""
    if service == "ec2":
        return "eip"
    return service if service in SERVICES or service == "route53" else None
