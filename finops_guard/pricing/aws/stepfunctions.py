"""AWS Step Functions: standard and express workflows (https://aws.amazon.com/step-functions/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import monthly, tiered
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage

DURATION_STEP_MS = 100
MEMORY_STEP_MB = 64
MB_PER_GB = 1024


def state_machine(machine: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """State machine: standard ones are charged per state transition, express ones per request and GB-second."""
    if (machine.text("type") or "STANDARD").upper() == "EXPRESS":
        yield from _express(usage)
        return
    transitions = usage.number("monthly_transitions")
    yield monthly("State transitions", "aws/stepfunctions/standard/transitions", transitions, "transitions")


def _express(usage: Usage) -> Iterator[CostComponent]:
    """Duration is rounded up to 100 ms and memory to 64 MB."""
    requests = usage.number("monthly_requests")
    duration = usage.number("workflow_duration_ms").map(lambda ms: _rounded_up(ms, DURATION_STEP_MS)) / 1000
    assumed = f"the smallest billed memory of {MEMORY_STEP_MB} MB assumed"
    memory = usage.number("memory_mb", default=MEMORY_STEP_MB, assume=assumed)
    seconds = requests * duration * (memory.map(lambda mb: _rounded_up(mb, MEMORY_STEP_MB)) / MB_PER_GB)
    yield monthly("Requests", "aws/stepfunctions/express/requests", requests, "requests")
    yield tiered("Duration", seconds, "aws/stepfunctions/express/duration", "GB-seconds")


def _rounded_up(number: Decimal, step: int) -> Decimal:
    return (number / step).to_integral_value(ROUND_CEILING) * step
