"""Amazon Route 53: hosted zones, DNS queries, health checks (https://aws.amazon.com/route53/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import amount, monthly, tiered, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

QUERIES = {  # kind of routing -> usage key, name of the line
    "standard": ("monthly_standard_queries", "Standard queries"),
    "latency": ("monthly_latency_based_queries", "Latency based routing queries"),
    "geo": ("monthly_geo_queries", "Geo DNS queries"),
    "ip-based": ("monthly_ip_based_queries", "IP-based routing queries"),
}
POLICIES = {
    "latency_routing_policy": "latency",
    "geolocation_routing_policy": "geo",
    "geoproximity_routing_policy": "geo",
    "cidr_routing_policy": "ip-based",
}
FAST_INTERVAL_SECONDS = 10


def zone(zone: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Hosted zone, public or private: per month. The lower price above 25 zones of an account is not counted on."""
    yield monthly("Hosted zone", "aws/route53/hosted-zone", 1, "zones")


def record(record: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Record: nothing by itself; queries by kind of routing. Queries for aliases of AWS resources are free."""
    if record.blocks("alias") and not _aliases_a_record(record):
        return
    own = next((kind for policy, kind in POLICIES.items() if record.blocks(policy)), "standard")
    stated = [kind for kind, (name, _) in QUERIES.items() if name in usage]
    for kind in stated or [own]:
        name, line = QUERIES[kind]
        yield tiered(line, usage.number(name), f"aws/route53/queries/{kind}", "queries")


def _aliases_a_record(record: Resource) -> bool:
    """An alias of another record, which is in the zone of the alias itself, is charged like that record."""
    if any(target.type in ("aws_route53_record", "aws_route53_zone") for target in record.related("alias")):
        return True
    own_zone = record.get("zone_id")
    return isinstance(own_zone, str) and record.block("alias").get("zone_id") == own_zone


def health_check(check: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Health check: per month, cheaper for endpoints in AWS, and a charge for each optional feature.

    Optional features are HTTPS, string matching, the fast interval and latency measurement.
    """
    kind = (check.text("type") or "").upper()
    if kind == "RECOVERY_CONTROL":
        yield unpriced("Health check", "charged through the routing control's cluster", "checks")
        return
    stated = usage.text("endpoint_type")
    place = "other-endpoint" if (stated or "aws").lower().replace("-", "_") == "non_aws" else "aws-endpoint"
    endpoint = kind not in ("CALCULATED", "CLOUDWATCH_METRIC")
    assume = "an endpoint in AWS: set endpoint_type: non_aws for others" if endpoint and stated is None else None
    product = f"aws/route53/health-check/{place}"
    yield monthly("Health check", product, amount(1, assume=assume), "checks")
    features = _optional_features(check, kind) if endpoint else 0
    if features:
        yield monthly("Optional features", f"{product}-feature", features, "checks")


def _optional_features(check: Resource, kind: str) -> int:
    return sum(
        (
            kind.startswith("HTTPS"),
            kind.endswith("STR_MATCH"),
            check.number("request_interval") == FAST_INTERVAL_SECONDS,
            check.flag("measure_latency"),
        )
    )
