"""`budget`: what the cost centres, teams or projects of a change cost, against their monthly budgets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from finops_guard.model import PolicyAction, ResourceEstimate
from finops_guard.policy.approvals import raised_centers
from finops_guard.policy.document import ResourceDocument, RunDocument
from finops_guard.policy.figures import ZERO, is_unpriced, known_cost
from finops_guard.policy.kinds.interface import BudgetLine, Hit, NotEvaluated, Outcome, Source, thresholds
from finops_guard.policy.message import money, percent
from finops_guard.policy.rule import STRICTNESS, CostCenter, Rule, Scope, Threshold
from finops_guard.policy.selection import Pair, costly
from finops_guard.policy.spend import Figure, projected
from finops_guard.values import Unknown

HUNDRED = Decimal(100)
NEEDS_ACTUALS = ("actual_plus_delta", "forecast")
SOON_DAYS = 14


@dataclass
class Group:
    """The resources that count against one budget. Rules that group alike share it, so its sums are kept."""

    name: str
    documents: list[ResourceDocument] = field(default_factory=list)

    def used(self, measure: str) -> Decimal:
        """USD/month: the whole stack after the change, or the difference."""
        return self.delta if measure == "estimate_delta" else self.after

    @cached_property
    def after(self) -> Decimal:
        return sum((known_cost(document.changed.after) for document in self.documents), ZERO)

    @cached_property
    def delta(self) -> Decimal:
        return sum((document.changed.delta or ZERO for document in self.documents), ZERO)

    @cached_property
    def unpriced(self) -> int:
        return sum(is_unpriced(document.changed.after) for document in self.documents)

    @cached_property
    def is_raised(self) -> bool:
        """True when the change makes the group dearer, or may do so: a saving is never held up by a full budget."""
        judged = [document for document in self.documents if document.change not in ("no-op", "delete")]
        if any(not document.has_base or is_unpriced(document.changed.after) for document in judged):
            return True
        return self.delta > 0

    @cached_property
    def project(self) -> str | None:
        """The project, when all that changes is in one."""
        names = {document.get("project") for document in self.documents if document.change != "no-op"}
        return names.pop() if len(names) == 1 else None

    @cached_property
    def unpriced_changes(self) -> list[ResourceDocument]:
        """Those that the change touches and nobody has priced."""
        return [
            document for document in self.documents
            if document.change not in ("no-op", "delete") and is_unpriced(document.changed.after)
        ]  # fmt: skip

    @cached_property
    def costly(self) -> Group:
        """Those of the resources that cost money, or may do so."""
        return Group("", [document for document in self.documents if _may_cost(document.changed.after)])


@dataclass(frozen=True, slots=True)
class Funding:
    """USD/month on top of a limit, up to and including the day `until`; `group` None: for each group."""

    amount: Decimal
    until: date
    group: str | None = None


@dataclass(frozen=True, slots=True)
class BudgetCheck:
    """The check of a `budget` rule. `hard_cap` (USD/month) blocks at its figure; funding does not raise it."""

    group_by: str
    limit_key: str | None  # a figure of the cost centres, or None with `limit`
    limit: Decimal | None
    measure: str
    thresholds: tuple[Threshold, ...]
    funding: tuple[Funding, ...] = ()
    hard_cap: Decimal | None = None
    scope: Scope = "run"
    scopes: Sequence[Scope] = ("run",)
    placeholders: Sequence[str] = (
        "group", "projected", "limit", "percent", "unpriced", "threshold", "owner", "funding", "hard_cap",
    )  # fmt: skip

    @property
    def actions(self) -> Sequence[PolicyAction]:
        actions: list[PolicyAction] = [threshold.action for threshold in self.thresholds]
        return actions if self.hard_cap is None else [*actions, "block"]

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
            yield from self._judge_group(group, run)
        yield from self._unattributed(loose)

    def _groups(self, rule: Rule, run: RunDocument) -> tuple[list[Group], Group]:
        """The groups by name, and what no group can be found for."""
        selection = run.selection(rule.match, None)
        return selection.kept(
            ("groups", self.group_by), lambda _: _grouped(selection.kept("costly", costly), self.group_by)
        )

    def _judge_group(self, group: Group, run: RunDocument) -> Iterator[Outcome]:
        found = run.cost_centers.find(self.group_by, group.name)
        limit = self._limit_of(found)
        if limit is None:
            yield from self._without_limit(group)
            return
        today = run.estimate.as_of
        funding = self._funding(group, today)
        limit += sum((one.amount for one in funding), ZERO)
        figure = self._figure(group, found, run)
        used = figure.used
        share = used / limit * HUNDRED if limit and used is not None else None
        yield BudgetLine(self._line(group, limit, used, share, found, figure))
        if used is None:
            if group.is_raised:
                yield self._without_figure(group, limit, figure)
            return
        reached = [one for one in self.thresholds if used > 0 and (share is None or share >= (one.percent or ZERO))]
        if group.is_raised and self.hard_cap is not None and used >= self.hard_cap:
            yield self._above_cap(group, limit, used, share, found, run)
        elif group.is_raised and reached:
            yield self._finding(group, limit, used, share, reached, found, funding, run)
        elif group.is_raised and group.unpriced_changes:
            yield self._unsure(group, limit, used)
        yield from self._ending(group, limit, used, funding, today)

    def _figure(self, group: Group, found: tuple[CostCenter, ...], run: RunDocument) -> Figure:
        if self.measure not in NEEDS_ACTUALS:
            return Figure(group.used(self.measure))
        if any(not document.has_base for document in group.documents):
            return Figure(None, "there is no base to compare with, so nobody can say what the change adds")
        wanted = (self.group_by, group.name)
        return projected(run.actuals, self.measure, wanted, found, group.delta, run.estimate.as_of)

    def _without_limit(self, group: Group) -> Iterator[Hit]:
        if not group.is_raised:
            return
        text = f"{group.name} has no {self.limit_key} in cost-centers.yaml, so its budget cannot be checked"
        yield Hit(
            unknown=text,
            message=text,
            problem=f"no budget for {group.name}",
            passes_when=f"cost-centers.yaml has a {self.limit_key} for {group.name}",
            money=group.used("estimate"),
            project=group.project,
        )

    def _funding(self, group: Group, today: date) -> list[Funding]:
        return [one for one in self.funding if one.group in (None, group.name) and today <= one.until]

    def _ending(
        self, group: Group, limit: Decimal, used: Decimal, funding: list[Funding], today: date
    ) -> Iterator[Hit]:
        """Funding that ends within two weeks, and without which the group is over its budget."""
        for one in funding:
            days = (one.until - today).days
            left = limit - one.amount
            if days > SOON_DAYS or used < left:
                continue
            text = (
                f"{group.name}: funding of {money(one.amount)}/month ends on {one.until} (in {days} days); "
                f"then {money(used)} stand against {money(left)}"
            )
            yield Hit(
                action="warn",
                message=text,
                problem=f"funding of {group.name} ends soon",
                passes_when=f"{group.name} stays below {money(left)}/month, or the funding is renewed",
                money=used - left,
                project=group.project,
            )

    def _without_figure(self, group: Group, limit: Decimal, figure: Figure) -> Hit:
        text = f"The budget of {group.name} ({money(limit)}) cannot be checked: {figure.reason}"
        return Hit(
            unknown=text,
            message=text,
            problem=f"no actual spend for {group.name}",
            passes_when="a fresh snapshot of actual spend is given, or the rule measures `estimate`",
            project=group.project,
        )

    def _unsure(self, group: Group, limit: Decimal, used: Decimal) -> Hit:
        """No threshold is reached by what has a price; what has none may reach one."""
        missing = group.unpriced_changes
        count = f"{len(missing)} changed resource{' has' if len(missing) == 1 else 's have'}"
        names = ", ".join(document.get("address") for document in missing[:3]) + (", …" if len(missing) > 3 else "")
        text = f"{group.name}: {count} no price and may not fit the budget ({money(used)} of {money(limit)}): {names}"
        return Hit(
            unknown=text,
            message=text,
            problem=f"resources of {group.name} without a price",
            passes_when="every changed resource has a price (prices.local.yaml can give one)",
            money=used,
            project=group.project,
        )

    def _above_cap(
        self, group: Group, limit: Decimal, used: Decimal, share: Decimal | None, found: tuple[CostCenter, ...],
        run: RunDocument,
    ) -> Hit:  # fmt: skip
        assert self.hard_cap is not None
        return Hit(
            action="block",
            problem=f"{group.name} reaches its hard cap of {money(self.hard_cap)}",
            passes_when=f"{group.name} stays below {money(self.hard_cap)}/month",
            money=used,
            project=group.project,
            values=self._values(group, limit, used, share, found, None, None),
            centers=lambda: _centers(group, found, run),
        )

    def _finding(
        self, group: Group, limit: Decimal, used: Decimal, share: Decimal | None, reached: list[Threshold],
        found: tuple[CostCenter, ...], funding: list[Funding], run: RunDocument,
    ) -> Hit:  # fmt: skip
        strict = max(reached, key=lambda one: (STRICTNESS[one.action], one.percent))
        lowest = min((one.percent or ZERO for one in reached), default=ZERO)
        missing = f"; {group.unpriced} without a price are not in this figure" if group.unpriced else ""
        extra = sum((one.amount for one in funding), ZERO) or None
        return Hit(
            action=strict.action,
            problem=f"{group.name} reaches {percent(strict.percent or ZERO)} % of its budget{missing}",
            passes_when=f"{group.name} stays below {money(limit * lowest / HUNDRED)}/month ({percent(lowest)} %)",
            money=used,
            project=group.project,
            values=self._values(group, limit, used, share, found, strict.percent, extra),
            centers=lambda: _centers(group, found, run),
        )

    def _values(
        self, group: Group, limit: Decimal, used: Decimal, share: Decimal | None, found: tuple[CostCenter, ...],
        threshold: Decimal | None, funding: Decimal | None,
    ) -> dict[str, Any]:  # fmt: skip
        return {
            "group": group.name, "projected": used, "limit": limit, "percent": share, "threshold": threshold,
            "unpriced": group.unpriced or None, "owner": found[0].owner if found else None, "funding": funding,
            "hard_cap": self.hard_cap,
        }  # fmt: skip

    def _limit_of(self, found: tuple[CostCenter, ...]) -> Decimal | None:
        if self.limit is not None:
            return self.limit
        assert self.limit_key is not None
        numbers = [center.numbers[self.limit_key] for center in found if self.limit_key in center.numbers]
        return sum(numbers, ZERO) if numbers else None

    def _line(
        self, group: Group, limit: Decimal, used: Decimal | None, share: Decimal | None, found: tuple[CostCenter, ...],
        figure: Figure,
    ) -> dict[str, Any]:  # fmt: skip
        return {
            "name": group.name, "limit": limit, "measure": self.measure, "used": used, "percent": share,
            "thresholds": [one.percent for one in self.thresholds], "owner": found[0].owner if found else None,
            "actuals_as_of": figure.as_of.isoformat() if figure.as_of else None,
        }  # fmt: skip

    def _unattributed(self, loose: Group) -> Iterator[Hit]:
        """What costs money and counts against no budget is said, once."""
        group = loose.costly
        counted = group.documents
        if not counted or not group.is_raised:
            return
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


def _centers(group: Group, found: tuple[CostCenter, ...], run: RunDocument) -> Sequence[CostCenter | None]:
    """The cost centre of a budget; of a group that has none or several, those that pay more."""
    return found if len(found) == 1 else raised_centers(group.documents, run.cost_centers)


def _grouped(pairs: Iterable[Pair], group_by: str) -> tuple[list[Group], Group]:
    groups: dict[str, Group] = {}
    loose = Group("unattributed")
    field_name, _, tag = group_by.partition(".")
    for document, unsure in pairs:
        name = None if unsure is not None else _group_name(document, field_name, tag)
        target = loose if name is None else groups.get(name)
        if target is None:
            target = groups[str(name)] = Group(str(name))
        target.documents.append(document)
    return sorted(groups.values(), key=lambda group: group.name), loose


def _group_name(document: ResourceDocument, field_name: str, tag: str) -> str | None:
    """The value that groups a resource; None when it has none, or nobody can say yet."""
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
    measure = definition.get("measure", "estimate")
    cap = definition.get("hard_cap")
    if cap is not None and fixed is not None and Decimal(str(cap)) < fixed:
        source.at("hard_cap").fail("the hard cap is below the limit, so the thresholds would never count")
    return BudgetCheck(
        definition["group_by"],
        limit_key,
        fixed,
        "estimate_delta" if measure == "delta" else measure,
        thresholds(definition["thresholds"]),
        tuple(_funding(item) for item in definition.get("funding", ())),
        None if cap is None else Decimal(str(cap)),
    )


def _funding(item: Mapping[str, Any]) -> Funding:
    until = item["until"] if isinstance(item["until"], date) else date.fromisoformat(item["until"])
    return Funding(Decimal(str(item["amount"])), until, item.get("group"))


def _check_thresholds(items: Iterable[Mapping[str, Any]], source: Source) -> None:
    for index, item in enumerate(items):
        if "percent" not in item or len(item) != 2:
            source.at("thresholds", index).fail("a budget's threshold has percent and action, nothing else")
