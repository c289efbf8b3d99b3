"""AWS Glue: jobs, crawlers, development endpoints, table optimizers, the Data Catalog (https://aws.amazon.com/glue/pricing/).

Usage keys: `monthly_hours` (that a job or crawler runs), `monthly_objects` and `monthly_requests` of a catalog database,
`monthly_dpu_hours` of an optimizer.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.component import amount, hourly, monthly, settled, unpriced
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage
from finops_guard.values import Values

# Data processing units of one worker (AWS Glue Developer Guide, worker types)
WORKERS = {
    "G.025X": Decimal("0.25"),
    "Standard": Decimal(1),
    "G.1X": Decimal(1),
    "G.2X": Decimal(2),
    "G.4X": Decimal(4),
    "G.8X": Decimal(8),
    "G.12X": Decimal(12),
    "G.16X": Decimal(16),
}
# Memory-optimized workers are billed in M-DPU, which have a price of their own
MEMORY_WORKERS = {"R.1X": 1, "R.2X": 2, "R.4X": 4, "R.8X": 8}
RAY_WORKERS = {"Z.2X": 2}
DEFAULT_DPU, SHELL_DPU = Decimal(10), Decimal("0.0625")
ENDPOINT_NODES = 5
DPU_ASSUMED = "{} DPU, the service's default: neither workers nor max_capacity are stated"
WORKER_ASSUMED = "workers of type G.1X (1 DPU): worker_type is not stated"


def job(job: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Job: DPU-hours of the time that it runs, at the flexible price with execution class FLEX."""
    yield from settled("Job runs", _job(job, usage.number("monthly_hours")))


def _job(job: Resource, hours: Quantity) -> Iterator[CostComponent]:
    worker, count = job.text("worker_type"), job.number("number_of_workers")
    kind = "flex" if job.text("execution_class", "STANDARD").upper() == "FLEX" else "standard"
    if worker in MEMORY_WORKERS or worker in RAY_WORKERS:
        kind, sizes = ("ray", RAY_WORKERS) if worker in RAY_WORKERS else (f"{kind}-memory-optimized", MEMORY_WORKERS)
        yield from _workers(worker, count, Decimal(sizes[worker]), f"aws/glue/job/{kind}", "M-DPU-hours", hours)
    elif worker is not None and worker not in WORKERS:
        yield unpriced("Job runs", f"how many DPU a worker of type {worker} has is not known", "DPU-hours")
    elif worker is not None:
        yield from _workers(worker, count, WORKERS[worker], f"aws/glue/job/{kind}", "DPU-hours", hours)
    else:
        yield monthly("Job runs", f"aws/glue/job/{kind}", _capacity(job, count) * hours, "DPU-hours")


def _workers(
    worker: str, count: Decimal | None, size: Decimal, product: str, unit: str, hours: Quantity
) -> Iterator[CostComponent]:
    if count is None:
        yield unpriced("Job runs", "number_of_workers is not stated", unit)
    else:
        yield monthly(f"Job runs ({count:f} x {worker})", product, hours * (size * count), unit)


def _capacity(job: Values, count: Decimal | None) -> Quantity:
    """DPU of a job that names no worker type."""
    if count is not None:
        return amount(count, assume=WORKER_ASSUMED)
    stated = job.number("max_capacity")
    if stated is not None:
        return amount(stated)
    default = SHELL_DPU if job.block("command").text("name") == "pythonshell" else DEFAULT_DPU
    return amount(default, assume=DPU_ASSUMED.format(default))


def crawler(crawler: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Crawler: DPU-hours of the time that it runs."""
    yield monthly("Crawler runs", "aws/glue/crawler", usage.number("monthly_hours"), "DPU-hours")


def catalog_database(database: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Database of the Data Catalog: objects stored and requests; the free million of each belongs to the account."""
    yield monthly("Objects stored", "aws/glue/catalog/objects", usage.number("monthly_objects"), "objects")
    yield monthly("Requests", "aws/glue/catalog/requests", usage.number("monthly_requests"), "requests")


def development_endpoint(endpoint: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Development endpoint: its DPUs for as long as it exists."""
    worker, count = endpoint.text("worker_type"), endpoint.number("number_of_workers")
    if worker is not None and (worker not in WORKERS or count is None):
        yield unpriced("Development endpoint", "number_of_workers is not stated or worker_type not known", "DPU-hours")
        return
    if worker is not None and count is not None:
        capacity = amount(WORKERS[worker] * count)
    else:
        capacity = amount(endpoint.number("number_of_nodes", ENDPOINT_NODES))
    yield hourly("Development endpoint", "aws/glue/development-endpoint", capacity, unit="DPU-hours")


def table_optimizer(optimizer: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Optimizer of an Iceberg table: DPU-hours of its runs."""
    yield monthly("Optimizer runs", "aws/glue/optimizer", usage.number("monthly_dpu_hours"), "DPU-hours")
