"""`project.*` of the policy input: the project file beside what the run and the snapshot of actual spend say of it.

The whole run counts as the project. Without a project file the fields that need it are Unknown (NO_PROJECT).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from finops_guard.policy.approvals import rise
from finops_guard.policy.figures import NO_BASE, ZERO, known_cost
from finops_guard.policy.keys import AtLeast, Named
from finops_guard.policy.project import NONE_GIVEN, ProjectFile
from finops_guard.policy.spend import HINT, Spend
from finops_guard.policy.tables import classes_of_types
from finops_guard.policy.unit_costs import tokens_of
from finops_guard.values import Unknown

if TYPE_CHECKING:
    from finops_guard.policy.document import RunDocument

NO_PROJECT = Unknown(NONE_GIVEN)
HUNDRED = Decimal(100)
AI_CLASSES = ("llm.", "ai.")


class ProjectFacts:
    """The fields below `project`, each computed when a rule first asks for it. `given` stands over them (tests of rules)."""

    __slots__ = ("_cache", "file", "run")

    def __init__(
        self, file: ProjectFile | None, run: RunDocument, given: Mapping[str, Any] | None = None
    ) -> None:  # fmt: skip
        self.file = file
        self.run = run
        self._cache: dict[str, Any] = dict(given or {})

    def get(self, name: str) -> Any:
        """A field by name; NO_PROJECT when there is no project file that could say."""
        if name not in self._cache:
            self._cache[name] = self._compute(name)
        return self._cache[name]

    def _compute(self, name: str) -> Any:
        if name in _OF_RUN:
            return _OF_RUN[name](self)
        if name not in _OF_FILE:
            return None
        return NO_PROJECT if self.file is None else _OF_FILE[name](self, self.file)

    def spend(self) -> Spend | Unknown:
        """What the project has spent this month."""
        actuals, file = self.run.actuals, self.file
        if file is None:
            return NO_PROJECT
        if actuals is None:
            return Unknown(f"there is no snapshot of actual spend; {HINT}")
        objection = actuals.objection(self.run.estimate.as_of)
        if objection is not None:
            return Unknown(objection)
        found = actuals.find("project", file.name)
        return (
            Unknown(f"the snapshot of actual spend does not know the project {file.name}") if found is None else found
        )


class ProjectName(str):
    """The name of an input, which is the field `project`; below it stand the fields of the project file."""

    facts: ProjectFacts

    @classmethod
    def of(cls, name: str, facts: ProjectFacts) -> ProjectName:
        """The name with the facts that `project.stage` and its like are read from."""
        found = cls(name)
        found.facts = facts
        return found

    def get(self, name: str) -> Any:
        """A field of the project file."""
        return self.facts.get(name)


def _actual(facts: ProjectFacts, file: ProjectFile) -> Decimal | Unknown:
    """What the month is expected to end at, else what has been spent."""
    spend = facts.spend()
    if isinstance(spend, Unknown):
        return spend
    return spend.to_date if spend.forecast is None else max(spend.forecast, spend.to_date)


def _over(field: str) -> Callable[[ProjectFacts, ProjectFile], Decimal | Unknown]:
    """By how many percent a figure is over the approved budget; negative below it."""

    def compute(facts: ProjectFacts, file: ProjectFile) -> Decimal | Unknown:
        figure = facts.get(field)
        if file.approved_budget is None:
            return Unknown("the project file states no approved_budget")
        if isinstance(figure, Unknown):
            return figure
        share: Decimal = (Decimal(figure) / file.approved_budget - 1) * HUNDRED
        return AtLeast.of(share, figure.unknown) if isinstance(figure, AtLeast) else share

    return compute


def _rise_percent(facts: ProjectFacts) -> Decimal | Unknown | None:
    """None when nothing was there before."""
    run = facts.run
    if any(not document.has_base for document in run.documents()):
        return NO_BASE
    before = sum((known_cost(document.changed.before) for document in run.documents()), ZERO)
    more = facts.get("rise")
    if not before:
        return None
    share = Decimal(more) / before * HUNDRED
    return AtLeast.of(share, more.unknown) if isinstance(more, AtLeast) else share


def _is_dearer(facts: ProjectFacts) -> bool:
    more = facts.get("rise")
    return more > 0 or isinstance(more, AtLeast)


def _is_low_cost_experiment(facts: ProjectFacts, file: ProjectFile) -> bool:
    """True only when it is known to cost no more than the experiment's limit, and the approved budget if there is one."""
    trial = file.experiment
    if trial is None or facts.run.estimate.as_of > trial.until:
        return False
    cost = facts.get("estimate")
    if isinstance(cost, Unknown | AtLeast):
        return False
    sides = (document.changed.after for document in facts.run.documents())
    most: Decimal = sum((max(side.high or ZERO, known_cost(side)) for side in sides if side), ZERO)
    return most <= trial.limit and (file.approved_budget is None or most <= file.approved_budget)


