"""AWS Secrets Manager: secrets and their replicas (https://aws.amazon.com/secrets-manager/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import monthly, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

PRODUCT = "aws/secretsmanager/secret"


def secret(secret: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Secret: a price a month, the same again for each replica in its own region, and one for API calls."""
    yield monthly("Secret", PRODUCT, 1, "secrets")
    yield from settled("Replicas", _replicas(secret))
    yield monthly("API requests", "aws/secretsmanager/requests", usage.number("monthly_requests"), "requests")


def _replicas(secret: Resource) -> Iterator[CostComponent]:
    for replica in secret.blocks("replica"):
        region = replica.text("region")
        if region is None:
            yield unpriced("Replica", "the region of the replica is not stated", "secrets")
        else:
            yield monthly(f"Replica ({region})", PRODUCT, 1, "secrets", region=region)
