"""What the sides of a change cost, as rules see it: exact, at least, or unknown. A missing price is never 0."""

from __future__ import annotations

from decimal import Decimal

from finops_guard.model import CostComponent, EstimatedChange, ResourceEstimate
from finops_guard.policy.keys import AtLeast
from finops_guard.values import Unknown

ZERO = Decimal(0)
NO_BASE = Unknown("there is no base to compare with")


def missing_prices(side: ResourceEstimate | None) -> list[CostComponent]:
    """The lines of a side that lack a price; lines that only lack usage are not among them."""
    if side is None:
        return []
    return [
        part for part in side.components
        if part.monthly_cost is None and not part.one_time and not part.quantity.needs_usage
    ]  # fmt: skip


def is_unpriced(side: ResourceEstimate | None) -> bool:
    """True when a side may cost money that nobody has priced."""
    if side is None or side.status in ("priced", "free"):
        return False
    return side.status in ("unpriced", "unsupported") or bool(missing_prices(side))


def known_cost(side: ResourceEstimate | None) -> Decimal:
    """The known part of what a side costs; 0 for a side that does not exist."""
    return (side.monthly_cost or ZERO) if side else ZERO


def cost_of(side: ResourceEstimate | None, absent: Decimal | None = None) -> Decimal | Unknown | None:
    """What a side costs: exact, AtLeast when a line has no figure, Unknown when none has."""
    if side is None:
        return absent
    if side.status == "free":
        return ZERO
    if side.monthly_cost is None:
        return Unknown(side.reason or "there is no figure")
    if side.status == "partly_priced":
        return AtLeast.of(side.monthly_cost, Unknown(side.reason or "a part has no figure"))
    return side.monthly_cost


def delta_of(changed: EstimatedChange) -> Decimal | Unknown:
    """USD/month more than before. What lacks a figure on both sides alike is taken to have stayed the same."""
    if changed.change.action == "declared":
        return NO_BASE
    if changed.change.action == "no-op":
        return ZERO
    difference = known_cost(changed.after) - known_cost(changed.before)
    if _without_figure(changed.before) == _without_figure(changed.after):
        return difference
    before, after = cost_of(changed.before, ZERO), cost_of(changed.after, ZERO)
    if isinstance(before, Unknown | AtLeast):
        return before if isinstance(before, Unknown) else before.unknown
    if isinstance(after, Unknown):
        return after
    return AtLeast.of(difference, after.unknown) if isinstance(after, AtLeast) else difference


def _without_figure(side: ResourceEstimate | None) -> list[tuple[str, tuple[str, ...], str | None]]:
    """The lines that lack a figure, with the product they would be priced by."""
    if side is None or side.status == "free":
        return []
    if not side.components and side.monthly_cost is None:
        return [(side.status, (), None)]
    return [(part.name, part.path, part.product) for part in side.components if part.monthly_cost is None]
