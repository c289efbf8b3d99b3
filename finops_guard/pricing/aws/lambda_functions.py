"""AWS Lambda: functions and provisioned concurrency (https://aws.amazon.com/lambda/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.component import amount, monthly, settled, tiered, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

MB_PER_GB = 1024
INCLUDED_STORAGE_MB = 512
DEFAULT_MEMORY_MB = 128
HOURS_PER_MONTH = 730
SECONDS = "GB-seconds"


def function(function: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Function: charged per request and per GB-second; tiers count by architecture, 512 MB of storage are included."""
    architecture = _architecture(function)
    yield monthly("Requests", f"aws/lambda/{architecture}/requests", usage.number("monthly_requests"), "requests")
    if function.blocks("capacity_provider_config"):
        yield unpriced(
            "Compute on managed instances", "billed as the EC2 instances of the capacity provider, plus a fee"
        )
        return
    yield from settled("Duration", _duration(function, usage, architecture))
    yield from settled("Ephemeral storage", _ephemeral_storage(function, usage, architecture))
    yield from settled("SnapStart", _snap_start(function))


def _architecture(function: Resource) -> str:
    return "arm" if "arm64" in (name.lower() for name in function.texts("architectures")) else "x86"


def _seconds(usage: Usage) -> Quantity:
    """Seconds that the function runs in a month; each request is rounded up to a whole millisecond."""
    return usage.number("monthly_requests") * usage.number("request_duration_ms").map(_whole) / 1000


def _whole(milliseconds: Decimal) -> Decimal:
    return milliseconds.to_integral_value(ROUND_CEILING)


def _duration(function: Resource, usage: Usage, architecture: str) -> Iterator[CostComponent]:
    memory = function.number("memory_size", DEFAULT_MEMORY_MB)
    seconds = _seconds(usage) * (memory / MB_PER_GB)
    yield tiered("Duration", seconds, f"aws/lambda/{architecture}/duration", SECONDS)


def _ephemeral_storage(function: Resource, usage: Usage, architecture: str) -> Iterator[CostComponent]:
    beyond = function.block("ephemeral_storage").number("size", INCLUDED_STORAGE_MB) - INCLUDED_STORAGE_MB
    if beyond > 0:
        seconds = _seconds(usage) * (beyond / MB_PER_GB)
        yield monthly(
            "Ephemeral storage (above 512 MB)", f"aws/lambda/{architecture}/ephemeral-storage", seconds, SECONDS
        )


def _snap_start(function: Resource) -> Iterator[CostComponent]:
    """Free for Java; the snapshots and restores of other runtimes are charged for."""
    applies = function.block("snap_start").text("apply_on") == "PublishedVersions"
    if applies and not (function.text("runtime") or "").startswith("java"):
        yield unpriced("SnapStart", "no price for the snapshots and restores of SnapStart in the price book")


def provisioned_concurrency(config: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Provisioned concurrency: charged for every second it is kept ready, used or not; then per request and GB-second.

    Memory and architecture are those of the function that it belongs to.
    """
    function = next((one for one in config.related("function_name") if one.type == "aws_lambda_function"), None)
    stated = usage.text("architecture")
    architecture = _architecture(function) if function and not stated else "arm" if stated == "arm64" else "x86"
    product = f"aws/lambda/{architecture}"
    yield monthly("Requests", f"{product}/requests", usage.number("monthly_requests"), "requests")
    yield from settled("Provisioned concurrency", _kept_ready(config, function, usage, product))


def _kept_ready(config: Resource, function: Resource | None, usage: Usage, product: str) -> Iterator[CostComponent]:
    memory = _memory_gb(function, usage)
    if memory is None:
        reason = "the memory of the function is not in this plan: set memory_mb in the usage file"
        yield unpriced("Provisioned concurrency", reason, SECONDS)
        return
    executions = config.number("provisioned_concurrent_executions")
    if executions is None:
        yield unpriced("Provisioned concurrency", "provisioned_concurrent_executions is not stated", SECONDS)
    else:
        hours = usage.number("monthly_duration_hrs") if "monthly_duration_hrs" in usage else amount(HOURS_PER_MONTH)
        ready = hours * 3600 * executions * memory
        yield monthly("Provisioned concurrency", f"{product}/provisioned-concurrency", ready, SECONDS)
    yield monthly("Duration", f"{product}/provisioned-duration", _seconds(usage) * memory, SECONDS)


def _memory_gb(function: Resource | None, usage: Usage) -> Decimal | None:
    stated = usage.value("memory_mb")
    if stated is not None:
        return stated / MB_PER_GB
    return function.number("memory_size", DEFAULT_MEMORY_MB) / MB_PER_GB if function else None
