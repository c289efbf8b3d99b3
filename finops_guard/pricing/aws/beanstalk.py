"""AWS Elastic Beanstalk environments: free themselves, what they launch is charged
(https://aws.amazon.com/elasticbeanstalk/pricing/).

What an environment launches is in its option settings. Usage keys stand under the part that they are for: `ec2`, `lb`
(application and network load balancers), `elb` (classic), `db`, `cloudwatch`, with the keys of that resource.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal
from typing import Any

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.aws import elb, rds
from finops_guard.pricing.aws.autoscaling import Fleet, launched
from finops_guard.pricing.aws.cloudwatch import log_group
from finops_guard.pricing.aws.ec2 import RootDefault
from finops_guard.pricing.aws.vpc import public_ipv4
from finops_guard.pricing.component import amount, between, group, settled
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Block

DEFAULT_TYPE = "t3.micro"
TYPE_ASSUMED = f"{DEFAULT_TYPE} assumed: no InstanceTypes setting is stated"
BALANCER_ASSUMED = "a classic load balancer, the default of the API: LoadBalancerType is not stated"
LAUNCH, INSTANCES, GROUP = "aws:autoscaling:launchconfiguration", "aws:ec2:instances", "aws:autoscaling:asg"
NETWORK, ENVIRONMENT, DATABASE = "aws:ec2:vpc", "aws:elasticbeanstalk:environment", "aws:rds:dbinstance"
LOGS = "aws:elasticbeanstalk:cloudwatch:logs"
LEAST, MOST = Decimal(1), Decimal(4)  # instances, when MinSize and MaxSize are not stated
SPOT_ABOVE_BASE = Decimal(70)  # percent on demand, when EnableSpot is on and no share is stated
Settings = dict[str, Block]


def environment(environment: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Environment: its instances with their disks, its load balancer, a coupled database, streamed logs."""
    settings = _settings(environment)
    yield from group("instances", settled("Instances", _instances(settings, usage.nested("ec2"), facts)))
    yield from settled("Load balancer", _load_balancer(environment, settings, usage, facts))
    yield from group("database", settled("Database", _database(environment, settings, usage.nested("db"), facts)))
    if settings[LOGS].flag("StreamLogs"):
        logs = replace(environment, type="aws_cloudwatch_log_group", attributes={}, graph=None)
        yield from group("logs", log_group(logs, usage.nested("cloudwatch"), facts))


