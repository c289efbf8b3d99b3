"""Judge an estimate by rules: findings, budgets, approvals and the verdict. Pure: no file, no clock, no forge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from finops_guard.model import Estimate, Finding, PolicyAction
from finops_guard.policy.approvals import approval, cost_center_of, rises_by_cost_center
from finops_guard.policy.document import Alternatives, ResourceDocument, RunDocument
from finops_guard.policy.figures import ZERO
from finops_guard.policy.kinds.interface import BudgetLine, Hit, NotEvaluated
from finops_guard.policy.machines import MachineFacts
from finops_guard.policy.rule import (
    SEVERITIES,
    STRICTNESS,
    CostCenter,
    Rule,
    RuleException,
    RuleSet,
    strictest,
)
from finops_guard.values import Unknown

COUNTED_STATES = ("open", "unknown")
EXPIRES_SOON_DAYS = 14


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """What the rules say about a run. `verdict` is the strictest action, `project_verdicts` that of each project."""

    findings: tuple[Finding, ...] = ()
    rules: int = 0
    passed_rules: tuple[str, ...] = ()
    not_evaluated: tuple[Mapping[str, Any], ...] = ()
    budgets: tuple[Mapping[str, Any], ...] = ()
    approvals: tuple[Mapping[str, Any], ...] = ()
    verdict: PolicyAction = "allow"
    project_verdicts: Mapping[str, PolicyAction] = field(default_factory=dict)
    source: str = "none"  # dir | pack | none
    ref: str | None = None  # the git ref that the rules were read from; None: the work tree
    digest: str | None = None
    changed_in_this_change: bool = False

    @property
    def passed(self) -> int:
        """How many rules were judged and found nothing."""
        return len(self.passed_rules)

    @property
    def blocked(self) -> tuple[str, ...]:
        """Ids of the rules that block, once each."""
        return self._ids("block")

    @property
    def warned(self) -> tuple[str, ...]:
        """Ids of the rules that warn, once each."""
        return self._ids("warn")

    def _ids(self, action: PolicyAction) -> tuple[str, ...]:
        counted = [found for found in self.findings if found.action == action and found.state in COUNTED_STATES]
        return tuple(dict.fromkeys(found.rule for found in counted))


def evaluate(
    estimate: Estimate, rules: RuleSet, facts: MachineFacts, alternatives: Alternatives | None = None
) -> PolicyResult:
    """Judge all changes of an estimate. `alternatives`: for a changed resource, the next class and what it saves."""
    return judge(RunDocument(estimate, facts, rules.cost_centers, alternatives), rules)


def judge(run: RunDocument, rules: RuleSet) -> PolicyResult:
    """Judge a policy input by every rule."""
    verdicts = [_judge_rule(rule, run) for rule in rules.rules]
    findings = sorted((found for verdict in verdicts for found in verdict.findings), key=_order)
    names = [project.project.name for project in run.estimate.projects]
    return PolicyResult(
        findings=tuple(findings),
        rules=len(rules.rules),
        passed_rules=tuple(verdict.rule.id for verdict in verdicts if verdict.passed),
        not_evaluated=tuple(entry for verdict in verdicts for entry in verdict.not_evaluated()),
        budgets=tuple(line for verdict in verdicts for line in verdict.budgets),
        approvals=tuple(entry for verdict in verdicts for entry in verdict.approvals(run)),
        verdict=_action(findings),
        project_verdicts={name: _action(found for found in findings if found.project == name) for name in names},
        source=rules.source,
        digest=rules.digest,
    )


def _action(findings: Iterable[Finding]) -> PolicyAction:
    return strictest([found.action for found in findings if found.state in COUNTED_STATES])


def _order(found: Finding) -> tuple[Any, ...]:
    """Strictest first, then by severity, rule and place."""
    counted = found.state in COUNTED_STATES
    return (
        not counted, -STRICTNESS[found.action], -SEVERITIES.index(found.severity), found.rule, found.state != "open",
        found.project or "", found.address or "",
    )  # fmt: skip


@dataclass(slots=True)
class _Verdict:
    """What one rule says."""

    rule: Rule
    findings: list[Finding] = field(default_factory=list)
    budgets: list[Mapping[str, Any]] = field(default_factory=list)
    skipped: dict[tuple[str, str | None], None] = field(default_factory=dict)
    ignored: int = 0
    asking: list[Hit] = field(default_factory=list)  # hits that ask for an approval

    @property
    def passed(self) -> bool:
        return not self.skipped and not self.ignored and not any(one.state in COUNTED_STATES for one in self.findings)

    def not_evaluated(self) -> list[Mapping[str, Any]]:
        """Why the rule could not be judged, once for each reason; projects are named when the run has several."""
        entries: list[Mapping[str, Any]] = []
        for reason in dict.fromkeys(reason for reason, _ in self.skipped):
            projects = [project for one, project in self.skipped if one == reason and project]
            entries.append({"id": self.rule.id, "reason": reason, **({"projects": projects} if projects else {})})
        if self.ignored:
            entries.append({"id": self.rule.id, "reason": f"unknown in {self.ignored} places, which the rule ignores"})
        return entries

    def approvals(self, run: RunDocument) -> list[dict[str, Any]]:
        """One approval for each cost centre that the rule's findings concern; their amounts are added."""
        amounts: dict[str | None, Decimal] = {}
        for hit in self.asking:
            for center, amount in _rises(hit, run):
                name = center.id if center else None
                amounts[name] = amounts.get(name, ZERO) + amount
        centers = run.cost_centers
        return [
            approval(self.rule.id, centers.by_id[name] if name else None, amount, centers)
            for name, amount in amounts.items()
        ]


