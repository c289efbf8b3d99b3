"""Sums over some of the resources of a run, for rules about totals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from finops_guard.model import Resource
from finops_guard.policy import machines
from finops_guard.policy.figures import NO_BASE, ZERO, is_unpriced, known_cost
from finops_guard.policy.keys import AtLeast
from finops_guard.values import Unknown

if TYPE_CHECKING:
    from finops_guard.policy.document import ResourceDocument


class Totals:
    """Sums over some resources, each computed when asked for. `given` stands over computed ones (tests of rules)."""

    __slots__ = ("_cache", "documents")

    def __init__(self, documents: Iterable[ResourceDocument], given: Mapping[str, Any] | None = None) -> None:
        self.documents = list(documents)
        self._cache: dict[str, Any] = dict(given) if given else {}

    def get(self, name: str) -> Any:
        """A total by name."""
        if name not in self._cache:
            self._cache[name] = _TOTALS[name](self) if name in _TOTALS else None
        return self._cache[name]

    @property
    def without_base(self) -> bool:
        """True when some of the resources have no base to compare with."""
        return any(not document.has_base for document in self.documents)


def _sum(values: Iterable[Any]) -> Decimal:
    """The sum; AtLeast when a part is not known."""
    total, unknown = ZERO, None
    for value in values:
        if isinstance(value, Unknown):
            unknown = unknown or [value]
        else:
            total += value
            if isinstance(value, AtLeast):
                unknown = unknown or [value.unknown]
    return AtLeast.of(total, unknown[0]) if unknown else total


def _side_gpus(side: Resource | None, document: ResourceDocument) -> Decimal | Unknown:
    """GPUs that a side runs; launch templates start none themselves, the groups that use them do."""
    if side is None or side.type in machines.TEMPLATES or not machines.has_machines(side):
        return ZERO
    if side is document.resource:
        found: Decimal | Unknown = document.get("gpus")
        return found
    return machines.total(machines.groups(side), document.run.facts, "gpus")


def _gpus_added(totals: Totals) -> Decimal | Unknown:
    """GPUs more than before, resource by resource; what goes elsewhere is not subtracted."""
    added: list[Decimal | Unknown] = []
    for document in totals.documents:
        change = document.changed.change
        if change.action in ("no-op", "delete"):
            continue
        if change.action == "declared":
            return NO_BASE
        after = _side_gpus(change.after, document)
        if isinstance(after, Unknown) or after > 0:
            before = _side_gpus(change.before, document)
            if isinstance(after, Unknown) or isinstance(before, Unknown):
                unknown = after if isinstance(after, Unknown) else before
                added.append(Unknown(f"{document.resource.address}: {unknown}"))
            else:
                added.append(max(ZERO, after - before))
    return _sum(added)


def _total_delta(totals: Totals) -> Decimal | Unknown:
    return NO_BASE if totals.without_base else _sum(document.get("delta") for document in totals.documents)


def _total_before(totals: Totals) -> Decimal | Unknown:
    if totals.without_base:
        return NO_BASE
    return sum((known_cost(document.changed.before) for document in totals.documents), ZERO)


def _delta_percent(totals: Totals) -> Decimal | Unknown | None:
    """None when there was nothing before: an increase of nothing has no percentage."""
    before, delta = totals.get("before"), totals.get("delta")
    if isinstance(before, Unknown) or isinstance(delta, Unknown):
        return before if isinstance(before, Unknown) else delta
    if not before:
        return None
    share = Decimal(delta) / Decimal(before) * 100
    return AtLeast.of(share, delta.unknown) if isinstance(delta, AtLeast) else share


_TOTALS: Mapping[str, Callable[[Totals], Any]] = {
    "before": _total_before,
    "after": lambda totals: _sum(document.get("monthly_cost") for document in totals.documents),
    "delta": _total_delta,
    "delta_percent": _delta_percent,
    "gpus": lambda totals: _sum(_side_gpus(document.changed.change.after, document) for document in totals.documents),
    "gpus_added": _gpus_added,
    "resources": lambda totals: Decimal(len(totals.documents)),
    "unpriced": lambda totals: Decimal(sum(is_unpriced(document.changed.after) for document in totals.documents)),
}