def _settings(environment: Resource) -> Settings:
    """The option settings by namespace; the last one of a name wins."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for setting in environment.blocks("setting"):
        found[setting.text("namespace", "")][setting.text("name", "")] = setting.get("value")
    return defaultdict(lambda: Block({}), {namespace: Block(values) for namespace, values in found.items()})


def _single(settings: Settings) -> bool:
    return settings[ENVIRONMENT].text("EnvironmentType") == "SingleInstance"


def _instances(settings: Settings, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    types = settings[INSTANCES].text("InstanceTypes") or settings[LAUNCH].text("InstanceType")
    stated = types.split(",")[0].strip() if types else None
    size = _size(settings, usage)
    fleet = replace(
        _fleet(settings, size, _launch(settings, stated or DEFAULT_TYPE)), assume=_assumption(stated, types)
    )
    yield from launched(fleet, usage, facts, [], RootDefault("Elastic Beanstalk's AMI"))
    if _single(settings):
        yield public_ipv4(1, "Elastic IP address")


def _assumption(stated: str | None, types: str | None) -> str | None:
    if stated is None:
        return TYPE_ASSUMED
    return f"all instances are of the first type, {stated}" if types and "," in types else None


def _size(settings: Settings, usage: Usage) -> Quantity:
    """How many instances run: MinSize of them, up to MaxSize."""
    if "instances" in usage:
        return usage.number("instances")
    if _single(settings):
        return amount(1)
    low = settings[GROUP].number("MinSize", LEAST)
    return between(low, low, max(settings[GROUP].number("MaxSize", MOST), low))


def _launch(settings: Settings, instance_type: str) -> Block:
    launch, root = settings[LAUNCH], {}
    for name, setting in (
        ("volume_type", "RootVolumeType"),
        ("volume_size", "RootVolumeSize"),
        ("iops", "RootVolumeIOPS"),
        ("throughput", "RootVolumeThroughput"),
    ):
        if launch.get(setting) not in (None, ""):
            root[name] = launch.get(setting)
    values: dict[str, Any] = {"instance_type": instance_type, "root": root or None}
    values["monitoring"] = launch.text("MonitoringInterval") == "1 minute" or None
    if settings[NETWORK].get("AssociatePublicIpAddress") is not None:
        values["public_ip"] = settings[NETWORK].flag("AssociatePublicIpAddress")
    return Block({name: value for name, value in values.items() if value is not None})


def _fleet(settings: Settings, size: Quantity, launch: Block) -> Fleet:
    """All on demand, unless EnableSpot puts the share above a base on spot."""
    options = settings[INSTANCES]
    if not options.flag("EnableSpot"):
        return Fleet(launch, size, amount(0))
    base = options.number("SpotFleetOnDemandBase", 0)
    default = Decimal(0) if _single(settings) else SPOT_ABOVE_BASE
    percent = options.number("SpotFleetOnDemandAboveBasePercentage", default)

    def on_demand(count: Decimal) -> Decimal:
        fixed = min(count, base)
        return fixed + ((count - fixed) * percent / 100).to_integral_value(ROUND_CEILING)

    return Fleet(launch, size.map(on_demand), size.map(lambda count: count - on_demand(count)))


def _load_balancer(environment: Resource, settings: Settings, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """One for a load-balanced web server environment; a shared one is a resource of its own."""
    stated = settings[ENVIRONMENT]
    if _single(settings) or environment.text("tier", "WebServer") == "Worker" or stated.flag("LoadBalancerIsShared"):
        return
    kind = stated.text("LoadBalancerType", "classic").lower()
    network = settings[NETWORK]
    subnets = (network.text("ELBSubnets") or "").split(",")
    attributes: dict[str, Any] = {
        "load_balancer_type": kind,
        "internal": network.text("ELBScheme", "public") == "internal",
        "subnets": [name.strip() for name in subnets if name.strip()],
    }
    balancer = replace(environment, attributes=attributes, graph=None)
    if kind == "classic":
        lines = elb.classic_load_balancer(balancer, usage.nested("elb"), facts)
    else:
        lines = elb.load_balancer(balancer, usage.nested("lb"), facts)
    assumed = None if stated.get("LoadBalancerType") is not None else BALANCER_ASSUMED
    yield from group("load balancer", _noted(lines, assumed))


def _noted(lines: Iterator[CostComponent], assumption: str | None) -> Iterator[CostComponent]:
    """The lines, the first of them with what is assumed about all."""
    for number, line in enumerate(lines):
        noted = assumption is not None and number == 0
        yield replace(line, quantity=replace(line.quantity, assumption=assumption)) if noted else line


def _database(environment: Resource, settings: Settings, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """The database that belongs to the environment, where its settings ask for one."""
    stated = settings[DATABASE]
    if not stated or not stated.flag("HasCoupledDatabase", True):
        return
    names = {
        "DBEngine": "engine",
        "DBEngineVersion": "engine_version",
        "DBInstanceClass": "instance_class",
        "DBAllocatedStorage": "allocated_storage",
        "MultiAZDatabase": "multi_az",
    }
    attributes = {name: stated.get(setting) for setting, name in names.items() if stated.get(setting) is not None}
    attributes.setdefault("engine", "mysql")
    attributes.setdefault("allocated_storage", 5)
    database = replace(environment, type="aws_db_instance", attributes=attributes, graph=None)
    yield from rds.db_instance(database, usage, facts)
