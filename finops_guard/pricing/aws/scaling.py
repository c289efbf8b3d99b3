"""Application Auto Scaling: capacity that moves between a minimum and a maximum
(https://docs.aws.amazon.com/autoscaling/application/userguide/). The service itself is free."""

from __future__ import annotations

from decimal import Decimal

from finops_guard.model import Quantity, Resource
from finops_guard.pricing.component import amount
from finops_guard.pricing.usage import Usage

TARGET = "aws_appautoscaling_target"
AT_MINIMUM = "autoscaling keeps it at its minimum; set capacity of {} in the usage file"


def scaled(resource: Resource, usage: Usage, dimension: str, stated: Decimal, id_end: str = "") -> Quantity:
    """How much of `resource` runs: what is stated, or what its scaling target for `dimension` allows.

    The quantity is the target's minimum with the range to its maximum, unless the usage file states its `capacity`.
    `id_end` is how the target's resource_id must end ("/index/NAME" for a part of the resource).
    """
    target = scaling_target(resource, dimension, id_end)
    if target is None:
        return amount(stated)
    low, high = target.number("min_capacity", stated), target.number("max_capacity", stated)
    own = usage.of(target)
    if "capacity" in own:
        return own.number("capacity")
    return Quantity(low, "assumed", low, high, assumption=AT_MINIMUM.format(target.address), source="default")


def scaling_target(resource: Resource, dimension: str, id_end: str = "") -> Resource | None:
    """The scaling target of `resource` for one scalable dimension."""
    for target in resource.referrers(TARGET, "resource_id"):
        named = target.get("resource_id")
        if target.text("scalable_dimension") == dimension and (not isinstance(named, str) or named.endswith(id_end)):
            return target
    return None
