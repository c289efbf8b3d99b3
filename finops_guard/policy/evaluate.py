"""Judge an estimate by rules: findings, budgets, approvals and the verdict. Pure: no file, no clock, no forge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from finops_guard.model import Diagnostic, Estimate, Finding, PolicyAction
from finops_guard.policy.approvals import approvals
from finops_guard.policy.baseline import Key
from finops_guard.policy.document import Alternatives, ResourceDocument, RunDocument
from finops_guard.policy.kinds.interface import BudgetLine, Hit, NotEvaluated
from finops_guard.policy.known import misspelled
from finops_guard.policy.machines import MachineFacts
from finops_guard.policy.overrides import Parts, Variant
from finops_guard.policy.project import ProjectFile
from finops_guard.policy.review import review
from finops_guard.policy.rule import (
    SEVERITIES,
    STRICTNESS,
    Rule,
    RuleException,
    RuleSet,
    strictest,
)
from finops_guard.policy.settle import Reliefs, Settlement
from finops_guard.policy.spend import Actuals
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
    diagnostics: tuple[Diagnostic, ...] = ()
    stale_baseline: Mapping[Key, int] = field(default_factory=dict)  # entries that are found no more
    review: Mapping[str, Any] | None = None  # how the project stands; None without a project file

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
    estimate: Estimate,
    rules: RuleSet,
    facts: MachineFacts,
    alternatives: Alternatives | None = None,
    actuals: Actuals | None = None,
    reliefs: Reliefs | None = None,
    project: ProjectFile | None = None,
) -> PolicyResult:
    """Judge all changes of an estimate. `alternatives`: for a changed resource, the next class and what it saves.

    `actuals`: a snapshot of actual spend, for budgets that measure it. `reliefs`: what lets findings off. `project`:
    the project file, for rules about `project.*`.
    """
    run = RunDocument(estimate, facts, rules.cost_centers, alternatives, actuals=actuals, project_file=project)
    return judge(run, rules, reliefs)


def judge(run: RunDocument, rules: RuleSet, reliefs: Reliefs | None = None) -> PolicyResult:
    """Judge a policy input by every rule."""
    settlement = Settlement(reliefs or Reliefs(), run.estimate.as_of)
    parts = Parts(rules.overrides, run) if rules.overrides else None
    verdicts = [_judge_rule(rule, run, settlement, parts) for rule in rules.rules]
    unsaid = [verdict.rule.id for verdict in verdicts if verdict.skipped or verdict.ignored]
    warnings = settlement.warnings(rules.rules, run, unsaid)
    findings = sorted((*(found for verdict in verdicts for found in verdict.findings), *warnings), key=_order)
    stale = settlement.stale(rules.rules, run, unsaid)
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
        diagnostics=tuple(settlement.diagnostics(rules.rules, stale)),
        stale_baseline=stale,
        review=review(run),
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
    earlier: dict[tuple[str | None, str | None], int] = field(default_factory=dict)  # what other variants found there

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
        """Who must approve what the rule's findings concern."""
        return approvals(self.rule, self.asking, run)


def _judge_rule(rule: Rule, run: RunDocument, settlement: Settlement, parts: Parts | None) -> _Verdict:
    """What a rule says; overrides may make several variants of it, each for a part of the run."""
    verdict = _Verdict(rule)
    for variant in parts.variants(rule) if parts else (Variant(rule),):
        if variant.off is not None:
            verdict.skipped[variant.off, None] = None
            continue
        verdict.earlier = {
            (found.project, found.address): STRICTNESS[found.action]
            for found in sorted(verdict.findings, key=lambda found: STRICTNESS[found.action])
            if found.state == "open"
        }
        for outcome in variant.rule.check.judge(variant.rule, run):
            if isinstance(outcome, NotEvaluated):
                verdict.skipped[outcome.reason, outcome.project] = None
            elif isinstance(outcome, BudgetLine):
                verdict.budgets.append(outcome.entry)
            else:
                _add(verdict, variant.rule, outcome, run, settlement)
    for name in misspelled(rule, run):
        text = f"{rule.name} names {name!r}, which is no resource type that we know, so it was not judged"
        _add(verdict, rule, Hit(unknown=text, message=text, problem=f"unknown type {name}"), run, settlement)
    return verdict


def _add(verdict: _Verdict, rule: Rule, hit: Hit, run: RunDocument, settlement: Settlement) -> None:
    """Turn what the check found into a finding, unless the rule ignores it; it may be waived, suppressed or known."""
    as_of = run.estimate.as_of
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
    if hit.exempt is not None:
        verdict.findings.append(replace(found, state="waived", waiver={"reason": hit.exempt, "owner": None, "expires": None}))
        return
    if exception is None:
        if found.state == "unknown" and verdict.earlier.get((found.project, found.address), 0) >= STRICTNESS[action]:
            return  # another variant of the rule has found what this one only fears
        found = settlement.settle(found, rule, hit.document.resource if hit.document else None)
        verdict.findings.append(found)
        if found.state in COUNTED_STATES and action == "require_approval":
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
        rule=hit.id or rule.id,
        name=rule.name,
        severity=hit.severity or rule.severity,
        action=action,
        scope="resource" if document else rule.scope,
        message=_message(rule, hit) + note,
        project=document.get("project") if document else hit.project,
        address=document.resource.address if document else None,
        span=hit.span or (document.resource.span if document else None),
        remediation=hit.remediation or rule.remediation,
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
