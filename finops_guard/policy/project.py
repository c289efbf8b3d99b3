"""The project file: what a project was given, what it asks for, and how it stands. Pure; reading is in load_project.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from finops_guard.policy.tables import Guardrail, ai_guardrails

NONE_GIVEN = "no project file (.finops-guard/project.yaml)"
GUARDRAILS = (
    "token_budget", "max_output_tokens", "anomaly_threshold", "routing_policy", "prompt_caching", "tagging_schema",
)  # fmt: skip

MilestoneState = Literal["done", "done late", "missed", "open"]
Signal = Literal["met", "missed", "not measured"]


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something to be reached by a day."""

    name: str
    due: date
    done: date | None = None

    def state(self, today: date) -> MilestoneState:
        if self.done is not None and self.done <= today:
            return "done" if self.done <= self.due else "done late"
        return "missed" if self.due < today else "open"


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition of quality; `passed` None: nobody has looked yet."""

    name: str
    passed: bool | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Kpi:
    """A figure with a target; `actual` None: it has not been measured."""

    name: str
    target: Decimal
    actual: Decimal | None = None
    lower_is_better: bool = False
    unit: str | None = None

    @property
    def signal(self) -> Signal:
        if self.actual is None:
            return "not measured"
        met = self.actual <= self.target if self.lower_is_better else self.actual >= self.target
        return "met" if met else "missed"


@dataclass(frozen=True, slots=True)
class Funding:
    """USD/month that are asked for on top of the approved budget."""

    requested: Decimal
    until: date | None = None
    milestone: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Experiment:
    """A small trial of at most `limit` USD/month, up to and including the day `until`."""

    limit: Decimal
    until: date


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """A project as its file states it. Amounts are USD/month."""

    name: str
    stage: str
    requested_stage: str | None = None
    owner: str | None = None
    cost_center: str | None = None
    approved_budget: Decimal | None = None
    funding: Funding | None = None
    milestones: Sequence[Milestone] = ()
    quality_gates: Sequence[Gate] = ()
    kpis: Sequence[Kpi] = ()
    risks: Sequence[Mapping[str, Any]] = ()
    optimisation: Sequence[Mapping[str, Any]] = ()
    experiment: Experiment | None = None
    uses_ai: bool = False
    guardrails: Mapping[str, Any] = field(default_factory=dict)  # those that are in place
    not_needed: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None

    def missed_milestones(self, today: date) -> list[Milestone]:
        return [one for one in self.milestones if one.state(today) == "missed"]

    def wanting(self, level: str) -> list[Guardrail]:
        """The guardrails of a level (required, advised) that this stage lacks."""
        done = {*self.guardrails, *self.not_needed}
        return [one for one in ai_guardrails(self.stage) if one.level == level and one.name not in done]


def project_of(document: Mapping[str, Any], source: str | None = None) -> ProjectFile:
    """The project that a document describes, as the schema `project` has checked it."""
    funding, experiment = document.get("funding"), document.get("experiment")
    return ProjectFile(
        name=str(document["name"]),
        stage=document["stage"],
        requested_stage=document.get("requested_stage"),
        owner=document.get("owner"),
        cost_center=document.get("cost_center"),
        approved_budget=_money(document.get("approved_budget")),
        funding=_funding(funding) if funding else None,
        milestones=tuple(
            Milestone(one["name"], _day(one["due"]), _day(one["done"]) if "done" in one else None)
            for one in document.get("milestones", ())
        ),
        quality_gates=tuple(
            Gate(one["name"], one.get("passed"), one.get("note")) for one in document.get("quality_gates", ())
        ),
        kpis=tuple(map(_kpi, document.get("kpis", ()))),
        risks=tuple(document.get("risks", ())),
        optimisation=tuple(document.get("optimisation", ())),
        experiment=Experiment(Decimal(str(experiment["limit"])), _day(experiment["until"])) if experiment else None,
        uses_ai=document.get("uses_ai", False),
        guardrails={name: document[name] for name in GUARDRAILS if document.get(name) not in (None, False)},
        not_needed=document.get("not_needed", {}),
        source=source,
    )


def _funding(entry: Mapping[str, Any]) -> Funding:
    until = _day(entry["until"]) if "until" in entry else None
    return Funding(Decimal(str(entry["requested"])), until, entry.get("milestone"), entry.get("reason"))


def _kpi(entry: Mapping[str, Any]) -> Kpi:
    target, actual = Decimal(str(entry["target"])), _money(entry.get("actual"))
    return Kpi(entry["name"], target, actual, entry.get("better") == "lower", entry.get("unit"))


def _money(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)
