"""AWS Direct Connect (https://aws.amazon.com/directconnect/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import hourly, per_gb, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import RefusedValue

BY_REGION = "monthly_outbound_from_region_to_dx_connection_location"
OWN_REGION = "monthly_outbound_region_to_dx_location_gb"


def connection(connection: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Connection: port hours by kind and speed; data out by the Region that it leaves and the location of the port.

    Data in is free. Through a public virtual interface the data costs what the internet does: that is not in here.
    """
    kind = (usage.text("dx_connection_type") or "dedicated").lower()
    if kind not in ("dedicated", "hosted"):
        raise RefusedValue(f"dx_connection_type should be dedicated or hosted, not {kind}")
    bandwidth = connection.text("bandwidth")
    if bandwidth is None:
        yield unpriced("DX connection", "bandwidth is not stated", "hours")
    else:
        yield hourly("DX connection", f"aws/directconnect/{kind}/{bandwidth.lower()}")
    if (usage.text("dx_virtual_interface_type") or "private").lower() == "private":
        yield from _data_out(connection, usage)


def _data_out(connection: Resource, usage: Usage) -> Iterator[CostComponent]:
    location = connection.text("location") or "an unknown location"
    product = f"aws/directconnect/data-out/{location.lower()}"
    by_region = usage.nested(BY_REGION)
    own = usage.number(OWN_REGION)
    for key in by_region.values:
        region = key.replace("_", "-")
        name = f"Outbound data transfer (from {region}, to {location})"
        yield per_gb(name, by_region.number(key), product, region=region)
    if by_region.values:
        return
    if own.value is None:
        own = usage.number(f"{BY_REGION}.{(connection.region or 'us-east-1').replace('-', '_')}")
    yield per_gb(f"Outbound data transfer (from {connection.region}, to {location})", own, product)
