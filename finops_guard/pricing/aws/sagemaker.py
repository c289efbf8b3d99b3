"""Amazon SageMaker: notebook instances and inference endpoints (https://aws.amazon.com/sagemaker/pricing/).

Usage keys: `monthly_hrs` of a notebook; of an endpoint configuration `monthly_data_in_gb` and `monthly_data_out_gb`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.component import (
    Amount,
    amount,
    between,
    group,
    hourly,
    key,
    monthly,
    per_gb,
    settled,
    unpriced,
)
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Block, Unknown

NOTEBOOK_VOLUME_GB = 5
NO_ENDPOINT = "one endpoint: none in this plan uses the configuration"


def notebook_instance(notebook: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Notebook instance: per hour it runs (usage: monthly_hrs), and its volume all month, running or stopped."""
    yield from settled("Instance", _notebook_hours(notebook, usage))
    yield from settled("ML storage", _notebook_storage(notebook))


def _notebook_hours(notebook: Resource, usage: Usage) -> Iterator[CostComponent]:
    kind = notebook.text("instance_type")
    if kind is None:
        yield unpriced("Notebook instance", "instance_type is not stated", "hours")
        return
    product = key("aws/sagemaker/notebook", kind)
    hours = usage.number("monthly_hrs", 730) if "monthly_hrs" in usage else amount(730)
    yield monthly(f"Notebook instance ({kind})", product, hours, "hours")


def _notebook_storage(notebook: Resource) -> Iterator[CostComponent]:
    volume = notebook.number("volume_size", NOTEBOOK_VOLUME_GB)
    yield monthly("ML storage", "aws/sagemaker/notebook/storage", volume, "GB-months")


def endpoint(endpoint: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Endpoint: its instances are charged through its configuration, where that is in the plan."""
    if not any(
        found.type == "aws_sagemaker_endpoint_configuration" for found in endpoint.related("endpoint_config_name")
    ):
        yield unpriced(
            "Instances", "the endpoint configuration, which says what is charged, is not in this plan", "hours"
        )


def endpoint_configuration(config: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Endpoint configuration: the instances and volumes of its variants, once for each endpoint that uses it.

    Asynchronous endpoints run the same instances. Inference components share them and add nothing.
    """
    endpoints = config.referrers("aws_sagemaker_endpoint", "endpoint_config_name")
    times = amount(len(endpoints)) if endpoints else amount(1, assume=NO_ENDPOINT)
    targets = [target for found in endpoints for target in found.referrers("aws_appautoscaling_target", "resource_id")]
    production = config.blocks("production_variants")
    alone = len(production) == 1
    for index, variant in enumerate(production):
        name = f"production variant {_label(variant, index)}"
        yield from group(name, settled("Instances", _variant(variant, targets, alone)), times)
    for index, variant in enumerate(config.blocks("shadow_production_variants")):
        name = f"shadow variant {_label(variant, index)}"
        yield from group(name, settled("Instances", _variant(variant, [], False)), times)
    for way in ("in", "out"):
        if f"monthly_data_{way}_gb" in usage:
            data = usage.number(f"monthly_data_{way}_gb")
            yield per_gb(f"Data {way}", data, f"aws/sagemaker/hosting/data-{way}")


def _label(variant: Block, index: int) -> str:
    name = variant.get("variant_name")
    return name if isinstance(name, str) and name else str(index + 1)


def _variant(variant: Block, targets: list[Resource], alone: bool) -> Iterator[CostComponent]:
    serverless = variant.blocks("serverless_config")
    if serverless:
        yield from _serverless(serverless[0])
        return
    kind = variant.text("instance_type")
    if kind is None:
        yield unpriced("Instances", "instance_type is not stated", "hours")
        return
    count = _instance_count(variant, targets, alone)
    yield hourly(f"Instance usage ({kind})", key("aws/sagemaker/hosting", kind), count)
    volume = variant.number("volume_size_in_gb")
    if volume:
        storage = count * volume if isinstance(count, Quantity) else volume * Decimal(count)
        yield monthly("ML storage", "aws/sagemaker/hosting/storage", storage, "GB-months")


def _serverless(config: Block) -> Iterator[CostComponent]:
    memory = config.number("memory_size_in_mb")
    size = f" at {memory} MB" if memory is not None else ""
    yield unpriced("Serverless inference", f"no price for serverless inference{size} in the price book", "GB-seconds")
    ready = config.number("provisioned_concurrency")
    if ready:
        reason = f"no price for {ready} provisioned serverless instances, which are always on, in the price book"
        yield unpriced("Provisioned concurrency", reason, "GB-seconds")


def _instance_count(variant: Block, targets: list[Resource], alone: bool) -> Amount:
    """How many instances run: minimum to maximum of an autoscaling target or managed scaling, else the stated count."""
    initial = variant.number("initial_instance_count", 1)
    target = next((found for found in targets if _scales(found, variant, alone)), None)
    if target is not None:
        least, most = target.number("min_capacity", 0), target.number("max_capacity", initial)
        # A target of 0 (asynchronous endpoints, inference components) stops everything when idle.
        return between(least, least or min(initial, most), max(least, most))
    managed = variant.block("managed_instance_scaling")
    if (managed.text("status") or "").upper() == "ENABLED":
        least = managed.number("min_instance_count", initial)
        most = managed.number("max_instance_count", max(initial, least))
        return between(least, min(max(initial, least), max(most, least)), max(most, least))
    return Quantity(initial)


def _scales(target: Resource, variant: Block, alone: bool) -> bool:
    """Whether a target is that of the variant: known by its name "endpoint/NAME/variant/VARIANT", or the only one."""
    place = target.get("resource_id")
    if isinstance(place, Unknown) or not isinstance(place, str):
        return alone
    return place.rpartition("/")[2] == variant.get("variant_name") or alone