def _rises(hit: Hit, run: RunDocument) -> list[tuple[CostCenter | None, Decimal]]:
    """By how much the cost of which cost centre rises; an approval of nothing still has someone who gives it."""
    if hit.rises:
        return list(hit.rises)
    if hit.document is not None:
        return rises_by_cost_center([hit.document], run.cost_centers) or [
            (cost_center_of(hit.document, run.cost_centers), ZERO)
        ]
    documents = [document for group in run.by_type.values() for document in group]
    return rises_by_cost_center(documents, run.cost_centers) or [(None, ZERO)]


def _judge_rule(rule: Rule, run: RunDocument) -> _Verdict:
    verdict = _Verdict(rule)
    for outcome in rule.check.judge(rule, run):
        if isinstance(outcome, NotEvaluated):
            verdict.skipped[outcome.reason, outcome.project] = None
        elif isinstance(outcome, BudgetLine):
            verdict.budgets.append(outcome.entry)
        else:
            _add(verdict, outcome, run)
    return verdict


def _add(verdict: _Verdict, hit: Hit, run: RunDocument) -> None:
    """Turn what the check found into a finding, unless the rule ignores it or an exception covers it."""
    rule, as_of = verdict.rule, run.estimate.as_of
    if hit.document is None and len(run.estimate.projects) == 1:
        hit = replace(hit, project=run.estimate.projects[0].project.name)
    action = hit.action or (rule.action if hit.unknown is None else rule.on_unknown)
    if action == "ignore":
        verdict.ignored += 1
        return
    if action is None or action == "allow":
        return
    exception, note = _exception(rule, hit.document, as_of)
    found = _finding(rule, hit, action, note)
    if exception is None:
        verdict.findings.append(found)
        if action == "require_approval":
            verdict.asking.append(hit)
        return
    days = (exception.expires - as_of).days
    waiver = {"reason": exception.reason, "owner": exception.owner, "expires": exception.expires.isoformat()}
    verdict.findings.append(replace(found, state="waived", waiver=waiver))
    if days <= EXPIRES_SOON_DAYS:
        soon = f"{found.address}: the exception ends on {exception.expires} (in {days} days); owner {exception.owner}"
        verdict.findings.append(
            replace(found, action="warn", state="open", message=soon, problem="exception ends soon", waiver=waiver)
        )


def _exception(rule: Rule, document: ResourceDocument | None, as_of: date) -> tuple[RuleException | None, str]:
    """The exception that holds for a resource; else a note on one that has expired."""
    note = ""
    for exception in rule.exceptions if document is not None else ():
        if document is not None and exception.is_address(document.resource.address):
            if as_of <= exception.expires:
                return exception, ""
            note = f" (the exception of {exception.owner} expired on {exception.expires})"
    return None, note


def _finding(rule: Rule, hit: Hit, action: PolicyAction, note: str) -> Finding:
    document = hit.document
    return Finding(
        rule=rule.id,
        name=rule.name,
        severity=rule.severity,
        action=action,
        scope=rule.scope,
        message=_message(rule, hit) + note,
        project=document.get("project") if document else hit.project,
        address=document.resource.address if document else None,
        span=document.resource.span if document else None,
        remediation=rule.remediation,
        passes_when=hit.passes_when,
        references=rule.references,
        money=hit.money,
        state="open" if hit.unknown is None else "unknown",
        problem=hit.problem,
        approval=rule.approval if action == "require_approval" else None,
    )


def _message(rule: Rule, hit: Hit) -> str:
    if hit.message is not None:
        return hit.message
    if hit.unknown is None:
        return rule.message.fill(_lookup(hit))
    subject = hit.document.resource.address if hit.document else "This change"
    return f"{subject}: cannot say whether this breaks {rule.name}: {hit.unknown}"


def _lookup(hit: Hit) -> Callable[[str], Any]:
    """Where the placeholders of a message find their values."""

    def look(name: str) -> Any:
        if name in hit.values:
            return hit.values[name]
        if hit.document is None:
            return None
        first, _, rest = name.partition(".")
        value = hit.document.get(first)
        return value.get(rest) if rest and value is not None and not isinstance(value, Unknown) else value

    return look
