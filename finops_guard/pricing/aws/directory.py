"""AWS Directory Service (https://aws.amazon.com/directoryservice/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import Amount, amount, hourly, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

MICROSOFT = "microsoftad"
BY_DIRECTORY = {"simplead": ("Simple AD", "simple-ad"), "adconnector": ("AD Connector", "ad-connector")}
INCLUDED = 2  # domain controllers that a managed Microsoft AD starts with


def directory(directory: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Directory: a managed Microsoft AD per hour and domain controller, Simple AD and AD Connector per hour and directory."""
    kind = (directory.text("type") or "SimpleAD").lower()
    if kind == MICROSOFT:
        yield from _microsoft(directory, usage)
    elif kind in BY_DIRECTORY:
        name, key = BY_DIRECTORY[kind]
        size = directory.text("size") or "Large"  # the provider's default
        yield hourly(f"Directory service ({name}, {size.title()})", f"aws/directory/{key}/{size.lower()}")
    else:
        yield unpriced("Directory service", f"no price model for directories of type {directory.text('type')}", "hours")


def _microsoft(directory: Resource, usage: Usage) -> Iterator[CostComponent]:
    edition = directory.text("edition") or "Enterprise"  # the provider's default
    product = f"aws/directory/microsoft-ad/{edition.lower()}"
    yield hourly(f"Directory service (Microsoft AD, {edition})", product, INCLUDED)
    additional = _additional(directory, usage)
    if additional is not None:
        yield hourly("Additional domain controllers", product, additional)
    if "shared_accounts" in usage:
        yield hourly("Directory sharing", f"{product}/shared-account", usage.number("shared_accounts"))


def _additional(directory: Resource, usage: Usage) -> Amount | None:
    """Controllers beyond the first two: of the usage file, else of the code."""
    if "additional_domain_controllers" in usage:
        return usage.number("additional_domain_controllers")
    desired = directory.number("desired_number_of_domain_controllers")
    return amount(desired - INCLUDED) if desired and desired > INCLUDED else None
