"""Amazon SQS: queues (https://aws.amazon.com/sqs/pricing/)."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.aws.messages import billed_requests
from finops_guard.pricing.component import tiered
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage


def queue(queue: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Queue: charged per request; every 64 KB of a payload are one. The account's free million is not subtracted."""
    fifo = queue.flag("fifo_queue")
    product = "aws/sqs/requests/fifo" if fifo else "aws/sqs/requests/standard"
    yield tiered("Requests (FIFO)" if fifo else "Requests", billed_requests(usage), product, "requests")
