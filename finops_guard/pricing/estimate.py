"""The only place where a component meets a price. Both sides of a change go through the same functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase

from finops_guard.errors import InputError
from finops_guard.model import (
    Change,
    CostComponent,
    Estimate,
    EstimatedChange,
    Project,
    ProjectEstimate,
    Quantity,
    Resource,
    ResourceEstimate,
    Status,
)
from finops_guard.pricing.catalog import Catalog, Price
from finops_guard.pricing.commitments import Commitment, price_share
from finops_guard.pricing.component import unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.registry import free_types, pricing_function
from finops_guard.pricing.usage import UsageFile
from finops_guard.values import BadValue, RefusedValue, UnknownValue

ZERO = Decimal(0)


@dataclass(frozen=True)
class Pricing:
    """Everything that pricing needs besides the resources.

    `discounts`: percent off by provider ("aws") or service ("aws/ec2"), the longest match wins.
    `fixed`: the user's own monthly price (USD) by type or address pattern. `commitments`: those in force on the day.
    """

    catalog: Catalog
    facts: Facts
    usage: UsageFile = field(default_factory=UsageFile)
    discounts: Mapping[str, Decimal] = field(default_factory=dict)
    fixed: Mapping[str, Decimal] = field(default_factory=dict)
    commitments: tuple[Commitment, ...] = ()


def estimate(projects: Iterable[Project], pricing: Pricing) -> Estimate:
    """Price every change of every project on both sides."""
    priced = tuple(ProjectEstimate(project, tuple(_estimate_all(project.changes, pricing))) for project in projects)
    resources = [changed.change.resource for project in priced for changed in project.changes]
    diagnostics = pricing.usage.diagnostics(
        [resource.address for resource in resources], {resource.type for resource in resources}
    )
    return Estimate(priced, pricing.facts.as_of, tuple(diagnostics))


def _estimate_all(changes: Iterable[Change], pricing: Pricing) -> Iterator[EstimatedChange]:
    for change in changes:
        after = estimate_resource(change.after, pricing) if change.after else None
        if change.action == "no-op" and after is not None:
            before: ResourceEstimate | None = after
        else:
            before = estimate_resource(change.before, pricing) if change.before else None
        yield EstimatedChange(change, before, after)


def estimate_resource(resource: Resource, pricing: Pricing) -> ResourceEstimate:
    """What one side of a resource costs a month. Never raises for what the resource says: that is a reason."""
    fixed = _fixed_price(resource, pricing.fixed)
    if fixed is not None:
        return _summary((_fixed_component(fixed),))
    function = pricing_function(resource.type)
    if function is None:
        reason = free_types().get(resource.type)
        if reason is not None:
            return ResourceEstimate("free", reason)
        return ResourceEstimate("unsupported", f"no price model for {resource.type}")
    usage = pricing.usage.for_resource(resource)
    components: list[CostComponent] = []
    upcoming: list[CostComponent] = []
    try:
        for component in function(resource, usage, pricing.facts):
            lines = price_component(component, resource, pricing)
            if component.starts is None:
                components += lines
            else:
                upcoming += (replace(line, starts=component.starts) for line in lines)
    except UnknownValue as unknown:
        components.append(unpriced("Not determined", str(unknown)))
    except RefusedValue as refused:
        raise InputError(f"{resource.address}: {refused}", resource.span) from None
    except BadValue as bad:
        components.append(unpriced("Not determined", str(bad)))
    if not components and resource.type in free_types():
        return ResourceEstimate("free", free_types()[resource.type])
    return replace(_summary(tuple(components)), upcoming=tuple(upcoming))


def _fixed_price(resource: Resource, fixed: Mapping[str, Decimal]) -> Decimal | None:
    if not fixed:
        return None
    for pattern, price in fixed.items():
        if fnmatchcase(resource.address, pattern.replace("[", "[[]")) or pattern in (
            resource.type,
            resource.source_type,
        ):
            return price
    return None


def _fixed_component(price: Decimal) -> CostComponent:
    quantity = Quantity(Decimal(1), "code", source="prices.local.yaml")
    return CostComponent(
        "Fixed monthly price", "months", None, quantity, unit_price=price, list_price=price, monthly_cost=price, low=price,
        high=price, list_cost=price, price_kind="private", source="prices.local.yaml",
    )  # fmt: skip


def price_component(component: CostComponent, resource: Resource, pricing: Pricing) -> list[CostComponent]:
    """Find the price of a component and multiply; a tiered one becomes one line for each tier that it reaches."""
    value = component.quantity.value
    if value is not None and value < 0:
        reason = f"a quantity of {value} cannot be charged for"
        return [replace(component, quantity=Quantity(None, reason=reason), reason=reason)]
    if component.fixed_price is not None:
        return [_at_fixed_price(component)]
    if component.product is None:
        return [component]
    price = pricing.catalog.price(component.product, component.region or resource.region)
    if price is None:
        return [_without_price(component, resource, pricing)]
    pricing.catalog.used(price)
    factor = component.factor
    if pricing.discounts and price.kind != "private":
        factor *= 1 - _discount(component.product, pricing.discounts)
    if pricing.commitments and price.kind != "private" and component.factor == 1:  # another factor: spot
        factor *= price_share(component.product, pricing.commitments)
    per_resource = pricing.facts.free_tier == "per_resource"
    if component.tiered and value is not None and len(price.tiers) > 1:
        return list(_walk_tiers(component, price, factor, per_resource))
    usd = price.tiers[0][1] if per_resource and component.tiered else price.first
    return [_priced(component, component.quantity, price, usd, factor)]


def _priced(
    component: CostComponent, quantity: Quantity, price: Price, usd: Decimal, discount: Decimal
) -> CostComponent:
    """The component with its figures; without a quantity it keeps the unit price and says what is missing."""
    unit_price = usd if discount == 1 else usd * discount
    value = quantity.value
    cost = None if value is None else value * unit_price
    return CostComponent(
        component.name,
        component.unit,
        component.product,
        quantity,
        component.path,
        price.region,
        tiered=component.tiered,
        one_time=component.one_time,
        unit_price=unit_price,
        list_price=usd,
        monthly_cost=cost,
        low=cost if quantity.low is None else quantity.low * unit_price,
        high=cost if quantity.high is None else quantity.high * unit_price,
        list_cost=cost if value is None or discount == 1 else value * usd,
        price_kind=price.kind,
        as_of=price.as_of,
        source=price.source,
        reason=component.reason or quantity.reason,
    )


def _at_fixed_price(component: CostComponent) -> CostComponent:
    """A component whose unit price the user stated."""
    private = Price(
        component.product or "", component.region or "any", component.unit, ((ZERO, component.fixed_price or ZERO),),
        "private", date.min, component.source or "usage file",
    )  # fmt: skip
    return replace(_priced(component, component.quantity, private, private.tiers[0][1], Decimal(1)), as_of=None)


def _without_price(component: CostComponent, resource: Resource, pricing: Pricing) -> CostComponent:
    """No price in the book: null with a reason, and an upper bound where one is known. Only none of a thing costs 0."""
    region = component.region or resource.region
    if component.quantity.value == 0 and not component.quantity.high:
        return replace(component, region=region, reason=None, monthly_cost=ZERO, low=ZERO, high=ZERO, list_cost=ZERO)
    reason = (
        component.reason or f"no price for {component.product} in {region or 'an unknown region'} in the price book"
    )
    high = None
    if component.upper_bound_product:
        bound = pricing.catalog.price(component.upper_bound_product, region)
        if bound is not None and component.quantity.value is not None:
            pricing.catalog.used(bound)
            most = component.quantity.high or component.quantity.value
            high = most * bound.first
            reason += f"; at most ${high:,.2f} a month on demand"
    return replace(component, region=region, reason=reason, high=high)


def _walk_tiers(
    component: CostComponent, price: Price, discount: Decimal, with_free_tier: bool
) -> Iterator[CostComponent]:
    """One line for each volume tier that the quantity reaches, the resource counted alone.

    A first tier of 0 is an allowance shared by the whole account: it is priced like the next one, unless `with_free_tier`.
    """
    starts = [start for start, _ in price.tiers] + [None]
    for index, (start, usd) in enumerate(price.tiers):
        end = starts[index + 1]
        quantity = component.quantity.map(lambda number, start=start, end=end: _within(number, start, end))
        reached = max(part for part in (quantity.value, quantity.low, quantity.high) if part is not None)
        if reached <= 0 and start > 0:
            break
        rate = usd if usd or with_free_tier else price.first
        named = replace(component, name=f"{component.name} ({_tier_name(start, end, component.unit)})")
        yield _priced(named if len(price.tiers) > 1 else component, quantity, price, rate, discount)


def _within(number: Decimal, start: Decimal, end: Decimal | None) -> Decimal:
    return max(ZERO, (number if end is None else min(number, end)) - start)


def _tier_name(start: Decimal, end: Decimal | None, unit: str) -> str:
    if start == 0:
        return f"first {end:,f} {unit}"
    return f"over {start:,f} {unit}" if end is None else f"next {end - start:,f} {unit}"


def _discount(product: str, discounts: Mapping[str, Decimal]) -> Decimal:
    """The share taken off the list price: the entry that is the longest leading part of the product key."""
    best = max((name for name in discounts if product == name or product.startswith(f"{name}/")), key=len, default=None)
    return ZERO if best is None else discounts[best] / 100


def _summary(components: tuple[CostComponent, ...]) -> ResourceEstimate:
    """Totals and status of one side from its components. One-time lines are no part of a monthly figure."""
    monthly = [component for component in components if not component.one_time]
    known = [component for component in monthly if component.monthly_cost is not None]
    missing = [component for component in monthly if component.monthly_cost is None]
    if not components:
        return ResourceEstimate("free", "nothing in this configuration is charged for")
    if not known or (missing and not any(component.monthly_cost for component in known)):
        # Only lines that cost nothing have a figure: $0 would read like a price.
        only_usage = bool(missing) and all(component.quantity.needs_usage for component in missing)
        status: Status = "usage_dependent" if only_usage else "unpriced"
        high = sum((part.high for part in missing if part.high is not None), ZERO) or None
        return ResourceEstimate(status, _reasons(missing or list(components)), components, high=high)
    cost = low = high = list_cost = ZERO
    for part in monthly:
        cost += part.monthly_cost or ZERO
        low += part.low or ZERO
        high += part.high or ZERO
        list_cost += part.list_cost or ZERO
    status = "partly_priced" if missing else "priced"
    return ResourceEstimate(status, _reasons(missing), components, cost, low, high, list_cost)


def _reasons(missing: list[CostComponent]) -> str | None:
    reasons = dict.fromkeys(component.reason for component in missing if component.reason)
    return "; ".join(list(reasons)[:3]) or None
