"""Amazon ECS on AWS Fargate: vCPU, memory and ephemeral storage by platform. Fargate Spot has no list price."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line, from_page
from price_import.tables import Draft, Tables

PAGE = {
    "perCPU per hour": Line("aws/ecs/fargate/linux-x86/vcpu", "vCPU-hours"),
    "perGB per hour": Line("aws/ecs/fargate/linux-x86/memory", "GB-hours"),
    "ARM perCPU per hour": Line("aws/ecs/fargate/linux-arm/vcpu", "vCPU-hours"),
    "ARM perGB per hour": Line("aws/ecs/fargate/linux-arm/memory", "GB-hours"),
    "perCPU per hour Windows": Line("aws/ecs/fargate/windows/vcpu", "vCPU-hours"),
    "perGB per hour Windows": Line("aws/ecs/fargate/windows/memory", "GB-hours"),
    "perCPU OS License Fee per hour Windows": Line("aws/ecs/fargate/windows/os-license", "vCPU-hours"),
    "Storage per GB-Hours": Line("aws/ecs/fargate/ephemeral-storage", "GB-hours"),
}
FACTS = {
    "vCPU": Line("aws/ecs/fargate/linux-x86/vcpu", "vCPU-hours"),
    "Memory": Line("aws/ecs/fargate/linux-x86/memory", "GB-hours"),
    "ARM vCPU": Line("aws/ecs/fargate/linux-arm/vcpu", "vCPU-hours"),
    "ARM memory": Line("aws/ecs/fargate/linux-arm/memory", "GB-hours"),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """Single quotes of 2026, then the price page of 2025."""
    yield from from_page(tables.read("aws_facts_2026", "fargate"), FACTS)
    yield from from_page(tables.read("aws_other", "ecs"), PAGE)
