"""Amazon EC2: instances, spot requests, capacity reservations, Dedicated Hosts (https://aws.amazon.com/ec2/pricing/).

Usage keys of an instance, also of each instance of a group: `operating_system` (linux, windows, rhel, suse; without it
Linux), `monthly_hrs` (730), `monthly_cpu_credit_hrs` (0) and `vcpu_count` (that of the type), `reserved_instance_type`
(standard, convertible), `reserved_instance_term` (1_year, 3_year), `reserved_instance_payment_option` (no_upfront,
partial_upfront, all_upfront), and for spot `spot_price` (USD per hour) or `spot_discount_percent` (off on demand).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from finops_guard.model import HOURS_PER_MONTH, CostComponent, Quantity, Resource
from finops_guard.pricing.aws import launch as launches
from finops_guard.pricing.aws.ebs import disk
from finops_guard.pricing.aws.places import local_zone
from finops_guard.pricing.aws.vpc import SUBNET_TYPES
from finops_guard.pricing.component import amount, group, hourly, key, monthly, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Block, RefusedValue, Unknown

SYSTEMS = {"linux": "Linux", "windows": "Windows", "rhel": "RHEL", "suse": "SUSE"}
UNLIMITED_BY_DEFAULT = {"t2": False, "t3": True, "t3a": True, "t4g": True}
DETAILED_METRICS = 7  # metrics an instance sends to CloudWatch with detailed monitoring
ROOT_SIZES = {"windows": 30}  # GB of Amazon's AMIs; 8 for the others
EBS_OPTIMIZED_AT_A_FEE = {
    "c1.xlarge", "c3.xlarge", "c3.2xlarge", "c3.4xlarge", "g2.2xlarge", "i2.xlarge", "i2.2xlarge", "i2.4xlarge",
    "m1.large", "m1.xlarge", "m2.2xlarge", "m2.4xlarge", "m3.xlarge", "m3.2xlarge", "r3.xlarge", "r3.2xlarge",
    "r3.4xlarge",
}  # fmt: skip  # later types include it
PLATFORMS = {
    "Linux/UNIX": "linux", "Windows": "windows", "Red Hat Enterprise Linux": "rhel", "SUSE Linux": "suse",
}  # fmt: skip
RESERVED_CHOICES = {
    "reserved_instance_type": ("standard", "convertible"),
    "reserved_instance_term": ("1_year", "3_year"),
    "reserved_instance_payment_option": ("no_upfront", "partial_upfront", "all_upfront"),
}
NO_SPOT_PRICE = "spot prices move and have no list: set spot_price (USD an hour) or spot_discount_percent as usage"


@dataclass(frozen=True, slots=True)
class RootDefault:
    """Who decides on a root disk that nothing states, and how large it usually is (None: as Amazon's AMIs are)."""

    decides: str
    gb: int | None = None


AMI_DECIDES = RootDefault("the AMI")


def instance(instance: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """EC2 instance: its hours, its disks, and what its launch template adds where it is silent itself."""
    launch = instance_launch(instance)
    spot = instance.type == "aws_spot_instance_request" or launch.text("market") == "spot"
    region = local_zone(instance.text("availability_zone"))
    if not _in_reservation(instance):
        yield from settled("Instance usage", compute(launch, usage, spot=spot, region=region))
    yield from settled("Instance options", options(launch, usage, facts, region))
    yield from settled("Public IPv4 address", _address(instance, launch, usage))
    yield from settled("Disks", disks(launch, usage, region=region))


def instance_launch(instance: Resource) -> Block:
    """The values of an instance over those of the launch template that it refers to."""
    templates = [found for found in instance.related("launch_template") if found.type == "aws_launch_template"]
    base = launches.of_template(templates[0]) if templates else {}
    if not templates and launches.stated(instance, "launch_template") is not None:
        base = {"no_type": "instance_type is that of a launch template which is not part of this plan"}
    return launches.merged(base, launches.of_instance(instance))


def compute(launch: Block, usage: Usage, *, spot: bool = False, region: str | None = None) -> Iterator[CostComponent]:
    """The hours of one instance. On a Dedicated Host there are none: the host is what is charged for."""
    if launch.flag("on_host") or launch.text("tenancy", "default") == "host":
        return
    instance_type = launch.text("instance_type")
    if instance_type is None:
        yield unpriced("Instance usage", launch.text("no_type", "instance_type is not stated"), "hours")
    elif spot:
        yield _spot_hours(instance_type, launch, usage, region)
    elif "reserved_instance_term" in usage:
        yield from _reserved(instance_type, launch, usage, region)
    else:
        yield _on_demand(instance_type, launch, usage, region)


def operating_system(launch: Block, usage: Usage) -> str:
    """From the usage file, else what the code tells: only Windows has a password to fetch. Linux otherwise."""
    stated = usage.text("operating_system")
    if stated is None:
        return "windows" if launch.flag("windows") else "linux"
    system = stated.strip().lower()
    if system not in SYSTEMS:
        raise RefusedValue(f"operating_system should be one of {', '.join(SYSTEMS)}, not {stated!r}")
    return system


def hours(usage: Usage) -> Quantity:
    """Hours a month that an instance runs."""
    return usage.number("monthly_hrs") if "monthly_hrs" in usage else amount(HOURS_PER_MONTH)


def _products(instance_type: str, launch: Block, usage: Usage) -> tuple[str, str, str]:
    """Name of the operating system, product key, and the key of what it costs at most."""
    system = operating_system(launch, usage)
    tenancy = "dedicated" if launch.text("tenancy", "default") == "dedicated" else "shared"
    product = key("aws/ec2/instance", instance_type, system, tenancy)
    at_most = key("aws/ec2/instance", instance_type, system, "dedicated") if ".metal" in instance_type else product
    return SYSTEMS[system], product, at_most


def _on_demand(instance_type: str, launch: Block, usage: Usage, region: str | None) -> CostComponent:
    system, product, at_most = _products(instance_type, launch, usage)
    name = f"Instance usage ({system}, on-demand, {instance_type})"
    return monthly(name, product, hours(usage), "hours", region=region, upper_bound_product=at_most)


def _spot_hours(instance_type: str, launch: Block, usage: Usage, region: str | None) -> CostComponent:
    """Spot hours at the price or the discount of the usage file; else on demand is what they cost at most."""
    system, product, _ = _products(instance_type, launch, usage)
    name = f"Instance usage ({system}, spot, {instance_type})"
    price, discount = usage.value("spot_price"), usage.value("spot_discount_percent")
    if price is not None:
        return monthly(name, product, hours(usage), "hours", region=region, fixed_price=price, source=usage.where)
    if discount is not None:
        if discount > 100:
            raise RefusedValue("spot_discount_percent cannot be above 100")
        return monthly(name, product, hours(usage), "hours", region=region, factor=1 - discount / 100)
    spot = product.replace("aws/ec2/instance/", "aws/ec2/spot/")
    return monthly(name, spot, hours(usage), "hours", region=region, upper_bound_product=product, reason=NO_SPOT_PRICE)


def _reserved(instance_type: str, launch: Block, usage: Usage, region: str | None) -> Iterator[CostComponent]:
    """Reserved hours: charged for the whole month, used or not; what is paid upfront is no monthly cost."""
    system, product, _ = _products(instance_type, launch, usage)
    offer, words = reserved_offer(usage)
    reserved = f"{product.replace('aws/ec2/instance/', 'aws/ec2/reserved/')}/{offer}"
    name = f"Instance usage ({system}, reserved {words}, {instance_type})"
    yield from reserved_hours(name, reserved, product, offer, region)


def reserved_hours(
    name: str, product: str, on_demand: str, offer: str, region: str | None = None
) -> Iterator[CostComponent]:
    """Hours of a reservation, and its payment upfront as a one-time line."""
    if offer.endswith("all-upfront"):
        yield hourly(name, "aws/ec2/reserved/all-upfront")
    else:
        yield hourly(name, product, region=region, upper_bound_product=on_demand)
    if not offer.endswith("no-upfront"):
        yield monthly("Upfront payment", f"{product}/upfront", 1, "terms", region=region, one_time=True)


def reserved_offer(usage: Usage) -> tuple[str, str]:
    """The offer that the usage file names, as the end of a product key and in words."""
    choices = []
    for name, allowed in RESERVED_CHOICES.items():
        value = usage.text(name) or allowed[0]
        if value not in allowed:
            raise RefusedValue(f"{name} should be one of {', '.join(allowed)}, not {value!r}")
        choices.append(value.replace("_", "-"))
    offering, term, payment = choices
    return "/".join(choices), f"{term.replace('-', ' ')}, {offering}, {payment.replace('-', ' ')}"


def options(launch: Block, usage: Usage, facts: Facts, region: str | None = None) -> Iterator[CostComponent]:
    """What is charged for one instance besides hours and disks."""
    instance_type = launch.text("instance_type")
    if launch.flag("ebs_optimized") and instance_type in EBS_OPTIMIZED_AT_A_FEE:
        product = key("aws/ec2/ebs-optimized", instance_type)
        yield monthly("EBS-optimized usage", product, hours(usage), "hours", region=region)
    if launch.flag("monitoring"):
        metrics = hours(usage) * DETAILED_METRICS / HOURS_PER_MONTH  # metrics are charged by the hour they are sent
        yield monthly("Detailed monitoring", "aws/cloudwatch/custom-metric", metrics, "metrics")
    if instance_type is not None:
        yield from _cpu_credits(instance_type, launch, usage, facts)


def _cpu_credits(instance_type: str, launch: Block, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Surplus CPU credits of burstable types in unlimited mode, per vCPU-hour above the baseline."""
    family = instance_type.split(".")[0]
    if family not in UNLIMITED_BY_DEFAULT:
        return
    by_default = UNLIMITED_BY_DEFAULT[family] and launch.text("tenancy", "default") != "host"
    if launch.text("cpu_credits", "unlimited" if by_default else "standard") != "unlimited":
        return
    machine = facts.machine(instance_type)
    vcpus = usage.value("vcpu_count") or (Decimal(machine.vcpus) if machine else None)
    assume = "no surplus CPU credits: average CPU use at or below the baseline"
    credit_hours = usage.number("monthly_cpu_credit_hrs", 0, assume)
    if vcpus is None:
        yield unpriced("CPU credits", f"how many vCPUs {instance_type} has is not known: set vcpu_count", "vCPU-hours")
        return
    system = "windows" if operating_system(launch, usage) == "windows" else "linux"
    yield monthly("CPU credits", key("aws/ec2/cpu-credits", system, family), credit_hours * vcpus, "vCPU-hours")


def _address(instance: Resource, launch: Block, usage: Usage) -> Iterator[CostComponent]:
    """The public IPv4 address that AWS assigns; an Elastic IP replaces it and is a resource of its own."""
    if instance.referrers("aws_eip", "instance") or instance.referrers("aws_eip_association", "instance_id"):
        return
    yield from address(launch, usage, [found for found in instance.related("subnet_id") if found.type in SUBNET_TYPES])


def address(launch: Block, usage: Usage, subnets: Sequence[Resource]) -> Iterator[CostComponent]:
    """The public IPv4 address of one instance: as it is stated, else as its subnets assign one."""
    answers = {subnet.flag("map_public_ip_on_launch") for subnet in subnets}
    if "public_ip" in launch:
        answers = {launch.flag("public_ip")}
    if answers == {True}:
        yield _public_ipv4(hours(usage))
    elif not answers:
        yield _public_ipv4(amount(0, assume="no public IPv4 address: the subnet decides, and it is not in this plan"))
    elif len(answers) == 2:
        yield _public_ipv4(amount(0, assume="no public IPv4 address, though some of the subnets assign one"))


def _public_ipv4(hours: Quantity) -> CostComponent:
    return monthly("Public IPv4 address", "aws/vpc/public-ipv4/in-use", hours, "hours")


def disks(
    launch: Block, usage: Usage, root: RootDefault = AMI_DECIDES, region: str | None = None
) -> Iterator[CostComponent]:
    """The root disk and the other disks of one instance; each keeps its own place when something is unknown."""
    yield from settled("root_block_device", _root(launch, usage, root, region))
    items = launch.known("disks")
    for index, item in enumerate(items if isinstance(items, list) else []):
        path = f"ebs_block_device[{index}]"
        if isinstance(item, Unknown):
            yield unpriced(path, f"the disk is {item}")
        elif not isinstance(item, Mapping):
            continue
        elif "virtual_name" not in Block(item) and not Block(item).flag("no_device"):
            yield from group(path, settled("Storage", _data_disk(item, usage.nested(path), region)))


def _root(launch: Block, usage: Usage, default: RootDefault, region: str | None) -> Iterator[CostComponent]:
    """Every instance has a root disk: where its size or type is not stated, another decides and it is assumed."""
    root, open_names = launches.settled_disk(launch.block("root").attributes)
    kind, size = root.text("volume_type"), root.number("volume_size")
    usual = default.gb or ROOT_SIZES.get(operating_system(launch, usage), 8)
    guessed = " ".join(filter(None, [None if size else f"{usual} GB", None if kind else "gp2"]))
    assume = f"{guessed} root volume: {default.decides} decides" if guessed else _included(kind, open_names)
    quantity = amount(usual if size is None else size, assume=assume)
    yield from group(
        "root_block_device", disk(kind or "gp2", quantity, root, usage.nested("root_block_device"), region=region)
    )


def _data_disk(item: Mapping[str, Any], usage: Usage, region: str | None) -> Iterator[CostComponent]:
    block, open_names = launches.settled_disk(item)
    kind, size = block.text("volume_type", "gp2"), block.number("volume_size")
    quantity = None if size is None else amount(size, assume=_included(kind, open_names))
    yield from disk(kind, quantity, block, usage, "volume_size is not stated: the snapshot decides", region)


def _included(kind: str | None, open_names: list[str]) -> str | None:
    """What is assumed of a gp3 volume whose IOPS or throughput may come from a `dynamic` block."""
    unsaid = [name for name in ("iops", "throughput") if name in open_names]
    return f"the {' and '.join(unsaid)} that gp3 includes" if kind == "gp3" and unsaid else None


def _in_reservation(instance: Resource) -> bool:
    """Whether the instance runs in a capacity reservation of the same plan, which is charged for it."""
    targets = instance.related("capacity_reservation_specification")
    return any(target.type == "aws_ec2_capacity_reservation" for target in targets)


def capacity_reservation(reservation: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """On-demand capacity reservation: charged like running instances, whether they run or not."""
    instance_type = reservation.text("instance_type")
    platform = reservation.text("instance_platform", "Linux/UNIX")
    if instance_type is None:
        yield unpriced("Reserved capacity", "instance_type is not stated", "hours")
        return
    tenancy = "dedicated" if reservation.text("tenancy", "default") == "dedicated" else "shared"
    product = key("aws/ec2/instance", instance_type, PLATFORMS.get(platform, platform), tenancy)
    region = local_zone(reservation.text("availability_zone"))
    name = f"Reserved capacity ({platform}, {instance_type})"
    yield hourly(name, product, reservation.number("instance_count", 1), region=region)


def dedicated_host(host: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Dedicated Host: charged per hour by its instance family, whatever runs on it."""
    family = host.text("instance_family") or (host.text("instance_type") or "").split(".")[0]
    if not family:
        yield unpriced("Dedicated Host", "neither instance_family nor instance_type is stated", "hours")
        return
    product = key("aws/ec2/host", family)
    if "reserved_instance_term" in usage:
        offer, words = reserved_offer(usage)
        reserved = f"{key('aws/ec2/reserved-host', family)}/{offer}"
        yield from reserved_hours(f"Dedicated Host (reserved {words}, {family})", reserved, product, offer)
    else:
        yield hourly(f"Dedicated Host (on-demand, {family})", product)