def _uses_ai(facts: ProjectFacts) -> bool:
    """By what the file says, or by a resource that is to exist and is of a class for AI that is paid for by use."""
    if facts.file is not None and facts.file.uses_ai:
        return True
    return any(
        name.startswith(AI_CLASSES)
        for (kind, _), documents in facts.run.by_type.items()
        for name in classes_of_types().get(kind, ())
        if any(document.change != "delete" for document in documents)
    )


def _wanting(level: str) -> Callable[[ProjectFacts, ProjectFile], list[str]]:
    def compute(facts: ProjectFacts, file: ProjectFile) -> list[str]:
        return [one.name for one in file.wanting(level)] if facts.get("uses_ai") else []

    return compute


def _tokens(facts: ProjectFacts) -> Decimal | Unknown | None:
    """Tokens a month, as the usage states them; None when nothing is paid for by the token."""
    total = None
    for document in facts.run.documents():
        tokens = tokens_of(document)
        if isinstance(tokens, Unknown):
            return tokens
        if tokens is not None:
            total = (total or ZERO) + tokens
    return total


def _tokens_percent(facts: ProjectFacts, file: ProjectFile) -> Decimal | Unknown | None:
    tokens, budget = facts.get("tokens"), file.guardrails.get("token_budget")
    if tokens is None or isinstance(tokens, Unknown) or budget is None:
        return None if budget is None else tokens
    return Decimal(tokens) / Decimal(budget) * HUNDRED


def _funding_until(facts: ProjectFacts, file: ProjectFile) -> str | None:
    until = file.funding.until if file.funding else None
    return until.isoformat() if until else None


_OF_RUN: Mapping[str, Callable[[ProjectFacts], Any]] = {
    "estimate": lambda facts: facts.run.totals.get("after"),
    "rise": lambda facts: rise(facts.run.documents()),
    "rise_percent": _rise_percent,
    "is_dearer": _is_dearer,
    "uses_ai": _uses_ai,
    "tokens": _tokens,
}
_OF_FILE: Mapping[str, Callable[[ProjectFacts, ProjectFile], Any]] = {
    "name": lambda facts, file: file.name,
    "stage": lambda facts, file: file.stage,
    "requested_stage": lambda facts, file: file.requested_stage,
    "owner": lambda facts, file: file.owner,
    "cost_center": lambda facts, file: file.cost_center,
    "approved_budget": lambda facts, file: file.approved_budget,
    "funding_requested": lambda facts, file: file.funding.requested if file.funding else None,
    "funding_until": _funding_until,
    "actual": _actual,
    "over_budget_percent": _over("estimate"),
    "actual_over_budget_percent": _over("actual"),
    "missed_milestones": lambda facts, file: Decimal(len(file.missed_milestones(facts.run.estimate.as_of))),
    "failed_gates": lambda facts, file: Decimal(sum(gate.passed is False for gate in file.quality_gates)),
    "missed_kpis": lambda facts, file: Decimal(sum(kpi.signal == "missed" for kpi in file.kpis)),
    "is_low_cost_experiment": _is_low_cost_experiment,
    "missing_guardrails": _wanting("required"),
    "advised_guardrails": _wanting("advised"),
    "tokens_percent": _tokens_percent,
}
PROJECT = Named((*_OF_FILE, *_OF_RUN))
