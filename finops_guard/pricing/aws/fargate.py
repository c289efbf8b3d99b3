"""Where the tasks of an ECS service run: on Fargate, Fargate Spot, or on machines that are billed themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from finops_guard.model import Resource
from finops_guard.values import Values

ON_DEMAND, SPOT = "FARGATE", "FARGATE_SPOT"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Strategy:
    """How tasks are spread: the first `base` ones on one provider, the rest by weight."""

    base: Decimal = ZERO
    base_on_spot: bool = False
    weight: Decimal = Decimal(1)
    spot_weight: Decimal = ZERO
    assumption: str | None = None

    def on_demand(self, tasks: Decimal) -> Decimal:
        """How many of `tasks` run on demand; a fraction of a task is counted as one, the dearer way."""
        first = min(self.base, tasks)
        rest = (tasks - first) * self.weight / (self.weight + self.spot_weight)
        return rest.to_integral_value(ROUND_CEILING) + (ZERO if self.base_on_spot else first)

    def on_spot(self, tasks: Decimal) -> Decimal:
        """How many of `tasks` run on Spot."""
        return tasks - self.on_demand(tasks)


def fargate_strategy(service: Resource, task: Resource | None) -> Strategy | None:
    """The strategy when tasks run on Fargate, else None.

    In the order of ECS: the service's strategy, its launch type, the default strategy of its cluster. When none of them
    is stated, a cluster with no other provider, or a task that runs nowhere else, leaves only Fargate: an assumption.
    """
    own = service.blocks("capacity_provider_strategy")
    if own:
        return _from_blocks(own)
    launch_type = service.text("launch_type")
    if launch_type is not None:
        return Strategy() if launch_type.upper() == ON_DEMAND else None
    clusters = [found for found in service.related("cluster") if found.type == "aws_ecs_cluster"]
    for cluster in clusters:
        strategy = _cluster_default(cluster)
        if strategy:
            return _from_blocks(strategy)
    providers = {name.upper() for cluster in clusters for name in _cluster_providers(cluster)}
    if ON_DEMAND in providers and providers <= {ON_DEMAND, SPOT}:
        return Strategy(assumption="Fargate assumed: the cluster has no other capacity provider")
    if task is not None and [name.upper() for name in task.texts("requires_compatibilities")] == [ON_DEMAND]:
        return Strategy(assumption="Fargate assumed: the task definition runs nowhere else")
    return None


def _cluster_default(cluster: Resource) -> list[Values]:
    for owner in (cluster, *_separate(cluster)):
        blocks = owner.blocks("default_capacity_provider_strategy")
        if blocks:
            return list(blocks)
    return []


def _cluster_providers(cluster: Resource) -> Iterable[str]:
    for owner in (cluster, *_separate(cluster)):
        yield from owner.texts("capacity_providers")


def _separate(cluster: Resource) -> tuple[Resource, ...]:
    return cluster.referrers("aws_ecs_cluster_capacity_providers", "cluster_name")


def _from_blocks(blocks: Iterable[Values]) -> Strategy | None:
    """The strategy of `capacity_provider_strategy` blocks; None when they name groups of EC2 instances.

    When no weight is above 0 the tasks beyond the base go where the base goes.
    """
    base, base_on_spot, found = ZERO, False, False
    weights = {ON_DEMAND: ZERO, SPOT: ZERO}
    for block in blocks:
        name = block.text("capacity_provider", "").upper()
        if name not in weights:
            continue
        found = True
        weights[name] += block.number("weight", 0)
        if block.number("base", 0) > base:
            base, base_on_spot = block.number("base", 0), name == SPOT
    if not found:
        return None
    if not any(weights.values()):
        weights[_first_name(blocks)] = Decimal(1)
    return Strategy(base, base_on_spot, weights[ON_DEMAND], weights[SPOT])


def _first_name(blocks: Iterable[Values]) -> str:
    names = [block.text("capacity_provider", "").upper() for block in blocks]
    return SPOT if set(names) == {SPOT} else ON_DEMAND
