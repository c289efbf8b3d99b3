"""Amazon Managed Workflows for Apache Airflow (https://aws.amazon.com/managed-workflows-for-apache-airflow/pricing/).

Usage keys: `additional_workers`, `additional_schedulers` (running on average beyond what the environment includes),
`meta_database_gb`.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.component import amount, hourly, key, per_gb, settled
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

# What the price of an environment includes (Airflow 2), and how far workers scale when nothing is stated
INCLUDED_WORKERS, INCLUDED_SCHEDULERS, INCLUDED_WEB_SERVERS = Decimal(1), Decimal(2), Decimal(2)
DEFAULT_MAX_WORKERS = 10
MICRO = "mw1.micro"  # one scheduler, worker and web server each, without scaling
AT_MINIMUM = "workers stay at their minimum of {}: set additional_workers in the usage file"


def environment(environment: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Environment: its hours, workers and schedulers beyond those it includes, its metadata database."""
    size = environment.text("environment_class", "mw1.small").lower()
    yield hourly(f"Environment ({size})", key("aws/mwaa/environment", size))
    if size != MICRO:
        yield from settled("Additional workers", _workers(environment, usage, size))
        yield from settled("Additional schedulers", _schedulers(environment, usage, size))
        yield from settled("Additional web servers", _web_servers(environment, size))
    yield per_gb("Metadata database", usage.number("meta_database_gb"), "aws/mwaa/metadata-storage")


def _workers(environment: Resource, usage: Usage, size: str) -> Iterator[CostComponent]:
    yield hourly(f"Additional workers ({size})", key("aws/mwaa/worker", size), _additional_workers(environment, usage))


def _additional_workers(environment: Resource, usage: Usage) -> Quantity:
    least = environment.number("min_workers", INCLUDED_WORKERS)
    most = max(environment.number("max_workers", DEFAULT_MAX_WORKERS), least)
    low = max(least - INCLUDED_WORKERS, Decimal(0))
    if "additional_workers" in usage:
        return usage.number("additional_workers").map(lambda number: max(number, low))
    text = AT_MINIMUM.format(f"{least:f}")
    high = max(most - INCLUDED_WORKERS, low)
    return Quantity(low, "assumed", low, high, assumption=text, source="default")


def _schedulers(environment: Resource, usage: Usage, size: str) -> Iterator[CostComponent]:
    """`schedulers` is a fixed number: no usage is needed, and none can change it."""
    stated = environment.number("schedulers")
    if "additional_schedulers" in usage:
        count = usage.number("additional_schedulers")
    elif stated is not None and stated > INCLUDED_SCHEDULERS:
        count = amount(stated - INCLUDED_SCHEDULERS)
    else:
        return
    yield hourly(f"Additional schedulers ({size})", key("aws/mwaa/scheduler", size), count)


def _web_servers(environment: Resource, size: str) -> Iterator[CostComponent]:
    above = environment.number("min_webservers", INCLUDED_WEB_SERVERS) - INCLUDED_WEB_SERVERS
    if above > 0:
        yield hourly(f"Additional web servers ({size})", key("aws/mwaa/web-server", size), above)
