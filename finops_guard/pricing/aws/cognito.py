"""Amazon Cognito user pools (https://aws.amazon.com/cognito/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import monthly, settled, tiered
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

USERS = "aws/cognito/users"
DEFAULT_PLAN = "ESSENTIALS"  # of a new user pool


def user_pool(pool: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """User pool: monthly active users by the feature plan; users who sign in through SAML or OIDC have one price.

    The account's free users are not subtracted. Messages are charged with SNS, SES and End User Messaging.
    """
    yield from settled("Monthly active users", _users(pool, usage))
    if "monthly_federated_users" in usage:
        federated = usage.number("monthly_federated_users")
        yield monthly("Monthly active users (SAML or OIDC)", f"{USERS}/federated", federated, "users")


def _users(pool: Resource, usage: Usage) -> Iterator[CostComponent]:
    plan = (pool.text("user_pool_tier") or DEFAULT_PLAN).lower()
    users = usage.number("monthly_active_users")
    yield tiered(f"Monthly active users ({plan.title()})", users, f"{USERS}/{plan}", "users")
