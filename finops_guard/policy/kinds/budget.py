"""`budget`: what the cost centres, teams or projects of a change cost, against their monthly budgets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from finops_guard.model import PolicyAction, ResourceEstimate
from finops_guard.policy.approvals import rise
from finops_guard.policy.document import ResourceDocument, RunDocument
from finops_guard.policy.figures import ZERO, is_unpriced, known_cost
from finops_guard.policy.kinds.interface import BudgetLine, Hit, NotEvaluated, Outcome, Source, thresholds
from finops_guard.policy.message import money, percent
from finops_guard.policy.rule import STRICTNESS, CostCenter, CostCenters, Rule, Scope, Threshold
from finops_guard.values import Unknown

HUNDRED = Decimal(100)
NEEDS_ACTUALS = ("actual_plus_delta", "forecast")
NO_ACTUALS = (
    "there is no snapshot of actual spend; use the measure estimate, or give a snapshot once `actuals` can make one"
)


@dataclass(slots=True)
class Group:
    """The resources that count against one budget."""

    name: str
    documents: list[ResourceDocument] = field(default_factory=list)

    def used(self, measure: str) -> Decimal:
        """USD/month: the whole stack after the change, or the difference."""
        if measure == "estimate_delta":
            return sum((document.changed.delta or ZERO for document in self.documents), ZERO)
        return sum((known_cost(document.changed.after) for document in self.documents), ZERO)

    @property
    def unpriced(self) -> int:
        return sum(is_unpriced(document.changed.after) for document in self.documents)

    @property
    def is_raised(self) -> bool:
        """True when the change makes the group dearer, or may do so: a saving is never held up by a full budget."""
        judged = [document for document in self.documents if document.change not in ("no-op", "delete")]
        if any(not document.has_base or is_unpriced(document.changed.after) for document in judged):
            return True
        return sum((document.changed.delta or ZERO for document in self.documents), ZERO) > 0

    @property
    def project(self) -> str | None:
        """The project, when all that changes is in one."""
        names = {document.get("project") for document in self.documents if document.change != "no-op"}
        return names.pop() if len(names) == 1 else None


@dataclass(frozen=True, slots=True)
class BudgetCheck:
    """The check of a `budget` rule."""

    group_by: str
    limit_key: str | None  # a figure of the cost centres, or None with `limit`
    limit: Decimal | None
    measure: str
    thresholds: tuple[Threshold, ...]
    scope: Scope = "run"
    scopes: Sequence[Scope] = ("run",)
    placeholders: Sequence[str] = ("group", "projected", "limit", "percent", "unpriced", "threshold", "owner")

    @property
    def actions(self) -> Sequence[PolicyAction]:
        return [threshold.action for threshold in self.thresholds]

    def judge(self, rule: Rule, run: RunDocument) -> Iterator[Outcome]:
        """A line for each budget that the change touches, a finding for each that reaches a threshold."""
        if self.limit_key and not run.cost_centers.by_id:
            yield NotEvaluated("no cost centres (cost-centers.yaml)")
            return
        groups, loose = self._groups(rule, run)
        if self.measure == "estimate_delta":
            for group in groups:
                group.documents = [document for document in group.documents if not document.only_in_usage]
            for project in sorted(
                {document.get("project") for group in groups for document in group.documents if not document.has_base}
            ):
                yield NotEvaluated("no base", project)
            groups = [group for group in groups if all(document.has_base for document in group.documents)]
        for group in groups:
            yield from self._judge_group(group, run.cost_centers)
        yield from self._unattributed(loose)

    def _groups(self, rule: Rule, run: RunDocument) -> tuple[list[Group], Group]:
        """The groups by name, and what no group can be found for."""
        groups: dict[str, Group] = {}
        loose = Group("unattributed")
        for document, unsure in run.select(rule.match, None):
            name = None if unsure is not None else _group_name(document, self.group_by)
            target = loose if name is None else groups.setdefault(name, Group(name))
            target.documents.append(document)
        return sorted(groups.values(), key=lambda group: group.name), loose

    def _judge_group(self, group: Group, centers: CostCenters) -> Iterator[Outcome]:
        found = centers.find(self.group_by, group.name)
        limit = self._limit_of(found)
        if limit is None:
            if group.is_raised:
                text = f"{group.name} has no {self.limit_key} in cost-centers.yaml, so its budget cannot be checked"
                yield Hit(
                    unknown=text,
                    message=text,
                    problem=f"no budget for {group.name}",
                    passes_when=f"cost-centers.yaml has a {self.limit_key} for {group.name}",
                    money=group.used("estimate"),
                    project=group.project,
                )
            return
        if self.measure in NEEDS_ACTUALS:
            yield BudgetLine(self._line(group, limit, None, None, found))
            text = f"The budget of {group.name} ({money(limit)}) cannot be checked: {NO_ACTUALS}"
            yield Hit(
                unknown=text,
                message=text,
                problem=f"no actual spend for {group.name}",
                passes_when="a snapshot of actual spend is given, or the rule measures `estimate`",
                project=group.project,
            )
            return
        used = group.used(self.measure)
        share = used / limit * HUNDRED if limit else None
        yield BudgetLine(self._line(group, limit, used, share, found))
        reached = [one for one in self.thresholds if used > 0 and (share is None or share >= (one.percent or ZERO))]
        if reached and group.is_raised:
            yield self._finding(group, limit, used, share, reached, found)

    def _finding(
        self, group: Group, limit: Decimal, used: Decimal, share: Decimal | None, reached: list[Threshold],
        found: tuple[CostCenter, ...],
    ) -> Hit:  # fmt: skip
        strict = max(reached, key=lambda one: (STRICTNESS[one.action], one.percent))
        lowest = min((one.percent or ZERO for one in reached), default=ZERO)
        missing = f"; {group.unpriced} without a price are not in this figure" if group.unpriced else ""
        return Hit(
            action=strict.action,
            problem=f"{group.name} reaches {percent(strict.percent or ZERO)} % of its budget{missing}",
            passes_when=f"{group.name} stays below {money(limit * lowest / HUNDRED)}/month ({percent(lowest)} %)",
            money=used,
            project=group.project,
            values={
                "group": group.name, "projected": used, "limit": limit, "percent": share, "threshold": strict.percent,
                "unpriced": group.unpriced or None, "owner": found[0].owner if found else None,
            },
            rises=[(found[0] if found else None, rise(group.documents))],
        )  # fmt: skip

    def _limit_of(self, found: tuple[CostCenter, ...]) -> Decimal | None:
        if self.limit is not None:
            return self.limit
        assert self.limit_key is not None
        numbers = [center.numbers[self.limit_key] for center in found if self.limit_key in center.numbers]
        return sum(numbers, ZERO) if numbers else None

    def _line(
        self, group: Group, limit: Decimal, used: Decimal | None, share: Decimal | None, found: tuple[CostCenter, ...]
    ) -> dict[str, Any]:
        return {
            "name": group.name, "limit": limit, "measure": self.measure, "used": used, "percent": share,
            "thresholds": [one.percent for one in self.thresholds], "owner": found[0].owner if found else None,
            "actuals_as_of": None,
        }  # fmt: skip

    def _unattributed(self, loose: Group) -> Iterator[Hit]:
        """What costs money and counts against no budget is said, once."""
        counted = [document for document in loose.documents if _may_cost(document.changed.after)]
        if not counted or not Group("", counted).is_raised:
            return
        group = Group("", counted)
        cost = group.used("estimate")
        names = ", ".join(document.get("address") for document in counted[:3]) + (", …" if len(counted) > 3 else "")
        what = self.group_by.removeprefix("tags.")
        many = "resource has" if len(counted) == 1 else "resources have"
        missing = f" and {group.unpriced} without a price" if group.unpriced else ""
        text = f"{len(counted)} {many} no {what}, so no budget ({money(cost)}/month{missing}): {names}"
        yield Hit(
            unknown=text,
            message=text,
            problem=f"resources without {what}",
            passes_when=f"every resource that costs money has a {what}",
            money=cost,
            project=group.project,
        )


def _group_name(document: ResourceDocument, group_by: str) -> str | None:
    """The value that groups a resource; None when it has none, or nobody can say yet."""
    field_name, _, tag = group_by.partition(".")
    value = document.get(field_name)
    if tag and not isinstance(value, Unknown):
        value = value.get(tag)
    return None if value in (None, "") or isinstance(value, Unknown) else str(value)


def _may_cost(side: ResourceEstimate | None) -> bool:
    return side is not None and (known_cost(side) > 0 or is_unpriced(side))


def compile_check(definition: Mapping[str, Any], source: Source) -> BudgetCheck:
    """Compile the definition. Raises PolicyError for a threshold without a percentage."""
    _check_thresholds(definition["thresholds"], source)
    limit = definition["limit"]
    limit_key = limit.removeprefix("cost_centers.") if isinstance(limit, str) else None
    fixed = None if limit_key else Decimal(str(limit))
    return BudgetCheck(
        definition["group_by"],
        limit_key,
        fixed,
        definition.get("measure", "estimate"),
        thresholds(definition["thresholds"]),
    )


def _check_thresholds(items: Iterable[Mapping[str, Any]], source: Source) -> None:
    for index, item in enumerate(items):
        if "percent" not in item or len(item) != 2:
            source.at("thresholds", index).fail("a budget's threshold has percent and action, nothing else")
