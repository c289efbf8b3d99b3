"""The leading peer's cost document, so that rules written for its cost policies run unchanged. Pure.

Its shape (version 0.2): projects with pastBreakdown, breakdown and diff; money and quantities as text, USD; a figure that
nobody has is null. An hour is 1/730 of a month. Names of cost components are ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from finops_guard.model import (
    HOURS_PER_MONTH,
    CostComponent,
    Estimate,
    EstimatedChange,
    ProjectEstimate,
    Resource,
    ResourceEstimate,
)
from finops_guard.policy.figures import is_unpriced, known_cost
from finops_guard.values import Unknown

VERSION = "0.2"
PLACES = Decimal("0.000001")
UNCHANGED = ("no-op", "read")


def peer_document(estimate: Estimate) -> dict[str, Any]:
    """The whole document. Without a base, what was before and the difference are null."""
    projects = [_project(project) for project in estimate.projects]
    has_base = all(project["pastBreakdown"] is not None for project in projects)
    changes = [change for project in estimate.projects for change in project.changes]
    before, after = _total(change.before for change in changes), _total(change.after for change in changes)
    return {
        "version": VERSION,
        "currency": "USD",
        "projects": projects,
        **_totals("total", after),
        **_totals("pastTotal", before if has_base else None),
        **_totals("diffTotal", after - before if has_base else None),
        "timeGenerated": f"{estimate.as_of}T00:00:00Z",
        "summary": _summary(changes),
    }


def _project(project: ProjectEstimate) -> dict[str, Any]:
    changes = [change for change in project.changes if change.change.action != "read"]
    has_base = all(change.change.action != "declared" for change in changes)
    differences = [_difference(change) for change in changes if change.change.action not in UNCHANGED]
    before, after = _total(change.before for change in changes), _total(change.after for change in changes)
    return {
        "name": project.project.name,
        "metadata": {"path": project.project.path, "type": project.project.kind},
        "pastBreakdown": _breakdown([(one.change.before, one.before) for one in changes]) if has_base else None,
        "breakdown": _breakdown([(one.change.after, one.after) for one in changes]),
        "diff": {"resources": differences, **_totals("total", after - before)} if has_base else None,
        "summary": _summary(changes),
    }


def _breakdown(sides: Sequence[tuple[Resource | None, ResourceEstimate | None]]) -> dict[str, Any]:
    resources = [_resource(side, priced) for side, priced in sides if side is not None and priced is not None]
    return {"resources": resources, **_totals("total", _total(priced for _, priced in sides))}


def _total(sides: Iterable[ResourceEstimate | None]) -> Decimal:
    return sum((known_cost(side) for side in sides), Decimal(0))


def _totals(name: str, monthly: Decimal | None) -> dict[str, str | None]:
    return {f"{name}MonthlyCost": _text(monthly), f"{name}HourlyCost": _text(_hourly(monthly))}


def _hourly(monthly: Decimal | None) -> Decimal | None:
    return None if monthly is None else monthly / HOURS_PER_MONTH


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.quantize(PLACES).normalize():f}"


def _resource(side: Resource, priced: ResourceEstimate) -> dict[str, Any]:
    direct = [part for part in priced.components if not part.path]
    return {
        "name": side.address,
        "resourceType": side.type,
        "tags": {str(name): value for name, value in side.tags.items() if not isinstance(value, Unknown)},
        "metadata": {},
        "hourlyCost": _text(_hourly(priced.monthly_cost)),
        "monthlyCost": _text(priced.monthly_cost),
        "costComponents": [_component(part) for part in direct],
        "subresources": _subresources([part for part in priced.components if part.path], 0),
    }


def _subresources(parts: Sequence[CostComponent], depth: int) -> list[dict[str, Any]]:
    """What is billed below a resource (root volume, replicas), as a tree of their paths."""
    names = dict.fromkeys(part.path[depth] for part in parts)
    found: list[dict[str, Any]] = []
    for name in names:
        mine = [part for part in parts if part.path[depth] == name]
        costs = [part.monthly_cost for part in mine if part.monthly_cost is not None]
        monthly = sum(costs, Decimal(0)) if costs else None
        found.append(
            {
                "name": name,
                "metadata": {},
                "hourlyCost": _text(_hourly(monthly)),
                "monthlyCost": _text(monthly),
                "costComponents": [_component(part) for part in mine if len(part.path) == depth + 1],
                "subresources": _subresources([part for part in mine if len(part.path) > depth + 1], depth + 1),
            }
        )
    return found


def _component(part: CostComponent) -> dict[str, Any]:
    return {
        "name": part.name,
        "unit": part.unit,
        "hourlyQuantity": _text(_hourly(part.quantity.value)),
        "monthlyQuantity": _text(part.quantity.value),
        "price": _text(part.unit_price),
        "hourlyCost": _text(_hourly(part.monthly_cost)),
        "monthlyCost": _text(part.monthly_cost),
    }


def _difference(changed: EstimatedChange) -> dict[str, Any]:
    """What a change adds (or takes away, negative). Null when a figure of either side is missing."""
    before = _resource(changed.change.before, changed.before) if changed.change.before and changed.before else None
    after = _resource(changed.change.after, changed.after) if changed.change.after and changed.after else None
    difference: dict[str, Any] = _minus(after, before)
    return difference


NUMBERS = ("hourlyCost", "monthlyCost", "hourlyQuantity", "monthlyQuantity", "price")


def _minus(after: Mapping[str, Any] | None, before: Mapping[str, Any] | None) -> dict[str, Any]:
    side = after or before or {}
    result = dict(side)
    for name in NUMBERS:
        if name in side:
            one, two = (other.get(name) if other else "0" for other in (after, before))
            result[name] = None if one is None or two is None else _text(Decimal(one) - Decimal(two))
    for name in ("costComponents", "subresources"):
        if name in side:
            result[name] = _paired((after or {}).get(name, ()), (before or {}).get(name, ()))
    return result


def _paired(after: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Parts of the same name are set against each other."""
    old, new = ({part["name"]: part for part in parts} for parts in (before, after))
    return [_minus(new.get(name), old.get(name)) for name in dict.fromkeys([*new, *old])]


def _summary(changes: Sequence[EstimatedChange]) -> dict[str, Any]:
    sides = [change.after for change in changes if change.after is not None]
    unsupported, free = (_counts(changes, status) for status in ("unsupported", "free"))
    return {
        "totalDetectedResources": len(sides),
        "totalSupportedResources": len(sides) - sum(unsupported.values()),
        "totalUnsupportedResources": sum(unsupported.values()),
        "totalUsageBasedResources": sum(side.status == "usage_dependent" for side in sides),
        "totalNoPriceResources": sum(free.values()),
        "unsupportedResourceCounts": unsupported,
        "noPriceResourceCounts": free,
    }


def _counts(changes: Sequence[EstimatedChange], status: str) -> dict[str, int]:
    """How many resources of each type have a status."""
    types = [one.change.resource.type for one in changes if one.after is not None and one.after.status == status]
    return {name: types.count(name) for name in dict.fromkeys(types)}


def unpriced(estimate: Estimate) -> list[str]:
    """Addresses of what may cost money that nobody has priced."""
    return [
        change.change.address
        for project in estimate.projects
        for change in project.changes
        if is_unpriced(change.after)
    ]
