"""Resources whose charges are all metered: the usage file says how much, a table says what each amount is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from finops_guard.model import CostComponent
from finops_guard.pricing.component import monthly, tiered
from finops_guard.pricing.usage import Usage


@dataclass(frozen=True, slots=True)
class Meter:
    """One line: the usage key that gives its monthly quantity, its name, product and unit."""

    key: str
    name: str
    product: str
    unit: str
    tiered: bool = False


def metered(usage: Usage, meters: Iterable[Meter]) -> Iterator[CostComponent]:
    """A line for each meter; without its usage value it says which key is missing."""
    for meter in meters:
        quantity = usage.number(meter.key)
        if meter.tiered:
            yield tiered(meter.name, quantity, meter.product, meter.unit)
        else:
            yield monthly(meter.name, meter.product, quantity, meter.unit)


def stated(usage: Usage, meters: Iterable[Meter]) -> Iterator[CostComponent]:
    """Lines of the meters that the usage file has a value for: those of optional features."""
    yield from metered(usage, [meter for meter in meters if meter.key in usage])
