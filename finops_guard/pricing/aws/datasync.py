"""AWS DataSync tasks (https://aws.amazon.com/datasync/pricing/). Usage key: `monthly_data_transferred_gb`."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import per_gb
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage


def task(task: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Task: the data that it copies, at the price of its mode."""
    mode = task.text("task_mode", "BASIC").lower()
    copied = usage.number("monthly_data_transferred_gb")
    yield per_gb(f"Data copied ({mode} mode)", copied, f"aws/datasync/data-copied/{mode}")
