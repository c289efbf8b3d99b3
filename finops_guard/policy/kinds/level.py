"""`cost` with the measures `total` and `unit`: how high a cost stands after the change, whatever it was before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from finops_guard.model import PolicyAction
from finops_guard.policy.approvals import raised_centers
from finops_guard.policy.document import ResourceDocument, RunDocument
from finops_guard.policy.figures import ZERO, is_unpriced, known_cost
from finops_guard.policy.keys import AtLeast
from finops_guard.policy.kinds.interface import Hit, Outcome, Source, thresholds
from finops_guard.policy.message import money
from finops_guard.policy.rule import JUDGED_CHANGES, STRICTNESS, Rule, Scope, Threshold
from finops_guard.policy.selection import with_machines
from finops_guard.values import Unknown

Unpriced = Literal["ignore", "warn", "require_approval", "block"]
WORDS = {"gpu_hour": "GPU hour", "vcpu_hour": "vCPU hour", "million_tokens": "million tokens"}


@dataclass(frozen=True, slots=True)
class TotalCheck:
    """What a resource, a project or the run costs a month after the change. Needs no base."""

    thresholds: tuple[Threshold, ...]
    unpriced: Unpriced
    scope: Scope = "resource"
    scopes: Sequence[Scope] = ("resource", "project", "run")
    placeholders: Sequence[str] = ("total", "limit", "unpriced")

    @property
    def actions(self) -> Sequence[PolicyAction]:
        return [threshold.action for threshold in self.thresholds]

    def judge(self, rule: Rule, run: RunDocument) -> Iterator[Outcome]:
        """Each resource, project or run that costs more than a threshold allows, and what has no price."""
        each = rule.scope == "resource"
        lowest = min(one.above or ZERO for one in self.thresholds)
        groups: dict[str, list[ResourceDocument]] = {}
        doubtful: dict[str, Unknown] = {}
        for document, unsure in run.select(rule.match, JUDGED_CHANGES if each else None):
            after = document.changed.after
            if after is None or (each and known_cost(after) <= lowest and not is_unpriced(after)):
                continue
            name = document.get("address") if each else document.get("project") if rule.scope == "project" else ""
            name = f"{document.get('project')}\n{name}" if each else name
            groups.setdefault(name, []).append(document)
            if unsure is not None:
                doubtful[name] = unsure
        for name, documents in groups.items():
            if any(document.change in JUDGED_CHANGES for document in documents):
                yield from self._judge_group(rule, run, documents, doubtful.get(name))

    def _judge_group(
        self, rule: Rule, run: RunDocument, documents: list[ResourceDocument], unsure: Unknown | None
    ) -> Iterator[Outcome]:
        total = sum((known_cost(document.changed.after) for document in documents), ZERO)
        subject = documents[0] if rule.scope == "resource" else None
        project = documents[0].get("project") if rule.scope == "project" else None
        missing = sum(is_unpriced(document.changed.after) for document in documents)
        reached = [one for one in self.thresholds if one.above is not None and total > one.above]
        strict = max(reached, key=_strictness, default=None)
        if strict is not None:
            lowest = min(one.above or ZERO for one in reached)
            yield Hit(
                subject,
                action=strict.action if unsure is None else None,
                unknown=None if unsure is None else str(unsure),
                problem=f"cost above {money(strict.above or ZERO)}/month",
                passes_when=f"the cost is at most {money(lowest)}/month",
                money=total,
                project=project,
                values={"total": total, "limit": strict.above, "unpriced": missing or None},
                centers=lambda: raised_centers(documents, run.cost_centers),
            )
        if strict is None or strict.action != max(self.thresholds, key=_strictness).action:  # else nothing is added
            yield from without_price(self.unpriced, unpriced(documents), subject, project)


@dataclass(frozen=True, slots=True)
class UnitCheck:
    """What a resource costs per unit of what it gives."""

    thresholds: tuple[Threshold, ...]
    per: str
    scope: Scope = "resource"
    scopes: Sequence[Scope] = ("resource",)
    placeholders: Sequence[str] = ("unit_cost", "limit", "unit")

    @property
    def actions(self) -> Sequence[PolicyAction]:
        return [threshold.action for threshold in self.thresholds]

    def judge(self, rule: Rule, run: RunDocument) -> Iterator[Outcome]:
        """Each resource whose unit costs more than a threshold allows, or nobody knows what. Others give no such unit."""
        selection = run.selection(rule.match, JUDGED_CHANGES)
        by_tokens = self.per == "million_tokens"
        for document, unsure in selection.pairs if by_tokens else selection.kept("machines", with_machines):
            cost = document.get("unit_cost").get(self.per)
            if cost is None:
                continue
            known = ZERO if isinstance(cost, Unknown) else Decimal(cost)
            reached = [one for one in self.thresholds if one.above is not None and known > one.above]
            strict = max(reached, key=_strictness, default=None)
            doubt = unsure or (cost if isinstance(cost, Unknown) else None)
            if strict is None and doubt is None and isinstance(cost, AtLeast):
                doubt = cost.unknown
            if strict is None and doubt is None:
                continue
            yield self._hit(document, known, strict, doubt)

    def _hit(
        self, document: ResourceDocument, cost: Decimal, strict: Threshold | None, doubt: Unknown | None
    ) -> Hit:  # fmt: skip
        lowest = min(one.above or ZERO for one in self.thresholds)
        total = document.get("monthly_cost")
        return Hit(
            document,
            action=strict.action if strict and doubt is None else None,
            unknown=None if doubt is None else str(doubt),
            problem=f"more than {_rate((strict.above if strict else lowest) or ZERO)} per {WORDS[self.per]}",
            passes_when=f"a {WORDS[self.per]} costs at most {_rate(lowest)}",
            money=None if isinstance(total, Unknown) else total,
            values={"unit_cost": cost, "limit": strict.above if strict else None, "unit": WORDS[self.per]},
        )


def unpriced(documents: Iterable[ResourceDocument]) -> list[ResourceDocument]:
    """Those that change and may cost money which nobody has priced."""
    return [
        document for document in documents
        if document.change in JUDGED_CHANGES and is_unpriced(document.changed.after)
    ]  # fmt: skip


def without_price(
    action: Unpriced, missing: list[ResourceDocument], subject: ResourceDocument | None, project: str | None
) -> Iterator[Hit]:
    """A missing price is never 0: what a figure leaves out is a finding of its own."""
    if not missing or action == "ignore":
        return
    names = ", ".join(document.get("address") for document in missing[:3]) + (", …" if len(missing) > 3 else "")
    count = f"{len(missing)} changed resource{' has' if len(missing) == 1 else 's have'}"
    text = f"{count} no price and may cost more than the rule allows: {names}"
    yield Hit(
        subject,
        action=action,
        unknown=text,
        message=text,
        problem="resources without a price",
        passes_when="every changed resource has a price (prices.local.yaml can give one)",
        project=project,
    )


def _strictness(threshold: Threshold) -> tuple[int, Decimal]:
    return STRICTNESS[threshold.action], threshold.above or ZERO


def _rate(value: Decimal) -> str:
    """USD with as many digits as a small price needs."""
    return money(value) if value >= 1 or not value else f"${value.normalize():f}"


def compile_level(definition: Mapping[str, Any], source: Source) -> TotalCheck | UnitCheck:
    """Compile a `cost` of the measures total and unit. Raises PolicyError for what does not belong there."""
    per = definition.get("per")
    is_unit = definition["measure"] == "unit"
    if is_unit is (per is None):
        source.fail("the measure unit needs per, and no other measure takes it", f"per: {', '.join(WORDS)}")
    if is_unit and "unpriced" in definition:
        source.at("unpriced").fail("a unit cost that is not known falls under on_unknown", "remove this line")
    for index, item in enumerate(definition["thresholds"]):
        if "above" not in item or len(item) != 2:
            source.at("thresholds", index).fail("a threshold of this measure has above and action, nothing else")
    limits = thresholds(definition["thresholds"])
    if per is not None:
        return UnitCheck(limits, per)
    return TotalCheck(limits, definition.get("unpriced", "warn"))
