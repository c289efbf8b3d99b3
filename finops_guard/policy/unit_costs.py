"""What a resource costs per unit of what it gives: USD per GPU hour, per vCPU hour, per million tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from finops_guard.model import HOURS_PER_MONTH, CostComponent
from finops_guard.policy.figures import ZERO, cost_of
from finops_guard.policy.keys import AtLeast
from finops_guard.values import Unknown

if TYPE_CHECKING:
    from finops_guard.policy.document import ResourceDocument

UNITS = ("gpu_hour", "vcpu_hour", "million_tokens")
TOKENS = re.compile(r"(?:(\d+)\s*([KM]?)\s+)?(?:\w+ )?tokens")
SCALE = {"": 1, "K": 1000, "M": 1_000_000}
MILLION = Decimal(1_000_000)


class UnitCosts:
    """USD per unit after the change; None where a resource gives none of it, Unknown where the cost or the amount is."""

    __slots__ = ("_document",)

    def __init__(self, document: ResourceDocument) -> None:
        self._document = document

    def get(self, name: str) -> Decimal | Unknown | None:
        """One of UNITS."""
        if name == "million_tokens":
            return _per_million_tokens(self._document)
        sizes = {"gpu_hour": "gpus", "vcpu_hour": "vcpus"}
        return _per_hour(self._document, sizes[name]) if name in sizes else None


def _per_hour(document: ResourceDocument, size: str) -> Decimal | Unknown | None:
    """What is billed by the hour, over the machines' size; a disk beside the machine does not count."""
    if document.changed.after is None:
        return None
    amount = document.get(size)
    if isinstance(amount, Unknown):
        return amount
    if not amount:
        return None
    cost = _cost_by_the_hour(document)
    if cost is None or isinstance(cost, Unknown):
        return cost
    share = cost / (amount * HOURS_PER_MONTH)
    return AtLeast.of(share, cost.unknown) if isinstance(cost, AtLeast) else share


def _cost_by_the_hour(document: ResourceDocument) -> Decimal | Unknown | None:
    lines = [part for part in _lines(document) if "hour" in part.unit and not part.one_time]
    if not lines:
        return cost_of(document.changed.after)
    missing = next((part for part in lines if part.monthly_cost is None), None)
    total = sum((part.monthly_cost or ZERO for part in lines), ZERO)
    if missing is None:
        return total
    unknown = Unknown(missing.reason or f"{missing.name} has no figure")
    return AtLeast.of(total, unknown) if total else unknown


def _per_million_tokens(document: ResourceDocument) -> Decimal | Unknown | None:
    """What the tokens cost together, over their number: input and output as the usage mixes them."""
    cost = tokens = ZERO
    met = False
    for part in _lines(document):
        each = _tokens_per_unit(part.unit)
        if each is None:
            continue
        met = True
        if part.monthly_cost is None or part.quantity.value is None:
            return Unknown(part.reason or part.quantity.reason or f"how many {part.name} is not stated")
        cost += part.monthly_cost
        tokens += part.quantity.value * each
    if not met:
        return None
    return cost / tokens * MILLION if tokens else Unknown("no tokens are stated in the usage file")


def tokens_of(document: ResourceDocument) -> Decimal | Unknown | None:
    """Tokens a month after the change; None for what is not paid for by the token, Unknown when usage does not say."""
    total = None
    for part in _lines(document):
        each = _tokens_per_unit(part.unit)
        if each is None:
            continue
        if part.quantity.value is None:
            return Unknown(part.quantity.reason or f"how many {part.name} is not stated")
        total = (total or ZERO) + part.quantity.value * each
    return total


def _tokens_per_unit(unit: str) -> int | None:
    """ "tokens" is 1, "1K tokens" is 1000, "1M input tokens" a million; None for what counts no tokens."""
    found = TOKENS.fullmatch(unit)
    return int(found[1] or 1) * SCALE[found[2] or ""] if found else None


def _lines(document: ResourceDocument) -> Iterable[CostComponent]:
    return document.changed.after.components if document.changed.after else ()
