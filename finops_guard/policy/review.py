"""How a project stands, for those who decide about its money (report.json, `review`): facts, no opinion. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from finops_guard.policy.keys import AtLeast
from finops_guard.policy.project import ProjectFile
from finops_guard.policy.spend import Actuals
from finops_guard.policy.tables import ai_guardrails
from finops_guard.values import Unknown

if TYPE_CHECKING:
    from finops_guard.policy.document import RunDocument
    from finops_guard.policy.project_facts import ProjectFacts


def review(run: RunDocument) -> dict[str, Any] | None:
    """The review of the run's project; None without a project file."""
    file = run.project.file
    if file is None:
        return None
    today = run.estimate.as_of
    return {
        "name": file.name,
        "stage": file.stage,
        "requested_stage": file.requested_stage,
        "owner": file.owner,
        "cost_center": file.cost_center,
        "source": file.source,
        "approved_budget": file.approved_budget,
        "estimate": _estimate(run.project),
        "actual": _actual(run.project, run.actuals),
        "history": _history(file, run.actuals),
        "kpis": [_kpi(file, index) for index in range(len(file.kpis))],
        "milestones": _milestones(file, today),
        "quality_gates": [
            {
                "name": gate.name,
                "state": {True: "passed", False: "failed", None: "open"}[gate.passed],
                "note": gate.note,
            }
            for gate in file.quality_gates
        ],
        "guardrails": _guardrails(file) if run.project.get("uses_ai") else [],
        "risks": [_entry(one, ("name", "level", "mitigation", "owner")) for one in file.risks],
        "optimisation": [_entry(one, ("name", "saving", "status", "due")) for one in file.optimisation],
        "funding": _funding(file),
        "experiment": _experiment(run.project, file),
    }


def _estimate(facts: ProjectFacts) -> dict[str, Any]:
    """USD/month after the change, by how much it rises at the high bound, and how that compares with what is approved."""
    cost, rise = facts.get("estimate"), facts.get("rise")
    return {
        "monthly_cost": _number(cost),
        "at_least": isinstance(cost, AtLeast),
        "rise": _number(rise),
        "over_budget_percent": _number(facts.get("over_budget_percent")),
    }


def _actual(facts: ProjectFacts, actuals: Actuals | None) -> dict[str, Any]:
    """USD of this month; nulls and a reason when the snapshot cannot say."""
    spend = facts.spend()
    known = not isinstance(spend, Unknown)
    return {
        "as_of": actuals.as_of.isoformat() if actuals else None,
        "source": actuals.source if actuals else None,
        "to_date": spend.to_date if not isinstance(spend, Unknown) else None,
        "forecast": spend.forecast if not isinstance(spend, Unknown) else None,
        "over_budget_percent": _number(facts.get("actual_over_budget_percent")) if known else None,
        "reason": str(spend) if isinstance(spend, Unknown) else None,
    }


def _history(file: ProjectFile, actuals: Actuals | None) -> list[dict[str, Any]]:
    """What earlier months cost, the oldest first."""
    months = actuals.history if actuals else {}
    found = [(month, groups.get(("project", file.name))) for month, groups in months.items()]
    return [{"month": month, "spent": spend.to_date} for month, spend in found if spend is not None]


def _kpi(file: ProjectFile, index: int) -> dict[str, Any]:
    kpi = file.kpis[index]
    better = "lower" if kpi.lower_is_better else "higher"
    return {
        "name": kpi.name, "target": kpi.target, "actual": kpi.actual, "unit": kpi.unit, "better": better,
        "signal": kpi.signal,
    }  # fmt: skip


def _milestones(file: ProjectFile, today: date) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name, "due": one.due.isoformat(), "done": one.done.isoformat() if one.done else None,
            "state": one.state(today),
        }
        for one in file.milestones
    ]  # fmt: skip


def _guardrails(file: ProjectFile) -> list[dict[str, Any]]:
    """The checklist of the stage: what is asked, whether it is there, and why it is asked or left out."""
    lines = []
    for rail in ai_guardrails(file.stage):
        value = file.guardrails.get(rail.name)
        excuse = file.not_needed.get(rail.name)
        if value is not None:
            state = "in place"
        elif excuse is not None:
            state = "not needed"
        else:
            state = "missing" if rail.level == "required" else "open"
        lines.append(
            {
                "name": rail.name, "level": rail.level, "state": state, "value": _shown(value),
                "reason": excuse or rail.reason,
            }
        )  # fmt: skip
    return lines


def _shown(value: Any) -> str | None:
    """A guardrail's value as text."""
    if value is None or value is True:
        return None
    return ", ".join(map(str, value)) if isinstance(value, list) else f"{value:,}" if _is_number(value) else str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal)


def _funding(file: ProjectFile) -> dict[str, Any] | None:
    asked = file.funding
    if asked is None:
        return None
    until = asked.until.isoformat() if asked.until else None
    return {"requested": asked.requested, "until": until, "milestone": asked.milestone, "reason": asked.reason}


def _experiment(facts: ProjectFacts, file: ProjectFile) -> dict[str, Any] | None:
    trial = file.experiment
    if trial is None:
        return None
    holds = facts.get("is_low_cost_experiment")
    return {"limit": trial.limit, "until": trial.until.isoformat(), "holds": holds}


def _entry(stated: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Something of the project file with every key, dates as text, numbers as numbers."""
    return {name: _plain(stated.get(name)) for name in names}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _number(value: Any) -> Decimal | None:
    return Decimal(value) if isinstance(value, Decimal) else None
