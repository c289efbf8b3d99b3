"""Amazon ECR: private repositories (https://aws.amazon.com/ecr/pricing/). Usage key: `storage_gb`."""

from __future__ import annotations

from collections.abc import Iterator

from finops_guard.model import CostComponent, Resource
from finops_guard.pricing.component import per_gb
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import Usage


def repository(repository: Resource, usage: Usage, facts: Facts) -> Iterator[CostComponent]:
    """Repository: charged for the images it stores. Enhanced scanning is charged by Amazon Inspector."""
    yield per_gb("Storage", usage.number("storage_gb"), "aws/ecr/storage")
