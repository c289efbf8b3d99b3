"""What instances of RDS and Aurora have in common: engines, extended support, Performance Insights, CPU credits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from finops_guard.model import CostComponent, Quantity
from finops_guard.pricing.component import hourly, key, monthly, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Values

AURORA_FAMILY = {"aurora": "mysql", "aurora-mysql": "mysql", "aurora-postgresql": "postgres"}
SUPPORT_CALENDAR = {
    "mysql": "rds-mysql",
    "postgres": "rds-postgres",
    "aurora": "aurora-mysql",
    "aurora-mysql": "aurora-mysql",
    "aurora-postgresql": "aurora-postgresql",
}  # MariaDB, Oracle, SQL Server and Db2 have no extended support
NO_EXTENDED_SUPPORT = "open-source-rds-extended-support-disabled"
FREE_RETENTION_DAYS = 7
BURSTABLE = ("t2", "t3", "t4g")


def extended_support(
    engine: str, version: str | None, values: Values, instance_class: str, facts: Facts, instances: int = 1
) -> Iterator[CostComponent]:
    """The surcharge per vCPU-hour of a major version past its standard support; standby instances pay it too.

    Without a version AWS takes its default one, which is in standard support.
    """
    for year, starts in _support_fees(engine, version, values, facts):
        name, machine = f"Extended support (year {year}, {engine} {version})", facts.machine(instance_class)
        if machine is None:
            reason = f"the number of vCPUs of {instance_class} is not known"
            yield unpriced(name, reason, "vCPU-hours", starts=starts)
        else:
            product = f"aws/rds/extended-support/{_rate(year)}"
            yield hourly(name, product, machine.vcpus * instances, unit="vCPU-hours", starts=starts)


def serverless_extended_support(
    engine: str, version: str | None, values: Values, capacity: Quantity, facts: Facts
) -> Iterator[CostComponent]:
    """The same surcharge for Aurora Serverless v2, per ACU-hour."""
    for year, starts in _support_fees(engine, version, values, facts):
        name = f"Extended support (year {year}, {engine} {version})"
        product = f"aws/aurora/extended-support/serverless-v2/{_rate(year)}"
        yield hourly(name, product, capacity, unit="ACU-hours", starts=starts)


def _support_fees(engine: str, version: str | None, values: Values, facts: Facts) -> list[tuple[int, date | None]]:
    """Years of support by rate: today's, and one that starts soon with its first day."""
    calendar = SUPPORT_CALENDAR.get(engine)
    if calendar is None or version is None or values.text("engine_lifecycle_support") == NO_EXTENDED_SUPPORT:
        return []
    return facts.support_fees(calendar, version)


def _rate(year: int) -> str:
    return "year-3" if year == 3 else "year-1-2"


def performance_insights(
    instance: Values, usage: Usage, instance_class: str, facts: Facts, capacity: Quantity | None = None
) -> Iterator[CostComponent]:
    """Performance Insights: seven days are free, longer retention is charged per vCPU (or ACU), API calls beyond 1M.

    The advanced mode of Database Insights has 15 months of it and a price of its own.
    """
    if instance.text("database_insights_mode") == "advanced":
        product = "aws/rds/database-insights/advanced"
        yield from _per_vcpu("Database Insights (advanced)", product, instance_class, facts, capacity)
        return
    if not instance.flag("performance_insights_enabled"):
        return
    if instance.number("performance_insights_retention_period", FREE_RETENTION_DAYS) > FREE_RETENTION_DAYS:
        name = "Performance Insights long-term retention"
        product = key("aws/rds/performance-insights/retention", "serverless" if capacity else instance_class)
        yield from _per_vcpu(name, product, instance_class, facts, capacity)
    if "monthly_additional_performance_insights_requests" in usage:
        requests = usage.number("monthly_additional_performance_insights_requests")
        yield monthly(
            "Performance Insights API requests", "aws/rds/performance-insights/requests", requests, "requests"
        )


def _per_vcpu(
    name: str, product: str, instance_class: str, facts: Facts, capacity: Quantity | None
) -> Iterator[CostComponent]:
    machine = facts.machine(instance_class)
    if capacity is not None:
        yield monthly(f"{name} (serverless)", product, capacity, "ACUs")
    elif machine is None:
        yield unpriced(name, f"the number of vCPUs of {instance_class} is not known", "vCPUs")
    else:
        yield monthly(f"{name} ({instance_class})", product, machine.vcpus, "vCPUs")


def cpu_credits(service: str, usage: Usage, instance_class: str, facts: Facts) -> Iterator[CostComponent]:
    """Surplus CPU credits of burstable classes, which always run in unlimited mode: per vCPU-hour above the baseline.

    Usage keys: `monthly_cpu_credit_hrs` (hours) and `vcpu_count` (that of the class).
    """
    family = instance_class.removeprefix("db.").split(".")[0]
    if family not in BURSTABLE or "monthly_cpu_credit_hrs" not in usage:
        return
    machine = facts.machine(instance_class)
    vcpus = usage.number("vcpu_count") if "vcpu_count" in usage or machine is None else Quantity(Decimal(machine.vcpus))
    charged = usage.number("monthly_cpu_credit_hrs") * vcpus
    yield monthly("CPU credits", key("aws", service, "cpu-credits", family), charged, "vCPU-hours")
