"""Reserved database instances and cache nodes. Usage keys: `reserved_instance_term` (1_year, 3_year) and
`reserved_instance_payment_option` (no_upfront, partial_upfront, all_upfront)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent
from finops_guard.pricing.component import Amount, hourly, monthly
from finops_guard.pricing.usage import Usage
from finops_guard.values import RefusedValue

CHOICES = {
    "reserved_instance_term": ("1_year", "3_year"),
    "reserved_instance_payment_option": ("no_upfront", "partial_upfront", "all_upfront"),
}


def hours(name: str, on_demand: str, usage: Usage, details: str, count: Amount = 1) -> Iterator[CostComponent]:
    """The hours of `count` instances: on demand, or at the rate of the reservation that the usage file names.

    A reservation is charged for every hour of its term; what is paid upfront is no monthly cost but its own line.
    A reservation is charged for every hour of its term; what is paid upfront is no monthly cost but a line of its own.
    """
    if "reserved_instance_term" not in usage:
        yield hourly(f"{name} (on-demand, {details})", on_demand, count)
        return
    term, payment = _choices(usage)
    service = on_demand.split("/instance/")[0]
    reserved = f"{on_demand.replace('/instance/', '/reserved/')}/{term}/{payment}"
    line = f"{name} (reserved {term.replace('-', ' ')}, {payment.replace('-', ' ')}, {details})"
    if payment == "all-upfront":
        yield hourly(line, f"{service}/reserved/all-upfront", count)
    else:
        yield hourly(line, reserved, count, upper_bound_product=on_demand)
    if payment != "no-upfront":
        yield monthly("Upfront payment", f"{reserved}/upfront", count, "terms", one_time=True)


def _choices(usage: Usage) -> list[str]:
    """Term and payment option as they stand in product keys; no upfront payment when only the term is given."""
    chosen = []
    for name, allowed in CHOICES.items():
        value = usage.text(name) or allowed[0]
        if value not in allowed:
            raise RefusedValue(f"{name} should be one of {', '.join(allowed)}, not {value!r}")
        chosen.append(value.replace("_", "-"))
    return chosen
