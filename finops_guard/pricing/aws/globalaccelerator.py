"""AWS Global Accelerator (https://aws.amazon.com/global-accelerator/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import group, hourly, per_gb
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

DIRECTIONS = {"Inbound": "monthly_inbound_data_transfer_gb", "Outbound": "monthly_outbound_data_transfer_gb"}
AREAS = {
    "us": "US, Mexico, Canada",
    "europe": "Europe",
    "south_africa": "South Africa, Kenya",
    "south_america": "South America",
    "south_korea": "South Korea",
    "middle_east": "Middle East",
    "australia": "Australia, New Zealand",
    "asia_pacific": "Asia Pacific",
    "india": "India, Indonesia, Philippines, Thailand",
}
GROUPS = {  # first part of a Region's name -> where the price page counts it
    "us": "north-america", "ca": "north-america", "mx": "north-america", "eu": "europe", "ap": "asia-pacific",
    "sa": "south-america", "af": "south-africa", "me": "middle-east", "il": "middle-east",
}  # fmt: skip


def accelerator(accelerator: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Accelerator: a fixed fee per hour until it is deleted, enabled or not."""
    yield hourly("Accelerator", "aws/globalaccelerator/accelerator")


def endpoint_group(endpoints: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Endpoint group: a premium per GB, in the direction with more traffic, by its Region and by where the users are."""
    region = endpoints.text("endpoint_group_region") or endpoints.region or ""
    source = GROUPS.get(region.split("-")[0], "other")
    traffic = {name: usage.nested(key) for name, key in DIRECTIONS.items()}
    totals = {name: _total(nested) for name, nested in traffic.items()}
    if not any(nested.values for nested in traffic.values()):
        yield per_gb("DT-premium fee", usage.number(DIRECTIONS["Outbound"]), None)
        return
    direction = max(totals, key=lambda name: totals[name])
    for area in AREAS:
        if area in traffic[direction]:
            product = f"aws/globalaccelerator/dt-premium/{source}/{area.replace('_', '-')}"
            line = per_gb(f"{direction} DT-premium fee", traffic[direction].number(area), product)
            yield from group(AREAS[area], [line])


def _total(traffic: Usage) -> Decimal:
    return sum((traffic.value(area) or Decimal(0) for area in AREAS), Decimal(0))
