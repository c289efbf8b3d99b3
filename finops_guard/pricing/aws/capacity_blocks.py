"""EC2 Capacity Blocks for ML: instances for a fixed time, paid once (https://aws.amazon.com/ec2/capacityblocks/pricing/).

The offering that is bought decides on type, number and hours. The resource knows them once it is bought; until then the
usage file gives `instance_type`, `instance_count` (1) and `duration_hours`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.aws.places import local_zone
from finops_guard.pricing.component import amount, key, monthly, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import BadValue

ONCE = "paid once, in full, at the purchase and at that day's price: no monthly cost"
UNTOLD = "paid once, in full, at the purchase: the offering decides; set instance_type, instance_count and duration_hours as usage"
LINUX = "Linux/UNIX"


def capacity_block(block: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Capacity block: the hours of all its instances, once. Operating systems other than Linux add a fee while they run."""
    instance_type = usage.text("instance_type") or block.text("instance_type")
    hours = usage.number("duration_hours") if "duration_hours" in usage else _hours(block)
    if instance_type is None or hours is None:
        yield unpriced("Capacity block", UNTOLD, "hours", one_time=True)
        return
    count = usage.number("instance_count") if "instance_count" in usage else amount(block.number("instance_count", 1))
    zone = local_zone(block.text("availability_zone"))
    product = key("aws/ec2/capacity-block", instance_type)
    name = f"Capacity block ({instance_type})"
    yield monthly(name, product, hours * count, "hours", region=zone, one_time=True, reason=ONCE)
    platform = block.text("instance_platform", LINUX)
    if platform != LINUX:
        yield unpriced(f"Operating system ({platform})", "no price of its hours in the price book", "hours")


def _hours(block: Resource) -> Quantity | None:
    """Hours from the start to the end of a block that is bought."""
    start, end = block.text("start_date"), block.text("end_date")
    if start is None or end is None:
        return None
    try:
        length = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    except ValueError:
        raise BadValue("start_date and end_date should be times") from None
    return amount(Decimal(round(length.total_seconds() / 3600)))
