"""Amazon QuickSight users (https://aws.amazon.com/quicksight/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import amount, monthly, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

ROLES = {
    "ADMIN": "author",
    "AUTHOR": "author",
    "READER": "reader",
    "ADMIN_PRO": "author-pro",
    "AUTHOR_PRO": "author-pro",
    "READER_PRO": "reader-pro",
}  # administrators are charged like authors
EDITION = "Enterprise edition, subscribed by the month: the account decides"


def user(user: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """User: a monthly subscription by role. What the account itself pays (capacity, Amazon Q) is not counted here."""
    role = user.text("user_role")
    if role not in ROLES:
        yield unpriced("Subscription", f"no price for the role {role}", "users")
    else:
        name = f"Subscription ({role.lower().replace('_', ' ')})"
        yield monthly(name, f"aws/quicksight/user/{ROLES[role]}", amount(1, assume=EDITION), "users")
