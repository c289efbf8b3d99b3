"""What the report is built from besides the Estimate: the run, the price book, and what the policies said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from finops_guard.model import Diagnostic, Finding, PolicyAction


@dataclass(frozen=True, slots=True)
class RunInfo:
    """Which run this was. `head` is a commit, `base` a ref; `free_tier` is the configured treatment of allowances."""

    as_of: date
    head: str | None
    base: str | None
    input_digest: str
    free_tier: str = "none"
    commitments: tuple[str, ...] = ()  # those in force, in words


@dataclass(frozen=True, slots=True)
class CatalogInfo:
    """Which price book was used, and how old it is on the day of the run."""

    as_of: date
    oldest_used: date | None
    age_days: int
    digest: str
    max_age_days: int
    stale: bool
    overlay: Mapping[str, str] | None = None  # as_of and digest of refreshed prices over the shipped book


class PolicyOutcome(Protocol):
    """What the policies said. The policy package has its own type of this shape."""

    @property
    def findings(self) -> Sequence[Finding]:
        """What the rules found, waived and suppressed ones included."""
        ...

    @property
    def rules(self) -> int:
        """How many rules were loaded."""
        ...

    @property
    def passed(self) -> int:
        """How many of them found nothing."""
        ...

    @property
    def not_evaluated(self) -> Sequence[Mapping[str, Any]]:
        """Rules that could not be judged: {id, reason, project}."""
        ...

    @property
    def budgets(self) -> Sequence[Mapping[str, Any]]:
        """One entry per budget, as in report.json."""
        ...

    @property
    def approvals(self) -> Sequence[Mapping[str, Any]]:
        """Who must agree, as in `verdict.approvals` of report.json."""
        ...

    @property
    def verdict(self) -> PolicyAction:
        """The strictest action of all."""
        ...

    @property
    def project_verdicts(self) -> Mapping[str, PolicyAction]:
        """The strictest action by name of project."""
        ...

    @property
    def source(self) -> str:
        """Directory, "pack" for the rules that are shipped, or "none"."""
        ...

    @property
    def ref(self) -> str | None:
        """The ref that the rules were read from; None: the work tree."""
        ...

    @property
    def digest(self) -> str | None:
        """sha256:... of the rules; None without rules."""
        ...

    @property
    def changed_in_this_change(self) -> bool:
        """True when the change under review changes the rules themselves."""
        ...

    @property
    def diagnostics(self) -> Sequence[Diagnostic]:
        """What to know about suppressions in code and the baseline."""
        ...

    @property
    def review(self) -> Mapping[str, Any] | None:
        """How the project stands, as in report.json; None without a project file."""
        ...


@dataclass(frozen=True, slots=True)
class _NoPolicies:
    """Nothing was judged (`--policies none`)."""

    findings: tuple[Finding, ...] = ()
    rules: int = 0
    passed: int = 0
    not_evaluated: tuple[Mapping[str, Any], ...] = ()
    budgets: tuple[Mapping[str, Any], ...] = ()
    approvals: tuple[Mapping[str, Any], ...] = ()
    verdict: PolicyAction = "allow"
    project_verdicts: Mapping[str, PolicyAction] = field(default_factory=dict)
    source: str = "none"
    ref: str | None = None
    digest: str | None = None
    changed_in_this_change: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()
    review: Mapping[str, Any] | None = None


NO_POLICIES: PolicyOutcome = _NoPolicies()
