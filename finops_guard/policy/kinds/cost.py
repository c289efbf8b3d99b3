"""`cost`: how much a change, a project or a resource may add to the bill, in USD a month and in percent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from finops_guard.model import PolicyAction
from finops_guard.policy.approvals import rises_by_cost_center
from finops_guard.policy.document import ResourceDocument, RunDocument
from finops_guard.policy.figures import ZERO, is_unpriced, known_cost
from finops_guard.policy.kinds.interface import Hit, NotEvaluated, Outcome, Source, thresholds
from finops_guard.policy.message import money, percent
from finops_guard.policy.rule import JUDGED_CHANGES, STRICTNESS, Rule, Scope, Threshold
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
        groups: dict[str, list[ResourceDocument]] = {}
        doubtful: dict[str, Unknown] = {}
        for document, unsure in run.select(rule.match, None):
            if not document.has_base:
                yield NotEvaluated("no base", document.get("project"))
                continue
            name = "" if rule.scope == "run" else document.get("project")
            name += f"\n{document.get('address')}" if rule.scope == "resource" else ""
            groups.setdefault(name, []).append(document)
            if unsure is not None:
                doubtful[name] = unsure
        if rule.scope == "run" and run.given_totals and not groups:
            groups[""] = []
        for name, documents in groups.items():
            yield from self._judge_group(rule, run, documents, doubtful.get(name))

    def _judge_group(
        self, rule: Rule, run: RunDocument, documents: list[ResourceDocument], unsure: Unknown | None
    ) -> Iterator[Outcome]:
        figures = _figures(documents, run.given_totals if rule.scope == "run" else {})
        subject = documents[0] if rule.scope == "resource" else None
        projects = {document.get("project") for document in documents if document.change != "no-op"}
        project = projects.pop() if len(projects) == 1 else None
        reached = [one for one in self.thresholds if _reaches(one, figures)]
        if reached:
            yield self._finding(run, documents, subject, project, figures, reached, unsure)
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
        yield from self._without_price(documents, subject, project)

    def _finding(
        self,
        run: RunDocument,
        documents: list[ResourceDocument],
        subject: ResourceDocument | None,
        project: str | None,
        figures: Figures,
        reached: list[Threshold],
        unsure: Unknown | None,
    ) -> Hit:
        strict = max(reached, key=lambda one: (STRICTNESS[one.action], one.above is not None, one.above or ZERO))
        missing = sum(
            is_unpriced(document.changed.after) for document in documents if document.change in JUDGED_CHANGES
        )
        return Hit(
            subject,
            action=strict.action if unsure is None else None,
            unknown=None if unsure is None else str(unsure),
            problem=f"increase above {_limit(strict)}",
            passes_when=f"the increase is at most {' and at most '.join(map(_limit, _tightest(reached)))}",
            money=figures.delta,
            project=project,
            values={
                "delta": figures.delta, "delta_percent": figures.percent, "cost.before": figures.before,
                "cost.after": figures.before + figures.delta, "before": money(figures.before),
                "after": money(figures.before + figures.delta), "limit": strict.above, "unpriced": missing or None,
            },
            rises=rises_by_cost_center(documents, run.cost_centers),
        )  # fmt: skip

    def _without_price(
        self, documents: list[ResourceDocument], subject: ResourceDocument | None, project: str | None
    ) -> Iterator[Hit]:
        """A missing price is never 0: what the figure leaves out is a finding of its own."""
        missing = [
            document for document in documents
            if document.change in JUDGED_CHANGES and is_unpriced(document.changed.after)
        ]  # fmt: skip
        if not missing or self.unpriced == "ignore":
            return
        names = ", ".join(document.get("address") for document in missing[:3]) + (", …" if len(missing) > 3 else "")
        count = f"{len(missing)} changed resource{' has' if len(missing) == 1 else 's have'}"
        text = f"{count} no price and may cost more than the rule allows: {names}"
        yield Hit(
            subject,
            action=self.unpriced,
            unknown=text,
            message=text,
            problem="resources without a price",
            passes_when="every changed resource has a price (prices.local.yaml can give one)",
            project=project,
            rises=[],
        )


def _figures(documents: Sequence[ResourceDocument], given: Mapping[str, Any]) -> Figures:
    before = sum((known_cost(document.changed.before) for document in documents), ZERO)
    delta = sum((document.changed.delta or ZERO for document in documents), ZERO)
    return Figures(given.get("before", before), given.get("delta", delta))


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


def compile_check(definition: Mapping[str, Any], source: Source) -> CostCheck:
    """Compile the definition. Raises PolicyError for a threshold that can never be reached."""
    for index, item in enumerate(definition["thresholds"]):
        place = source.at("thresholds", index)
        if ("above" in item) == ("above_percent" in item):
            place.fail("a threshold has either above (USD/month) or above_percent")
        if "percent" in item:
            place.fail("percent belongs to budgets", "did you mean 'above_percent'?")
        if "floor" in item and "above_percent" not in item:
            place.fail("floor goes with above_percent only")
    return CostCheck(thresholds(definition["thresholds"]), definition.get("unpriced", "warn"))
