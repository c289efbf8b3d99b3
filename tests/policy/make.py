"""Small estimates and rules for the tests of the policy engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from finops_guard.model import (
    Change,
    CostComponent,
    Environment,
    Estimate,
    EstimatedChange,
    Project,
    ProjectEstimate,
    Quantity,
    Resource,
    ResourceEstimate,
    Span,
)
from finops_guard.policy.evaluate import PolicyResult, evaluate
from finops_guard.policy.load import load_rules
from finops_guard.policy.rule import RuleSet

DAY = date(2026, 11, 1)
NOWHERE = Environment(None, "none")


@dataclass(frozen=True)
class Machine:
    vcpus: int = 2
    memory_gib: float = 8.0
    gpus: int = 0
    gpu_model: str = ""
    accelerators: int = 0


MACHINES = {
    "m5.large": Machine(),
    "m4.large": Machine(),
    "g5.xlarge": Machine(4, 16.0, 1, "A10G"),
    "g5.12xlarge": Machine(48, 192.0, 4, "A10G"),
    "p4d.24xlarge": Machine(96, 1152.0, 8, "A100"),
    "p5.48xlarge": Machine(192, 2048.0, 8, "H100"),
    "trn1.32xlarge": Machine(128, 512.0, 0, "", 16),
}


class Facts:
    """The sizes above."""

    def machine(self, name: str, /) -> Machine | None:
        return MACHINES.get(name)


class Links:
    """References between resources, given by (address, name)."""

    def __init__(self, links: Mapping[tuple[str, str], list[Resource]]) -> None:
        self.links = links

    def related(self, resource: Resource, name: str) -> tuple[Resource, ...]:
        return tuple(self.links.get((resource.address, name), ()))

    def referrers(self, resource: Resource, source_type: str, by: str) -> tuple[Resource, ...]:
        return tuple(found for found in self.links.get((resource.address, by), ()) if found.type == source_type)


def resource(address: str, environment: str | None = "production", graph: Any = None, **values: Any) -> Resource:
    """A resource; `tags` among the values are its tags."""
    kind = address.split("[")[0].split(".")[-2]
    tags = values.get("tags")
    return Resource(
        address=address,
        type=kind,
        source_type=kind,
        provider="aws",
        region="us-east-1",
        region_origin="provider",
        attributes=values,
        tags=tags if isinstance(tags, dict) else {},
        environment=Environment(environment, "test"),
        span=Span("main.tf", 7),
        module_path=tuple(address.split(".")[:-2]),
        graph=graph if graph is not None else Links({}),
    )


def cost(amount: str | int | None, high: str | int | None = None, status: Any = None) -> ResourceEstimate:
    """An estimate of one side; None is unpriced."""
    if amount is None:
        return ResourceEstimate(status or "unpriced", "no price in the price book")
    money = Decimal(amount)
    return ResourceEstimate(status or "priced", None, (), money, money, Decimal(high) if high else money, money)


def partly(amount: str | int) -> ResourceEstimate:
    """An estimate of which one line lacks a price."""
    money = Decimal(amount)
    missing = CostComponent("Backup", "GB", "aws/x/backup", Quantity(Decimal(1)), reason="no price for aws/x/backup")
    return ResourceEstimate("partly_priced", "no price for aws/x/backup", (missing,), money, money, money, money)


def created(side: Resource, after: Any = 10) -> EstimatedChange:
    priced = after if isinstance(after, ResourceEstimate) else cost(after)
    return EstimatedChange(Change(side.address, "create", None, side), None, priced)


def declared(side: Resource, after: Any = 10) -> EstimatedChange:
    return EstimatedChange(Change(side.address, "declared", None, side), None, cost(after))


def deleted(side: Resource, before: Any = 10) -> EstimatedChange:
    return EstimatedChange(Change(side.address, "delete", side, None), cost(before), None)


def updated(
    before: Resource, after: Resource, was: Any = 10, will: Any = 10, action: Any = "update"
) -> EstimatedChange:
    sides = [side if isinstance(side, ResourceEstimate) else cost(side) for side in (was, will)]
    return EstimatedChange(Change(after.address, action, before, after), sides[0], sides[1])


def unchanged(side: Resource, amount: Any = 10) -> EstimatedChange:
    same = cost(amount)
    return EstimatedChange(Change(side.address, "no-op", side, side), same, same)


def project(*changes: EstimatedChange, name: str = "web", environment: str | None = None) -> ProjectEstimate:
    has_base = all(changed.change.action != "declared" for changed in changes)
    sides = tuple(changed.change for changed in changes)
    found = Project(name, "terraform_plan", name, sides, Environment(environment, "test"), "", has_base)
    return ProjectEstimate(found, changes)


def estimate(*changes: EstimatedChange | ProjectEstimate, as_of: date = DAY) -> Estimate:
    if changes and isinstance(changes[0], ProjectEstimate):
        return Estimate(tuple(one for one in changes if isinstance(one, ProjectEstimate)), as_of)
    return Estimate((project(*(one for one in changes if isinstance(one, EstimatedChange))),), as_of)


HEAD = "version: 1\npolicies:\n"
RULE = """\
  - id: T-WHE-001
    name: test-rule
    description: A test.
    severity: medium
    match: {match}
    message: {message}
{body}
"""


def rule_text(body: str, match: str = '{resources: ["*"]}', message: str = '"{address}"') -> str:
    """A rule file with one rule; `body` is its check and what else it has."""
    indented = "\n".join(f"    {line}" for line in body.strip("\n").splitlines())
    text = RULE.replace("{match}", match).replace("{message}", message).replace("{body}", indented)
    return HEAD + text


def rules(tmp_path: Path, text: str, centers: str | None = None) -> RuleSet:
    """The rules of a text, read from a directory."""
    (tmp_path / "rules").mkdir(exist_ok=True)
    (tmp_path / "rules" / "rules.yaml").write_text(text, encoding="utf-8")
    if centers:
        (tmp_path / "rules" / "cost-centers.yaml").write_text(centers, encoding="utf-8")
    return load_rules([str(tmp_path / "rules")])


def judged(
    tmp_path: Path, text: str, *changes: EstimatedChange | ProjectEstimate, centers: str | None = None, **more: Any
) -> PolicyResult:
    """What the rules of a text say about some changes."""
    as_of = more.pop("as_of", DAY)
    return evaluate(estimate(*changes, as_of=as_of), rules(tmp_path, text, centers), Facts(), **more)
