"""Amazon Lightsail: bundles by memory size, load balancers, disks (https://aws.amazon.com/lightsail/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import amount, hourly, per_gb, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

# GB of memory by the size in a bundle's name
INSTANCES = {
    "nano": "0.5", "micro": "1", "small": "2", "medium": "4", "large": "8", "xlarge": "16", "2xlarge": "32",
    "4xlarge": "64",
}  # fmt: skip
DATABASES = {"micro": "1", "small": "2", "medium": "4", "large": "8"}
CURRENT_GENERATION = "3"
OLDER = "priced like the current bundle of that size: the older one is no longer listed"


def instance(instance: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Instance: the hours of its bundle ("medium_win_ipv6_3_0")."""
    bundle = instance.text("bundle_id")
    if bundle is None:
        yield unpriced("Instance", "bundle_id is not stated", "hours")
        return
    size, *marks = bundle.split("_")
    memory = INSTANCES.get(size)
    if memory is None:
        yield unpriced("Instance", f"the size of bundle {bundle} is not known", "hours")
        return
    system = "windows" if "win" in marks else "linux"
    address = "ipv6" if "ipv6" in marks else "dualstack"
    generation = next((mark for mark in marks if mark.isdigit()), None)
    count = amount(1, assume=None if generation == CURRENT_GENERATION else OLDER)
    yield hourly(f"Instance ({bundle})", f"aws/lightsail/instance/{memory}gb/{system}/{address}", count)


def database(database: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Database: the hours of its bundle, with a standby if it is highly available ("small_ha_2_0")."""
    bundle = database.text("bundle_id")
    if bundle is None:
        yield unpriced("Database", "bundle_id is not stated", "hours")
        return
    size, *marks = bundle.split("_")
    memory = DATABASES.get(size)
    if memory is None:
        yield unpriced("Database", f"the size of bundle {bundle} is not known", "hours")
        return
    availability = "high-availability" if "ha" in marks else "standard"
    yield hourly(f"Database ({bundle})", f"aws/lightsail/database/{memory}gb/{availability}")


def load_balancer(balancer: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Load balancer: a flat price, whatever its traffic."""
    yield hourly("Load balancer", "aws/lightsail/load-balancer")


def disk(disk: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Block storage disk: its provisioned size."""
    size = disk.number("size_in_gb")
    if size is None:
        yield unpriced("Block storage", "size_in_gb is not stated", "GB")
    else:
        yield per_gb("Block storage", size, "aws/lightsail/block-storage")


def container_service(service: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Container service: its power times its scale (nodes); nothing while it is disabled."""
    if service.flag("is_disabled"):
        return
    power = service.text("power")
    if power is None:
        yield unpriced("Nodes", "power is not stated", "hours")
    else:
        yield hourly(f"Nodes ({power})", f"aws/lightsail/container/{power.lower()}", service.number("scale", 1))
