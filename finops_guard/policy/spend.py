"""Actual spend, for budgets: what a snapshot says of each cost centre, team or project, and when it is too old."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from finops_guard.policy.rule import CostCenter

OLDEST_DAYS = 7  # an older snapshot says little about this month
HINT = "give one with --actuals, or use the measure estimate"

Group = tuple[str, str]  # what it is a value of (as group_by in the snapshot), and the value


@dataclass(frozen=True, slots=True)
class Spend:
    """USD of one group: spent in a month up to the snapshot, and expected for the whole month."""

    to_date: Decimal
    forecast: Decimal | None = None

    def __add__(self, other: Spend) -> Spend:
        known = self.forecast is not None and other.forecast is not None
        forecast = (self.forecast or Decimal(0)) + (other.forecast or Decimal(0)) if known else None
        return Spend(self.to_date + other.to_date, forecast)


@dataclass(frozen=True, slots=True)
class Actuals:
    """A snapshot of actual spend. `by_group` is the month of `as_of`; `history` holds whole months before it by `2026-10`."""

    as_of: date
    by_group: Mapping[Group, Spend] = field(default_factory=dict)
    history: Mapping[str, Mapping[Group, Spend]] = field(default_factory=dict)
    source: str | None = None
    max_age_days: int = OLDEST_DAYS

    @property
    def month(self) -> str:
        return f"{self.as_of:%Y-%m}"

    def objection(self, today: date) -> str | None:
        """Why the snapshot says nothing about this month; None when it does."""
        age = (today - self.as_of).days
        if age > self.max_age_days:
            return f"the snapshot of actual spend is {age} days old, more than {self.max_age_days}"
        if (self.as_of.year, self.as_of.month) != (today.year, today.month):
            return f"the snapshot of actual spend is of {self.month}, not of this month"
        return None

    def find(self, group_by: str, name: str, centers: Sequence[CostCenter] = ()) -> Spend | None:
        """What a group has spent this month: as the snapshot names it, else as a team, else as its cost centres together.

        `centers`: the cost centres that the group stands for. A sum of which a part is missing is none.
        """
        found = self.by_group.get((group_by, name))
        if found is None and any(center.team == name for center in centers):
            found = self.by_group.get(("team", name))
        if found is not None or not centers:
            return found
        parts = [self.by_group.get(("cost_center", center.id)) for center in centers]
        total: Spend | None = None
        for part in parts:
            if part is None:
                return None
            total = part if total is None else total + part
        return total


def actuals_of(document: Mapping[str, Any], max_age_days: int = OLDEST_DAYS) -> Actuals:
    """The snapshot that a document describes, as the schema `snapshot` has checked it. Raises ValueError for a repeat."""
    stated = document["as_of"]
    day = stated if isinstance(stated, date) else date.fromisoformat(stated)
    months: dict[str, dict[Group, Spend]] = {}
    for entry in document["spend"]:
        month, group = str(entry.get("month", f"{day:%Y-%m}")), (entry["group_by"], str(entry["group"]))
        groups = months.setdefault(month, {})
        if group in groups:
            raise ValueError(f"{group[1]} ({group[0]}) stands in {month} twice")
        forecast = entry.get("forecast")
        groups[group] = Spend(Decimal(str(entry["to_date"])), None if forecast is None else Decimal(str(forecast)))
    this = months.pop(f"{day:%Y-%m}", {})
    return Actuals(day, this, dict(sorted(months.items())), document.get("source"), max_age_days)


@dataclass(frozen=True, slots=True)
class Figure:
    """USD that count against a budget, or why nobody can say."""

    used: Decimal | None
    reason: str | None = None
    as_of: date | None = None


def projected(
    actuals: Actuals | None, measure: str, group: Group, centers: Sequence[CostCenter], added: Decimal, today: date
) -> Figure:
    """What a group will have spent with what a change adds a month: on top of the spend to date, or of the forecast."""
    if actuals is None:
        return Figure(None, f"there is no snapshot of actual spend; {HINT}")
    objection = actuals.objection(today)
    if objection is not None:
        return Figure(None, objection, actuals.as_of)
    spend = actuals.find(*group, centers)
    if spend is None:
        return Figure(None, f"the snapshot of actual spend does not know {group[1]}", actuals.as_of)
    base = spend.forecast if measure == "forecast" else spend.to_date
    if base is None:
        return Figure(None, f"the snapshot of actual spend has no forecast for {group[1]}", actuals.as_of)
    return Figure(base + added, None, actuals.as_of)
