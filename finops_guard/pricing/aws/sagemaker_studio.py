"""Amazon SageMaker Studio, pipelines and jobs (https://aws.amazon.com/sagemaker/pricing/).

Jobs are no resources of their own. The usage of the pipeline, domain or project that starts them says what they run:
`training`, `processing` and `transform`, each with `instance_type`, `instance_count` (1), `monthly_hrs` (of each
instance) and `storage_gb` (of each instance, while it runs); `training` also `warm_pool_hrs` of a managed warm pool.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import HOURS_PER_MONTH, CostComponent, Resource
from finops_guard.pricing.aws.metered import Meter, metered, stated
from finops_guard.pricing.component import amount, group, hourly, key, monthly, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Block, RefusedValue, Values

JOBS = ("training", "processing", "transform")
DEFAULT_TYPE = "ml.t3.medium"
DEFAULT_SPACE_GB = 5
OWN_PRICES = {
    "canvas": "Canvas sessions",
    "rstudioserverpro": "RStudio licences",
    "rsessiongateway": "RStudio sessions",
}
FEATURE_STORE = (
    Meter("monthly_write_units", "Write request units", "aws/sagemaker/feature-store/write-units", "units"),
    Meter("monthly_read_units", "Read request units", "aws/sagemaker/feature-store/read-units", "units"),
    Meter("storage_gb", "Online storage", "aws/sagemaker/feature-store/storage", "GB-months"),
)
HUMAN_REVIEW = (
    Meter("monthly_reviewed_objects", "Reviewed objects", "aws/sagemaker/augmented-ai/objects", "objects"),
)  # fmt: skip
EFS = (Meter("storage_gb", "Home directories (EFS)", "aws/efs/standard/storage", "GB"),)


def app(app: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """App: its instance from the moment it is created until it is shut down (usage: monthly_hrs)."""
    kind = app.text("app_type", "").lower()
    if kind in OWN_PRICES:
        yield unpriced(OWN_PRICES[kind], f"no price of {OWN_PRICES[kind]} in the price book", "hours")
        return
    spec = app.block("resource_spec")
    instance_type = spec.text("instance_type") or ("system" if kind == "jupyterserver" else DEFAULT_TYPE)
    if instance_type == "system":  # the server that Studio Classic itself runs on is free of charge
        return
    hours = usage.number("monthly_hrs") if "monthly_hrs" in usage else amount(HOURS_PER_MONTH)
    yield monthly(f"Studio instance ({instance_type})", key("aws/sagemaker/studio", instance_type), hours, "hours")


def space(space: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Space: its EBS volume, whether an app runs on it or not; the apps are resources of their own."""
    settings = space.block("space_settings")
    disk = settings.block("space_storage_settings").block("ebs_storage_settings")
    kind = settings.text("app_type", "").lower()
    if disk or kind in ("jupyterlab", "codeeditor"):
        size = disk.number("ebs_volume_size_in_gb", DEFAULT_SPACE_GB)
        yield monthly("Space storage", "aws/sagemaker/studio/storage", size, "GB-months")


