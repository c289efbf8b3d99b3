"""Who must approve: the owners of a cost centre in rising authority, up to the first who covers the rise.

A review is given for a whole change. The amount is therefore what the change adds to the cost centre, whichever of its
resources a rule speaks of; a person who may decide about 2,000 USD cannot let 50,000 pass beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from finops_guard.policy.figures import ZERO, is_unpriced
from finops_guard.policy.keys import AtLeast
from finops_guard.policy.rule import CostCenter, CostCenters, Owner, Rule
from finops_guard.policy.selection import is_costly
from finops_guard.values import Unknown

if TYPE_CHECKING:
    from finops_guard.policy.document import ResourceDocument, RunDocument
    from finops_guard.policy.kinds.interface import Hit

TAGS = ("CostCenter", "cost-center", "cost_center", "costcenter", "Team", "team")
COUNCIL = "council"


@dataclass(slots=True)
class _Sum:
    """What some changes add, as expected and at the high bound (USD/month), and how many of them have no price."""

    expected: Decimal = ZERO
    high: Decimal = ZERO
    unpriced: int = field(default=0)

    def add(self, document: ResourceDocument) -> None:
        changed = document.changed
        before, after = changed.before, changed.after
        self.expected += (after.monthly_cost or ZERO if after else ZERO) - (
            before.monthly_cost or ZERO if before else ZERO
        )
        self.high += (_high(after.high, after.monthly_cost) if after else ZERO) - (
            _high(before.high, before.monthly_cost) if before else ZERO
        )
        self.unpriced += is_unpriced(after)

    @property
    def rise(self) -> Decimal:
        """At least 0. A range that stays as wide as it was adds nothing; one that only moves up adds its move."""
        amount = max(self.expected, self.high, ZERO)
        if not self.unpriced:
            return amount
        return AtLeast.of(amount, Unknown(f"{self.unpriced} without a price"))


def _high(high: Decimal | None, cost: Decimal | None) -> Decimal:
    return max(high or ZERO, cost or ZERO)


def rise(documents: Iterable[ResourceDocument]) -> Decimal:
    """USD/month by which the cost rises at the high bound; AtLeast when a price is missing. Without a base, all of it."""
    total = _Sum()
    for document in documents:
        if document.change != "no-op":
            total.add(document)
    return total.rise


def rises(documents: Iterable[ResourceDocument], centers: CostCenters) -> dict[str | None, Decimal]:
    """The rise of each cost centre by id; None stands for what belongs to none. Those that do not rise are left out."""
    sums: dict[str | None, _Sum] = {}
    for document in documents:
        if document.change == "no-op" or not is_costly(document):
            continue
        center = cost_center_of(document, centers)
        name = center.id if center else None
        if name not in sums:
            sums[name] = _Sum()
        sums[name].add(document)
    found = {name: total.rise for name, total in sums.items()}
    return {
        name: found[name]
        for name in sorted(found, key=lambda name: (name is None, name or ""))
        if found[name] > 0 or isinstance(found[name], AtLeast)
    }


def raised_centers(documents: Iterable[ResourceDocument], centers: CostCenters) -> list[CostCenter | None]:
    """The cost centres for which some resources become dearer, or may do so."""
    return [centers.by_id[name] if name else None for name in rises(documents, centers)]


def cost_center_of(document: ResourceDocument, centers: CostCenters) -> CostCenter | None:
    """The cost centre that a resource's tags name: by id, else by team."""
    if not centers.by_id:
        return None
    found: CostCenter | None = document.kept(":cost_center", lambda one: _named_by_tags(one, centers))
    return found


def _named_by_tags(document: ResourceDocument, centers: CostCenters) -> CostCenter | None:
    tags = document.get("tags")
    if isinstance(tags, Unknown):
        return None
    for name in TAGS:
        value = tags.get(name)
        if isinstance(value, str):
            found = centers.find(name, value)
            if found:
                return found[0]
    return None


def approvals(rule: Rule, hits: Sequence[Hit], run: RunDocument) -> list[dict[str, Any]]:
    """One approval for each cost centre that the hits of a rule concern, or one of the council."""
    if not hits:
        return []
    if (rule.approval or {}).get("chain") == COUNCIL:
        return [_of_council(rule, run)]
    amounts = _rises_of(run)
    concerned: dict[str | None, None] = {}
    for hit in hits:
        for center in _concerned(hit, run, amounts):
            concerned[center.id if center else None] = None
    centers = run.cost_centers
    return [
        approval(rule.id, centers.by_id[name] if name else None, amounts.get(name, ZERO), centers) for name in concerned
    ]


def _rises_of(run: RunDocument) -> Mapping[str | None, Decimal]:
    """The rises of the whole run, computed once."""
    if run.rises is None:
        run.rises = rises(run.documents(), run.cost_centers)
    return run.rises


def _concerned(hit: Hit, run: RunDocument, amounts: Mapping[str | None, Decimal]) -> Sequence[CostCenter | None]:
    """Whose money a hit is about; of a finding about the run, that of all who pay more. Somebody always approves."""
    named = hit.centers() if hit.centers else ()
    if named:
        return named
    if hit.document is not None:
        return [cost_center_of(hit.document, run.cost_centers)]
    return [run.cost_centers.by_id[name] if name else None for name in amounts] or [None]


def approval(rule_id: str, center: CostCenter | None, amount: Decimal, centers: CostCenters) -> dict[str, Any]:
    """What the report says about one approval (report.json, `verdict.approvals`).

    `chain` ends with the one who must approve (anyone with more authority may too); when nobody's authority covers the
    amount, `insufficient` is true, `reason` says why, and the chain ends with the council.
    """
    owners = sorted(center.owners if center else (), key=_authority)
    enough = next(
        (index for index, owner in enumerate(owners) if owner.authority is None or owner.authority >= amount), None
    )
    chain = owners if enough is None else owners[: enough + 1]
    return {
        "rule": rule_id,
        "amount": amount,
        "at_least": isinstance(amount, AtLeast),
        "cost_center": center.id if center else None,
        "chain": [*map(_owner, chain), *(map(_member, centers.council) if enough is None else ())],
        "needed": 1,
        "given": [],
        "insufficient": enough is None,
        "reason": _reason(center, centers) if enough is None else None,
    }


def _of_council(rule: Rule, run: RunDocument) -> dict[str, Any]:
    """An approval that only the council gives, whatever the amount."""
    amount = rise(run.documents())
    return {
        "rule": rule.id,
        "amount": amount,
        "at_least": isinstance(amount, AtLeast),
        "cost_center": None,
        "chain": [_member(member) for member in run.cost_centers.council],
        "needed": 1,
        "given": [],
        "insufficient": True,
        "reason": "this is for the council",
    }


def _reason(center: CostCenter | None, centers: CostCenters) -> str:
    """Why no owner covers an amount."""
    if not centers.by_id:
        return "no cost centres are configured (cost-centers.yaml)"
    if center is None:
        return "what costs more belongs to no cost centre (tag CostCenter or Team)"
    if not center.owners:
        return f"{center.id} has no owners"
    return "nobody's authority covers the amount"


def _authority(owner: Owner) -> tuple[bool, Decimal]:
    return (owner.authority is None, owner.authority or ZERO)


def _member(member: Owner) -> dict[str, Any]:
    return {**_owner(member), "council": True}


def _owner(owner: Owner) -> dict[str, Any]:
    return {"name": owner.name, "role": owner.role, "logins": dict(owner.logins), "authority": owner.authority}
