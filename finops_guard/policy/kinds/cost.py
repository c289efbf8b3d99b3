"""`cost`: how much a change, a project or a resource may add to the bill, in USD a month and in percent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from finops_guard.model import PolicyAction
from finops_guard.policy.approvals import raised_centers
from finops_guard.policy.document import ResourceDocument, RunDocument
from finops_guard.policy.figures import ZERO, known_cost
from finops_guard.policy.kinds.interface import Check, Hit, NotEvaluated, Outcome, Source, thresholds
from finops_guard.policy.kinds.level import compile_level, unpriced, without_price
from finops_guard.policy.message import money, percent
from finops_guard.policy.rule import STRICTNESS, Rule, Scope, Threshold
from finops_guard.policy.selection import Pair
from finops_guard.values import Unknown

HUNDRED = Decimal(100)
Unpriced = Literal["ignore", "warn", "require_approval", "block"]


@dataclass(frozen=True, slots=True)
class Figures:
    """What is judged: USD/month before and more; `percent` None when nothing was there before."""

    before: Decimal
    delta: Decimal

    @property
    def percent(self) -> Decimal | None:
        return self.delta / self.before * HUNDRED if self.before else None

    def given(self, totals: Mapping[str, Any]) -> Figures:
        """The same with the totals that a test gives."""
        return Figures(totals.get("before", self.before), totals.get("delta", self.delta))


@dataclass
class _Group:
    """The resources whose increase is judged together. Rules that match alike share it, so its sums are kept."""

    documents: list[ResourceDocument]
    unsure: Unknown | None = None

    @cached_property
    def figures(self) -> Figures:
        before = sum((known_cost(document.changed.before) for document in self.documents), ZERO)
        return Figures(before, sum((document.changed.delta or ZERO for document in self.documents), ZERO))

    @cached_property
    def unpriced(self) -> list[ResourceDocument]:
        return unpriced(self.documents)

    @cached_property
    def project(self) -> str | None:
        """The project, when all that changes is in one."""
        names = {document.get("project") for document in self.documents if document.change != "no-op"}
        return names.pop() if len(names) == 1 else None


def _grouped(pairs: Iterable[Pair], scope: Scope) -> tuple[list[_Group], list[str]]:
    """The groups of a scope, and the projects that have no base."""
    groups: dict[tuple[str, str], _Group] = {}
    without: dict[str, None] = {}
    for document, unsure in pairs:
        if not document.has_base:
            without[document.get("project")] = None
            continue
        project = "" if scope == "run" else document.get("project")
        name = (project, document.get("address") if scope == "resource" else "")
        group = groups.get(name)
        if group is None:
            group = groups[name] = _Group([])
        group.documents.append(document)
        group.unsure = unsure or group.unsure
    return list(groups.values()), list(without)


@dataclass(frozen=True, slots=True)
class CostCheck:
    """The check of a `cost` rule."""

    thresholds: tuple[Threshold, ...]
    unpriced: Unpriced
    scope: Scope = "run"
    scopes: Sequence[Scope] = ("run", "project", "resource")
    placeholders: Sequence[str] = ("delta", "delta_percent", "before", "after", "limit", "unpriced")

    @property
    def actions(self) -> Sequence[PolicyAction]:
        return [threshold.action for threshold in self.thresholds]

    def judge(self, rule: Rule, run: RunDocument) -> Iterator[Outcome]:
        """Each change, project or resource that costs more than a threshold allows, and what has no price."""
        groups, without = run.selection(rule.match, None).kept(
            ("increase", rule.scope), lambda pairs: _grouped(pairs, rule.scope)
        )
        for project in without:
            yield NotEvaluated("no base", project)
        if rule.scope == "run" and run.given_totals and not groups:
            groups = [_Group([])]
        for group in groups:
            yield from self._judge_group(rule, run, group)

    def _judge_group(self, rule: Rule, run: RunDocument, group: _Group) -> Iterator[Outcome]:
        documents, unsure, project = group.documents, group.unsure, group.project
        figures = group.figures if rule.scope != "run" else group.figures.given(run.given_totals)
        subject = documents[0] if rule.scope == "resource" else None
        reached = [one for one in self.thresholds if _reaches(one, figures)]
        if reached:
            yield self._finding(run, group, subject, figures, reached, unsure)
        only_percent = all(one.above_percent is not None for one in self.thresholds)
        if not reached and only_percent and not figures.before and figures.delta > _floor(self.thresholds):
            text = (
                f"{money(figures.delta)}/month is added to nothing, which has no percentage; "
                "give the rule a threshold with `above`"
            )
            yield Hit(
                subject,
                unknown=text,
                message=text,
                problem="increase of nothing",
                money=figures.delta,
                project=project,
            )
        yield from without_price(self.unpriced, group.unpriced, subject, project)

    def _finding(
        self,
        run: RunDocument,
        group: _Group,
        subject: ResourceDocument | None,
        figures: Figures,
        reached: list[Threshold],
        unsure: Unknown | None,
    ) -> Hit:
        strict = max(reached, key=lambda one: (STRICTNESS[one.action], one.above is not None, one.above or ZERO))
        return Hit(
            subject,
            action=strict.action if unsure is None else None,
            unknown=None if unsure is None else str(unsure),
            problem=f"increase above {_limit(strict)}",
            passes_when=f"the increase is at most {' and at most '.join(map(_limit, _tightest(reached)))}",
            money=figures.delta,
            project=group.project,
            values={
                "delta": figures.delta, "delta_percent": figures.percent, "cost.before": figures.before,
                "cost.after": figures.before + figures.delta, "before": money(figures.before),
                "after": money(figures.before + figures.delta), "limit": strict.above, "unpriced": len(group.unpriced) or None,
            },
            centers=lambda: raised_centers(group.documents, run.cost_centers),
        )  # fmt: skip


def _reaches(threshold: Threshold, figures: Figures) -> bool:
    if threshold.above is not None:
        return figures.delta > threshold.above
    if figures.percent is None or threshold.above_percent is None:
        return False
    return figures.percent > threshold.above_percent and figures.delta > (threshold.floor or ZERO)


def _floor(limits: Sequence[Threshold]) -> Decimal:
    return min((one.floor or ZERO for one in limits), default=ZERO)


def _tightest(reached: Sequence[Threshold]) -> list[Threshold]:
    """The lowest absolute and the lowest relative threshold: below both of them, nothing is reached."""
    absolute = sorted((one for one in reached if one.above is not None), key=lambda one: one.above or ZERO)
    relative = sorted((one for one in reached if one.above is None), key=lambda one: one.above_percent or ZERO)
    return [*absolute[:1], *relative[:1]]


def _limit(threshold: Threshold) -> str:
    if threshold.above is not None:
        return f"{money(threshold.above)}/month"
    floor = f" or {money(threshold.floor)}/month" if threshold.floor else ""
    return f"{percent(threshold.above_percent or ZERO)} %{floor}"


def compile_check(definition: Mapping[str, Any], source: Source) -> Check:
    """Compile the definition. Raises PolicyError for a threshold that can never be reached."""
    if definition["measure"] != "delta":
        return compile_level(definition, source)
    if "per" in definition:
        source.at("per").fail("per goes with the measure unit only")
    for index, item in enumerate(definition["thresholds"]):
        place = source.at("thresholds", index)
        if ("above" in item) == ("above_percent" in item):
            place.fail("a threshold has either above (USD/month) or above_percent")
        if "percent" in item:
            place.fail("percent belongs to budgets", "did you mean 'above_percent'?")
        if "floor" in item and "above_percent" not in item:
            place.fail("floor goes with above_percent only")
    return CostCheck(thresholds(definition["thresholds"]), definition.get("unpriced", "warn"))
