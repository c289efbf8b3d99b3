"""Who must approve: the owners of a cost centre in rising authority, up to the first who covers the rise."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from finops_guard.policy.document import ResourceDocument
from finops_guard.policy.figures import ZERO
from finops_guard.policy.rule import CostCenter, CostCenters, Owner
from finops_guard.values import Unknown

TAGS = ("CostCenter", "cost-center", "cost_center", "costcenter", "Team", "team")


def rise(documents: Iterable[ResourceDocument]) -> Decimal:
    """USD/month by which the cost rises at the high bound, at least 0; without a base, all of it counts."""
    total = ZERO
    for document in documents:
        changed = document.changed
        if changed.change.action == "no-op":
            continue
        after = _high(changed.after.high, changed.after.monthly_cost) if changed.after else ZERO
        before = (changed.before.monthly_cost or ZERO) if changed.before else ZERO
        total += after - before
    return max(total, ZERO)


def _high(high: Decimal | None, cost: Decimal | None) -> Decimal:
    return max(high or ZERO, cost or ZERO)


def rises_by_cost_center(
    documents: Iterable[ResourceDocument], centers: CostCenters
) -> list[tuple[CostCenter | None, Decimal]]:
    """The rise of each cost centre among some resources; None stands for what belongs to none."""
    groups: dict[str | None, list[ResourceDocument]] = {}
    for document in documents:
        center = cost_center_of(document, centers)
        groups.setdefault(center.id if center else None, []).append(document)
    rises = [(centers.by_id[name] if name else None, rise(group)) for name, group in groups.items()]
    return sorted(
        ((center, amount) for center, amount in rises if amount > 0),
        key=lambda entry: (entry[0] is None, entry[0].id if entry[0] else ""),
    )


def cost_center_of(document: ResourceDocument, centers: CostCenters) -> CostCenter | None:
    """The cost centre that a resource's tags name: by id, else by team."""
    tags = document.get("tags")
    if isinstance(tags, Unknown) or not centers.by_id:
        return None
    for name in TAGS:
        value = tags.get(name)
        if isinstance(value, str):
            found = centers.find(name, value)
            if found:
                return found[0]
    return None


def approval(rule_id: str, center: CostCenter | None, amount: Decimal, centers: CostCenters) -> dict[str, Any]:
    """What the report says about one approval (report.json, `verdict.approvals`).

    `chain` ends with the one who must approve (anyone with more authority may too); when nobody's authority covers the
    amount, `insufficient` is true and the chain ends with the council.
    """
    owners = sorted(center.owners if center else (), key=_authority)
    enough = next(
        (index for index, owner in enumerate(owners) if owner.authority is None or owner.authority >= amount), None
    )
    chain = owners if enough is None else owners[: enough + 1]
    return {
        "rule": rule_id,
        "amount": amount,
        "cost_center": center.id if center else None,
        "chain": [_owner(owner) for owner in (*chain, *(centers.council if enough is None else ()))],
        "needed": 1,
        "given": [],
        "insufficient": enough is None,
    }


def _authority(owner: Owner) -> tuple[bool, Decimal]:
    return (owner.authority is None, owner.authority or ZERO)


def _owner(owner: Owner) -> dict[str, Any]:
    return {"name": owner.name, "role": owner.role, "logins": dict(owner.logins), "authority": owner.authority}