def domain(domain: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Domain: the home directories of its users on EFS; apps and spaces are charged themselves."""
    yield from metered(usage, EFS)
    yield from jobs(usage)


def pipeline(pipeline: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Pipeline or project: free by itself; what its steps run is in the usage file."""
    yield from jobs(usage)


def jobs(usage: Usage) -> Iterator[CostComponent]:
    """The jobs that the usage file names: instances by the second, and their volumes for as long."""
    for kind in JOBS:
        if kind in usage or any(name.startswith(f"{kind}.") for name in usage.values):
            yield from group(f"{kind} jobs", _job(kind, usage.nested(kind)))


def _job(kind: str, usage: Usage) -> Iterator[CostComponent]:
    instance_type = usage.text("instance_type")
    if instance_type is None:
        raise RefusedValue(f"{usage.prefix}instance_type is not stated")
    count = usage.number("instance_count") if "instance_count" in usage else amount(1)
    product = key("aws/sagemaker", kind, instance_type)
    hours = count * usage.number("monthly_hrs")
    yield monthly(f"Instance usage ({instance_type})", product, hours, "hours")
    if "warm_pool_hrs" in usage:
        kept = count * usage.number("warm_pool_hrs")
        yield monthly(f"Managed warm pool ({instance_type})", product, kept, "hours")
    if "storage_gb" in usage:
        storage = hours * usage.number("storage_gb") / HOURS_PER_MONTH
        yield monthly("ML storage", f"aws/sagemaker/{kind}/storage", storage, "GB-months")


def monitoring_schedule(schedule: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Monitoring schedule: the processing job that it starts again and again (usage: monthly_hrs of each instance)."""
    places = "monitoring_schedule_config.monitoring_job_definition_name", "monitoring_schedule_config"
    found = (target for place in places for target in schedule.related(place))
    definition = next((target for target in found if target.type == "aws_sagemaker_data_quality_job_definition"), None)
    if definition is None:
        yield unpriced("Processing jobs", "the job definition, which says what runs, is not in this plan", "hours")
        return
    yield from settled("Processing jobs", _monitoring_job(definition, usage))


def _monitoring_job(definition: Resource, usage: Usage) -> Iterator[CostComponent]:
    config = definition.block("job_resources").block("cluster_config")
    instance_type = config.text("instance_type")
    if instance_type is None:
        yield unpriced("Processing jobs", "instance_type is not stated", "hours")
        return
    hours = usage.number("monthly_hrs") * config.number("instance_count", 1)
    product = key("aws/sagemaker/processing", instance_type)
    yield monthly(f"Processing instances ({instance_type})", product, hours, "hours")
    storage = hours * config.number("volume_size_in_gb", 0) / HOURS_PER_MONTH
    yield monthly("ML storage", "aws/sagemaker/processing/storage", storage, "GB-months")


def feature_group(features: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Feature group: reads, writes and GB of the online store; the offline store is a bucket."""
    online = features.block("online_store_config")
    if not online.flag("enable_online_store", bool(online)):
        yield from stated(usage, FEATURE_STORE[:1])
        return
    throughput = features.block("throughput_config")
    if throughput.text("throughput_mode", "OnDemand") == "Provisioned":
        for name, words in (("read", "Read"), ("write", "Write")):
            units = throughput.number(f"provisioned_{name}_capacity_units", 0)
            product = f"aws/sagemaker/feature-store/provisioned-{name}"
            yield hourly(f"Provisioned {name} capacity", product, units, unit=f"{words.lower()}-unit-hours")
        yield from metered(usage, FEATURE_STORE[2:])
    else:
        yield from metered(usage, FEATURE_STORE)


def tracking_server(server: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """MLflow tracking server: per hour by size while it runs, and the metadata that it keeps."""
    size = server.text("tracking_server_size", "Small").lower()
    hours = usage.number("monthly_hrs") if "monthly_hrs" in usage else amount(HOURS_PER_MONTH)
    yield monthly(f"MLflow tracking server ({size})", f"aws/sagemaker/mlflow/{size}", hours, "hours")
    storage = (Meter("storage_gb", "Metadata storage", "aws/sagemaker/mlflow/storage", "GB-months"),)
    yield from metered(usage, storage)


def flow_definition(flow: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Human review workflow (Augmented AI): each object that people review, and what they are paid."""
    yield from metered(usage, HUMAN_REVIEW)


def cluster(cluster: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """HyperPod cluster: the instances of its groups for as long as they exist, used or not."""
    for index, one in enumerate(cluster.blocks("instance_groups")):
        name = one.text("instance_group_name") or str(index + 1)
        yield from group(f"instance group {name}", settled("Instances", _instances(one)))


def _instances(values: Values) -> Iterator[CostComponent]:
    instance_type = values.text("instance_type")
    if instance_type is None:
        yield unpriced("Instances", "instance_type is not stated", "hours")
        return
    count = values.number("instance_count", 1)
    yield hourly(f"Instance usage ({instance_type})", key("aws/sagemaker/hyperpod", instance_type), count)
    disk = _disk(values.blocks("instance_storage_configs"))
    if disk:
        yield monthly("Additional storage", "aws/sagemaker/hyperpod/storage", disk * count, "GB-months")


def _disk(configs: list[Block]) -> Decimal:
    """GB of the additional volume of one instance."""
    volumes = [volume for config in configs for volume in config.blocks("ebs_volume_config")]
    return sum((volume.number("volume_size_in_gb", 0) for volume in volumes), Decimal(0))
