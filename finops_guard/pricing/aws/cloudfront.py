"""Amazon CloudFront distributions and functions (https://aws.amazon.com/cloudfront/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import group, monthly, per_gb, settled, tiered, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

EDGES = {  # usage key -> name of the edge locations
    "us": "US, Mexico, Canada",
    "europe": "Europe, Israel",
    "south_africa": "South Africa, Kenya, Middle East",
    "south_america": "South America",
    "japan": "Japan",
    "australia": "Australia, New Zealand",
    "asia_pacific": "Hong Kong, Philippines, Singapore, South Korea, Taiwan, Thailand",
    "india": "India",
}
DATA_OUT = "monthly_data_transfer_to_internet_gb"
TO_ORIGIN = "monthly_data_transfer_to_origin_gb"
HTTP = "monthly_http_requests"
HTTPS = "monthly_https_requests"
SHIELDS = {  # region of an origin shield, or the start of its name -> usage key
    "us-": "us",
    "eu-": "europe",
    "sa-east-1": "south_america",
    "ap-northeast-1": "japan",
    "ap-southeast-2": "australia",
    "ap-southeast-1": "singapore",
    "ap-northeast-2": "south_korea",
    "ap-south-1": "india",
}


def distribution(distribution: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Distribution: data and requests by the edge locations that serve them; optional features; nothing for existing.

    The 1 TB and 10 million requests that an account has free are not subtracted. Flat-rate plans cannot be seen.
    """
    for edge in _edges(usage):
        yield from group(EDGES[edge], _edge(edge, usage))
    yield from settled("Origin shield requests", _origin_shields(distribution, usage))
    yield from settled("Cache behaviors", _behaviors(distribution, usage))
    yield tiered(
        "Invalidation requests", usage.number("monthly_invalidation_requests"), "aws/cloudfront/invalidation", "paths"
    )
    yield from settled("Dedicated IP custom SSL certificates", _certificates(distribution, usage))


def _edges(usage: Usage) -> list[str]:
    """The edge locations that the usage file names; without any, the US stand for all that is not known."""
    parts = [usage.nested(name) for name in (DATA_OUT, TO_ORIGIN, HTTP, HTTPS)]
    return [edge for edge in EDGES if any(edge in part for part in parts)] or ["us"]


def _edge(edge: str, usage: Usage) -> Iterator[CostComponent]:
    product = f"aws/cloudfront/{edge.replace('_', '-')}"
    yield tiered("Data transfer out to internet", usage.nested(DATA_OUT).number(edge), f"{product}/data-out", "GB")
    yield per_gb("Data transfer out to origin", usage.nested(TO_ORIGIN).number(edge), f"{product}/data-to-origin")
    yield monthly("HTTP requests", f"{product}/http-requests", usage.nested(HTTP).number(edge), "requests")
    yield monthly("HTTPS requests", f"{product}/https-requests", usage.nested(HTTPS).number(edge), "requests")


def _origin_shields(distribution: Resource, usage: Usage) -> Iterator[CostComponent]:
    """One line for each region that holds an origin shield; several origins may share it."""
    shields = [origin.block("origin_shield") for origin in distribution.blocks("origin")]
    for region in dict.fromkeys(shield.text("origin_shield_region") for shield in shields if shield.flag("enabled")):
        usage_key = next((key for start, key in SHIELDS.items() if region and region.startswith(start)), None)
        if usage_key is None:
            yield unpriced("Origin shield requests", f"no origin shield is offered in {region}", "requests")
            continue
        requests = usage.nested("monthly_shield_requests").number(usage_key)
        name = f"Origin shield requests ({region})"
        yield monthly(name, "aws/cloudfront/origin-shield/requests", requests, "requests", region=region)


def _behaviors(distribution: Resource, usage: Usage) -> Iterator[CostComponent]:
    """What a cache behavior adds. Standard logs (`logging_config`) cost nothing here, only real-time logs do."""
    behaviors = distribution.blocks("default_cache_behavior") + distribution.blocks("ordered_cache_behavior")
    if any(behavior.get("field_level_encryption_id") not in (None, "") for behavior in behaviors):
        requests = usage.number("monthly_encryption_requests")
        yield monthly("Field level encryption requests", "aws/cloudfront/field-level-encryption", requests, "requests")
    if any(behavior.get("realtime_log_config_arn") not in (None, "") for behavior in behaviors):
        yield monthly(
            "Real-time log lines", "aws/cloudfront/real-time-log-lines", usage.number("monthly_log_lines"), "lines"
        )


def _certificates(distribution: Resource, usage: Usage) -> Iterator[CostComponent]:
    """A certificate served from dedicated IP addresses (`vip`) is charged per month, one served by SNI is free."""
    method = distribution.block("viewer_certificate").text("ssl_support_method") or "sni-only"
    if method == "vip":
        count = usage.number("custom_ssl_certificates") if "custom_ssl_certificates" in usage else 1
        yield monthly(
            "Dedicated IP custom SSL certificates", "aws/cloudfront/dedicated-ip-certificate", count, "certificates"
        )
    elif method == "static-ip":
        yield unpriced("Anycast static IP addresses", "charged for the list of addresses, by request", "months")


def function(function: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """CloudFront function: per invocation, at one price for all edge locations."""
    invocations = usage.number("monthly_requests")
    yield monthly("Invocations", "aws/cloudfront/functions/invocations", invocations, "invocations")
