"""What a pricing function yields: lines that say what is billed and how much of it. No prices here.

A quantity may be a number, or a `Quantity` that carries where it comes from. Quantities are per month.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from finops_guard.model import HOURS_PER_MONTH, CostComponent, Quantity
from finops_guard.values import BadValue, RefusedValue, UnknownValue

Amount = Quantity | Decimal | int

ONE = Quantity(Decimal(1))


def key(*parts: object) -> str:
    """A product key of the price book: lower case, joined by "/" (`key("aws/ec2/instance", "m5.large", "linux")`)."""
    return "/".join(str(part).strip().lower().replace(" ", "-") for part in parts)


def amount(value: Amount, assume: str | None = None) -> Quantity:
    """`value` as a Quantity stated by the code, or assumed when `assume` says why."""
    if isinstance(value, Quantity):
        return value
    return Quantity(
        Decimal(value), "assumed" if assume else "code", assumption=assume, source="default" if assume else None
    )


def between(low: Decimal, expected: Decimal, high: Decimal) -> Quantity:
    """A quantity that the code bounds, such as an autoscaling group from minimum to maximum size."""
    return Quantity(expected, "code", low, high)


def hourly(name: str, product: str | None, count: Amount = 1, *, unit: str = "hours", **options: Any) -> CostComponent:
    """`count` of something that is billed by the hour and runs all month (730 hours)."""
    return CostComponent(name, unit, product, amount(count) * HOURS_PER_MONTH, **options)


def monthly(
    name: str, product: str | None, quantity: Amount = 1, unit: str = "months", **options: Any
) -> CostComponent:
    """`quantity` units a month, at a price per unit."""
    return CostComponent(name, unit, product, amount(quantity), **options)


def per_gb(name: str, quantity: Amount, product: str | None, **options: Any) -> CostComponent:
    """`quantity` GB a month, at a price per GB."""
    return CostComponent(name, "GB", product, amount(quantity), **options)


def tiered(name: str, quantity: Amount, product: str | None, unit: str, **options: Any) -> CostComponent:
    """`quantity` units a month, walked through the product's volume tiers."""
    return CostComponent(name, unit, product, amount(quantity), tiered=True, **options)


def unpriced(name: str, reason: str, unit: str = "months", **options: Any) -> CostComponent:
    """A line that costs money which cannot be known, and why."""
    return CostComponent(name, unit, None, Quantity(None, reason=reason), reason=reason, **options)


def group(path: str, components: Iterable[CostComponent], times: Amount = 1) -> Iterator[CostComponent]:
    """The components of a part (a disk, a launch template, a variant), `times` over, shown below `path`."""
    factor = amount(times)
    for component in components:
        quantity = component.quantity if factor == ONE else component.quantity * factor
        yield _placed(component, (path, *component.path), quantity)


def _placed(component: CostComponent, path: tuple[str, ...], quantity: Quantity) -> CostComponent:
    """The component as a pricing function yields it, at another path; dataclasses.replace is four times as slow."""
    return CostComponent(
        component.name,
        component.unit,
        component.product,
        quantity,
        path,
        component.region,
        tiered=component.tiered,
        one_time=component.one_time,
        starts=component.starts,
        upper_bound_product=component.upper_bound_product,
        factor=component.factor,
        fixed_price=component.fixed_price,
        source=component.source,
        reason=component.reason,
    )


def settled(part: str, components: Iterable[CostComponent]) -> Iterator[CostComponent]:
    """The components of one part; if an attribute turns out to be unknown, one unpriced line instead of the rest.

    So that an unknown disk size does not take the price of the instance with it.
    """
    try:
        yield from components
    except UnknownValue as unknown:
        yield unpriced(part, str(unknown))
    except RefusedValue:
        raise
    except BadValue as bad:
        yield unpriced(part, str(bad))
