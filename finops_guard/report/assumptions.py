"""What the figures rest on besides the code: usage, defaults, and what holds for every price."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from finops_guard.model import USAGE_FILE, CostComponent, Estimate, EstimatedChange, ResourceEstimate
from finops_guard.report.interface import RunInfo
from finops_guard.report.why import label, plain_number

ZERO = Decimal(0)
Key = tuple[tuple[str, ...], str]


def assumptions(estimate: Estimate, run: RunInfo) -> list[dict[str, Any]]:
    """All assumptions: those of everything first, then by their share of the change, the largest first.

    `share_of_delta` is the part of the sum of all absolute changes that the line makes up; None without a base.
    """
    found: dict[tuple[str, str, str], Decimal] = {}
    changes = [changed for project in estimate.projects for changed in project.changes]
    has_base = all(project.project.has_base or project.project.kind == USAGE_FILE for project in estimate.projects)
    whole = ZERO
    for changed in changes:
        differences = _differences(changed) if has_base else {}
        whole += sum(map(abs, differences.values()), ZERO)
        for part in changed.current.components:
            if part.quantity.basis == "code" and part.quantity.assumption is None:
                continue
            if part.quantity.value is not None:
                place = (changed.change.address, _text(part), part.quantity.source or "default")
                found[place] = found.get(place, ZERO) + abs(differences.get((part.path, part.name), ZERO))
    entries = [
        {"address": address, "text": text, "source": source, "share_of_delta": share / whole if whole else None}
        for (address, text, source), share in sorted(found.items(), key=lambda item: -item[1])
    ]
    return [*_of_everything(changes, run), *entries]


def _text(part: CostComponent) -> str:
    """What is assumed, in words: stated by the pricing function, else the quantity of the line."""
    quantity = part.quantity
    if quantity.assumption:
        return quantity.assumption
    text = f"{label(part)}: {plain_number(quantity.value or ZERO)} {part.unit} a month"
    if quantity.low is not None and quantity.high is not None:
        text += f" ({plain_number(quantity.low)} to {plain_number(quantity.high)})"
    return text


def _differences(changed: EstimatedChange) -> dict[Key, Decimal]:
    """By how much each line changes (USD/month); lines of the same name are taken together."""
    if changed.change.action in ("no-op", "declared"):
        return {}
    costs = _costs(changed.after)
    for key, cost in _costs(changed.before).items():
        costs[key] = costs.get(key, ZERO) - cost
    return costs


def _costs(side: ResourceEstimate | None) -> dict[Key, Decimal]:
    costs: dict[Key, Decimal] = {}
    for part in side.components if side else ():
        if part.monthly_cost is not None and not part.one_time:
            key = (part.path, part.name)
            costs[key] = costs.get(key, ZERO) + part.monthly_cost
    return costs


def _of_everything(changes: Iterable[EstimatedChange], run: RunInfo) -> Iterator[dict[str, Any]]:
    """What holds for all lines; only what matters for this run."""
    hourly = priced = discounted = tiers = False
    for changed in changes:
        for part in changed.current.components:
            if part.unit_price is None:
                continue
            priced = priced or part.price_kind != "private"
            hourly = hourly or part.unit == "hours"
            discounted = discounted or (part.list_price is not None and part.unit_price < part.list_price)
            tiers = tiers or part.tiered
    if hourly:
        yield _global("730 hours a month, on demand, unless a line says otherwise")
    if discounted:
        stated = "discounts and commitments" if run.commitments else "discounts"
        yield _global(f"list prices in USD less the {stated} you stated, without tax or credits")
        yield from map(_global, run.commitments)
    elif priced:
        yield _global("list prices in USD, without tax, discounts or credits")
    if tiers and run.free_tier == "none":
        yield _global(
            "volume tiers count for each resource by itself; allowances of a whole account are not subtracted"
        )
    elif tiers:
        yield _global("volume tiers and free allowances count for each resource by itself")


def _global(text: str) -> dict[str, Any]:
    return {"address": None, "text": text, "source": "default", "share_of_delta": None}
