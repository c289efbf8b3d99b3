"""Run the `tests:` that stand beside rules: a small resource, and the action that the rule must answer with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, cast

from finops_guard.environment import canonical
from finops_guard.model import (
    Action,
    Change,
    Environment,
    Estimate,
    EstimatedChange,
    Finding,
    Project,
    ProjectEstimate,
    Resource,
    ResourceEstimate,
)
from finops_guard.policy.document import RunDocument
from finops_guard.policy.evaluate import PolicyResult, judge
from finops_guard.policy.machines import Machine
from finops_guard.policy.rule import STRICTNESS, CostCenter, CostCenters, Rule, RuleSet
from finops_guard.values import Unknown

DAY = date(2026, 11, 1)
ELSEWHERE = Environment(None, "none")


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test of one rule; `failure` says what differs, None when it passed."""

    __test__ = False  # not a test class of pytest

    rule: str
    name: str
    failure: str | None


class NoMachines:
    """Sizes are given in tests, so that a test does not move with the price book."""

    def machine(self, name: str, /) -> Machine | None:
        return None


def run_rule_tests(rules: RuleSet) -> list[TestResult]:
    """Run every test of every rule, each rule by itself."""
    return [_run(rule, test, rules.cost_centers) for rule in rules.rules for test in rule.tests]


def _run(rule: Rule, test: Mapping[str, Any], centers: CostCenters) -> TestResult:
    run = _document(test, _cost_centers(test.get("cost_centers"), centers))
    outcome = judge(run, RuleSet((rule,), run.cost_centers))
    return TestResult(rule.id, test["name"], _difference(test["expect"], outcome))


def _difference(expect: Mapping[str, Any], outcome: PolicyResult) -> str | None:
    counted = [found for found in outcome.findings if found.state == expect.get("state", found.state)]
    strict = max(counted, key=_strictness, default=None)
    action = strict.action if strict and strict.state != "waived" else "allow"
    if expect.get("state") == "waived" and strict is None:
        return "expected a waived finding, found none"
    if action != expect["action"]:
        return f"expected {expect['action']}, got {action}{f': {strict.message}' if strict else ''}"
    for name in ("problem", "message"):
        texts = [getattr(found, name) or "" for found in counted]
        if name in expect and not any(expect[name] in text for text in texts):
            return f"expected the {name} {expect[name]!r}, got {'; '.join(texts) or 'no finding'}"
    reasons = "; ".join(entry["reason"] for entry in outcome.not_evaluated)
    if "not_evaluated" in expect and expect["not_evaluated"] not in reasons:
        return f"expected not evaluated ({expect['not_evaluated']}), got {reasons or 'a verdict'}"
    if reasons and "not_evaluated" not in expect:
        return f"not evaluated: {reasons}"
    return None


def _strictness(found: Finding) -> tuple[int, bool]:
    return (STRICTNESS[found.action], found.state == "open")


def _document(test: Mapping[str, Any], centers: CostCenters) -> RunDocument:
    items: Sequence[Mapping[str, Any]] = test.get("resources") or ([test["resource"]] if "resource" in test else [])
    changes, given = [], {}
    for index, item in enumerate(items):
        changed = _change(item, index)
        changes.append(changed)
        given[changed.change.address] = {name: _value(value) for name, value in item.get("given", {}).items()}
    as_of = test.get("as_of", DAY)
    project = Project("test", "test", "test", (), ELSEWHERE, "sha256:0", True)
    estimate = Estimate(
        (ProjectEstimate(replace(project, changes=tuple(one.change for one in changes)), tuple(changes)),),
        as_of if isinstance(as_of, date) else date.fromisoformat(as_of),
    )
    totals = {name: Decimal(str(value)) for name, value in test.get("totals", {}).items()}
    return RunDocument(estimate, NoMachines(), centers, given=given, given_totals=totals)


def _change(item: Mapping[str, Any], index: int) -> EstimatedChange:
    action = cast(Action, item.get("change", "update" if "before" in item else "create"))
    resource = _resource(item, index)
    before = _priced(item.get("before", {})) if action not in ("create", "declared") else None
    after = _priced(item) if action != "delete" else None
    return EstimatedChange(
        Change(resource.address, action, resource if before else None, resource if after else None), before, after
    )


def _resource(item: Mapping[str, Any], index: int) -> Resource:
    name = item["type"]
    values = _value(item.get("values", {}))
    stated = item["tags"] if "tags" in item else item.get("values", {}).get("tags", {})
    tags = _value(stated)
    environment = item.get("environment")
    return Resource(
        address=item.get("address", f"{name}.test{index or ''}"),
        type=name,
        source_type=name,
        provider=name.split("_")[0],
        region=item.get("region", "us-east-1"),
        region_origin="test",
        attributes=values,
        tags={} if isinstance(tags, Unknown) else tags,
        environment=Environment(canonical(environment), "test") if environment else ELSEWHERE,
        graph=_Alone(),
    )


class _Alone:
    """No resource of a test refers to another."""

    def related(self, resource: Resource, name: str) -> tuple[Resource, ...]:
        return ()

    def referrers(self, resource: Resource, source_type: str, by: str) -> tuple[Resource, ...]:
        return ()

    def of_type(self, resource_type: str) -> tuple[Resource, ...]:
        return ()


def _priced(item: Mapping[str, Any]) -> ResourceEstimate:
    cost = item.get("monthly_cost")
    if cost is None:
        return ResourceEstimate("unpriced", "the test states no price")
    money = Decimal(str(cost))
    return ResourceEstimate("priced", None, (), money, money, money, money)


def _value(value: Any) -> Any:
    """A value of a test; {unknown: reason} stands for one that is not known yet."""
    if isinstance(value, Mapping):
        if set(value) == {"unknown"}:
            return Unknown(str(value["unknown"]))
        return {str(name): _value(item) for name, item in value.items()}
    return [_value(item) for item in value] if isinstance(value, list) else value


def _cost_centers(stated: Mapping[str, Any] | None, fallback: CostCenters) -> CostCenters:
    if stated is None:
        return fallback
    return CostCenters(
        {
            str(name): CostCenter(
                str(name),
                entry.get("team"),
                (),
                {key: Decimal(str(entry[key])) for key in ("monthly_budget", "llm_monthly_cap") if key in entry},
            )
            for name, entry in stated.items()
        }
    )
