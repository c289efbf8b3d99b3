"""The vocabulary of rules: what a policy file becomes when it is read. Frozen; nothing here reads or judges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from finops_guard.model import PolicyAction, Span
from finops_guard.policy.message import Template

if TYPE_CHECKING:
    from finops_guard.policy.kinds.interface import Check
    from finops_guard.policy.overrides import Overrides
    from finops_guard.policy.scope import Narrow

STRICTNESS: Mapping[str, int] = {"allow": 0, "warn": 1, "require_approval": 2, "block": 3}
SEVERITIES = ("info", "low", "medium", "high", "critical")
JUDGED_CHANGES = frozenset({"create", "update", "replace", "declared"})

Scope = Literal["resource", "project", "run"]
OnUnknown = Literal["ignore", "warn", "require_approval", "block"]


def strictest(actions: Sequence[PolicyAction]) -> PolicyAction:
    """The strictest of some actions; "allow" for none."""
    return max(actions, key=lambda action: STRICTNESS[action], default="allow")


@dataclass(frozen=True, slots=True)
class Match:
    """Who is judged. `changes` None: the usual ones (create, update, replace, declared)."""

    is_type: Callable[[str], bool]
    is_excluded: Callable[[str], bool] | None = None  # by type or address
    classes: frozenset[str] = frozenset()
    environments: frozenset[str] = frozenset()
    changes: frozenset[str] | None = None
    taggable: bool | None = None
    resources: tuple[str, ...] = ()  # the patterns that `is_type` was made from
    narrow: Narrow | None = None  # what else must be true (policy/scope.py)


@dataclass(frozen=True, slots=True)
class RuleException:
    """A reviewed exception inside a rule; it holds up to and including the day `expires`."""

    is_address: Callable[[str], bool]
    reason: str
    owner: str
    expires: date
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """A limit with its own action. Exactly one of `percent`, `above` (USD) and `above_percent` is set.

    `floor` (USD/month): a percentage of less than this is ignored.
    """

    action: PolicyAction
    percent: Decimal | None = None
    above: Decimal | None = None
    above_percent: Decimal | None = None
    floor: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, ready to judge."""

    id: str
    name: str
    description: str
    severity: str
    action: PolicyAction | None  # None: the thresholds of the check carry the actions
    kind: str
    scope: Scope
    match: Match
    check: Check
    message: Template
    span: Span | None
    on_unknown: OnUnknown = "warn"
    remediation: str | None = None
    references: tuple[str, ...] = ()
    exceptions: tuple[RuleException, ...] = ()
    approval: Mapping[str, Any] | None = None
    tests: tuple[Mapping[str, Any], ...] = ()
    test_spans: tuple[Span | None, ...] = ()  # where each test stands
    definition: Mapping[str, Any] = field(default_factory=dict)  # as the file states it
    suppressible: bool = True  # False: a comment in the code cannot let a resource off


@dataclass(frozen=True, slots=True)
class Owner:
    """Someone who may approve up to `authority` USD/month (None: without limit)."""

    name: str
    role: str
    logins: Mapping[str, str]
    authority: Decimal | None


@dataclass(frozen=True, slots=True)
class CostCenter:
    """A cost centre. `numbers` holds its figures (USD/month) by key: monthly_budget, llm_monthly_cap."""

    id: str
    team: str | None
    owners: tuple[Owner, ...]
    numbers: Mapping[str, Decimal]
    contact: str | None = None

    @property
    def owner(self) -> str | None:
        """Who answers for it: the stated contact, else the owner nearest to the work, who has the least authority."""
        return self.contact or (self.owners[0].name if self.owners else None)


@dataclass(frozen=True, slots=True)
class CostCenters:
    """The cost centres by id, and the council that decides when nobody's authority suffices."""

    by_id: Mapping[str, CostCenter] = field(default_factory=dict)
    council: tuple[Owner, ...] = ()
    source: str | None = None

    def of_team(self, team: str) -> tuple[CostCenter, ...]:
        """All cost centres of a team."""
        return tuple(center for center in self.by_id.values() if center.team == team)

    def find(self, tag: str, value: str) -> tuple[CostCenter, ...]:
        """The cost centres that the value of a tag stands for: an id, or else a team."""
        return (self.by_id[value],) if value in self.by_id else self.of_team(value)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules of a run. `digest` is that of the bytes of all files that were read."""

    rules: tuple[Rule, ...] = ()
    cost_centers: CostCenters = field(default_factory=CostCenters)
    digest: str = ""
    source: str = "none"  # dir | pack | none
    files: tuple[str, ...] = ()
    overrides: Overrides | None = None
    waiver_files: tuple[str, ...] = ()  # found beside the rules
