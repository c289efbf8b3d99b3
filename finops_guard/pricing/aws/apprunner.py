"""AWS App Runner: memory of all instances that are kept ready, vCPUs while they serve requests
(https://aws.amazon.com/apprunner/pricing/).

Usage keys: `monthly_active_hrs` (hours that instances serve requests, all instances together), `monthly_builds_minutes`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import HOURS_PER_MONTH, CostComponent, Quantity, Resource
from finops_guard.pricing.aws.metered import Meter, metered, stated
from finops_guard.pricing.component import between, monthly, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import BadValue, Values

KILO = Decimal(1024)
UNITS = ("vcpu", "gb")
SCALING = "aws_apprunner_auto_scaling_configuration_version"
BUILDS = (Meter("monthly_build_minutes", "Builds", "aws/apprunner/build-minutes", "minutes"),)


def service(service: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Service: at least the memory of its least number of instances, all month; vCPUs and more by what it serves."""
    config = service.block("instance_configuration")
    vcpus, memory = _size(config, "cpu", 1), _size(config, "memory", 2)
    ready = _instances(service)
    kept = ready * memory * HOURS_PER_MONTH
    yield monthly("Provisioned memory", "aws/apprunner/memory", kept, "GB-hours")
    active = Meter("monthly_active_hrs", "Active vCPUs", "aws/apprunner/vcpu", "vCPU-hours")
    for line in metered(usage, (active,)):
        yield monthly(line.name, line.product, line.quantity * vcpus, line.unit)
    deploys = service.block("source_configuration")
    if deploys.flag("auto_deployments_enabled", True) and deploys.blocks("code_repository"):
        yield unpriced("Automatic deployments", "no price of automatic deployments in the price book")
    yield from stated(usage, BUILDS)


def _size(config: Values, name: str, default: int) -> Decimal:
    """vCPUs or GB of "1024", "1 vCPU" or "2 GB": without a unit 1,024 make one."""
    text = config.text(name)
    if text is None:
        return Decimal(default)
    number, _, unit = text.strip().lower().partition(" ")
    if not number.replace(".", "", 1).isdigit() or (unit and unit not in UNITS):
        raise BadValue(f"{name} should be a size, not {text[:40]!r}")
    return Decimal(number) if unit else Decimal(number) / KILO


def _instances(service: Resource) -> Quantity:
    """The instances that are kept ready: the least of the scaling configuration, up to its most."""
    found = service.related("auto_scaling_configuration_arn")
    scaling = next((one for one in found if one.type == SCALING), None)
    least = scaling.number("min_size", 1) if scaling else Decimal(1)
    most = scaling.number("max_size", 25) if scaling else Decimal(25)
    return between(least, least, max(least, most))
