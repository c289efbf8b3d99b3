"""Run the `tests:` that stand beside rules: a small resource, and the action that the rule must answer with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    Span,
)
from finops_guard.policy.document import RunDocument
from finops_guard.policy.evaluate import PolicyResult, judge
from finops_guard.policy.machines import Machine
from finops_guard.policy.project import project_of
from finops_guard.policy.rule import STRICTNESS, CostCenter, CostCenters, Rule, RuleSet
from finops_guard.policy.spend import actuals_of
from finops_guard.values import Unknown

DAY = date(2026, 11, 1)
ELSEWHERE = Environment(None, "none")


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test of one rule; `failure` says what differs, None when it passed. `got` has what `expected` asks for."""

    __test__ = False  # not a test class of pytest

    rule: str
    name: str
    failure: str | None
    span: Span | None = None
    expected: Mapping[str, Any] = field(default_factory=dict)
    got: Mapping[str, Any] = field(default_factory=dict)
    message: str | None = None  # of the strictest finding
    passes_when: str | None = None


class NoMachines:
    """Sizes are given in tests, so that a test does not move with the price book."""

    def machine(self, name: str, /) -> Machine | None:
        return None


def run_rule_tests(rules: RuleSet) -> list[TestResult]:
    """Run every test of every rule, each rule by itself."""
    return [result for rule in rules.rules for result in tests_of(rule, rules.cost_centers)]


def tests_of(rule: Rule, centers: CostCenters) -> list[TestResult]:
    """Run every test of one rule."""
    spans = rule.test_spans or (None,) * len(rule.tests)
    return [_run(rule, test, span, centers) for test, span in zip(rule.tests, spans, strict=True)]


def _run(rule: Rule, test: Mapping[str, Any], span: Span | None, centers: CostCenters) -> TestResult:
    run = _document(test, _cost_centers(test.get("cost_centers"), centers))
    outcome = judge(run, RuleSet((rule,), run.cost_centers))
    expect = test["expect"]
    strict = max(_counted(expect, outcome), key=_strictness, default=None)
    return TestResult(
        rule.id, test["name"], _difference(expect, outcome), span, expect, _got(expect, outcome),
        strict.message if strict else None, strict.passes_when if strict else None,
    )  # fmt: skip


def _counted(expect: Mapping[str, Any], outcome: PolicyResult) -> list[Finding]:
    return [found for found in outcome.findings if found.state == expect.get("state", found.state)]


def _got(expect: Mapping[str, Any], outcome: PolicyResult) -> dict[str, Any]:
    """What the rule said, in the words of the expectation; a text that holds the expected one is shown as that one."""
    strict = max(outcome.findings, key=_strictness, default=None)
    reasons = "; ".join(entry["reason"] for entry in outcome.not_evaluated)
    texts = {
        "action": strict.action if strict and strict.state != "waived" else "allow",
        "state": strict.state if strict else None,
        "problem": strict.problem if strict else None,
        "message": strict.message if strict else None,
        "not_evaluated": reasons or None,
    }
    shown = [name for name in texts if name in expect or (texts[name] and name in ("message", "not_evaluated"))]
    return {
        name: expect[name] if name != "action" and str(expect.get(name, "\0")) in str(texts[name]) else texts[name]
        for name in shown
    }


def _difference(expect: Mapping[str, Any], outcome: PolicyResult) -> str | None:
    counted = _counted(expect, outcome)
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
    _connect(items, changes)
    totals = {name: Decimal(str(value)) for name, value in test.get("totals", {}).items()}
    actuals = actuals_of(test["actuals"]) if "actuals" in test else None
    file = project_of({"name": "test", **test["project"]}) if "project" in test else None
    facts = {name: _value(value) for name, value in test.get("given_project", {}).items()}
    return RunDocument(
        estimate, NoMachines(), centers, given=given, given_totals=totals, actuals=actuals, project_file=file,
        given_project=facts,
    )  # fmt: skip


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
        tags=tags if isinstance(tags, Mapping) else {},
        environment=Environment(canonical(environment), "test") if environment else ELSEWHERE,
        graph=_Links(),
    )


class _Links:
    """The references that a test states: `refers: {attribute: address}`."""

    def __init__(self) -> None:
        self.targets: dict[str, list[Resource]] = {}
        self.sources: dict[tuple[str, str], list[Resource]] = {}

    def related(self, resource: Resource, name: str) -> tuple[Resource, ...]:
        return tuple(self.targets.get(name, ()))

    def referrers(self, resource: Resource, source_type: str, by: str) -> tuple[Resource, ...]:
        return tuple(self.sources.get((source_type, by), ()))

    def of_type(self, resource_type: str) -> tuple[Resource, ...]:
        return ()


def _connect(items: Sequence[Mapping[str, Any]], changes: Sequence[EstimatedChange]) -> None:
    by_address = {changed.change.address: changed.change.resource for changed in changes}
    for item, changed in zip(items, changes, strict=True):
        source = changed.change.resource
        for name, address in item.get("refers", {}).items():
            target = by_address[address]
            assert isinstance(source.graph, _Links) and isinstance(target.graph, _Links)
            source.graph.targets.setdefault(name, []).append(target)
            target.graph.sources.setdefault((source.type, name), []).append(source)


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
