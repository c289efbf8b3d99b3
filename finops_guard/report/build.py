"""Estimate + what the policies said + the run -> the report document. Numbers stay Decimal; formats round them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from finops_guard import __version__
from finops_guard.model import (
    USAGE_FILE,
    CostComponent,
    Diagnostic,
    Environment,
    Estimate,
    EstimatedChange,
    Finding,
    ProjectEstimate,
    ResourceEstimate,
    Span,
)
from finops_guard.report.assumptions import assumptions
from finops_guard.report.interface import CatalogInfo, PolicyOutcome, RunInfo
from finops_guard.report.why import why

SCHEMA_VERSION = "1"
STATUSES = ("priced", "partly_priced", "usage_dependent", "unpriced", "free", "unsupported")
STANDING = ("open", "unknown")  # states of findings that count in the verdict
ZERO = Decimal(0)


def build_report(estimate: Estimate, policies: PolicyOutcome, run: RunInfo, catalog: CatalogInfo) -> dict[str, Any]:
    """The report document of schemas/report.json, with Decimals for numbers (USD/month unless said otherwise)."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "finops-guard", "version": __version__},
        "run": {"as_of": run.as_of.isoformat(), "head": run.head, "base": run.base, "input_digest": run.input_digest},
        "currency": "USD",
        "catalog": _catalog(catalog),
        "policies": {
            "source": policies.source,
            "ref": policies.ref,
            "digest": policies.digest,
            "rules": policies.rules,
            "passed": policies.passed,
            "not_evaluated": [dict(entry) for entry in policies.not_evaluated],
            "changed_in_this_change": policies.changed_in_this_change,
        },
        "totals": _totals(estimate.projects),
        "projects": [_project(project, policies) for project in estimate.projects],
        "assumptions": assumptions(estimate, run),
        "diagnostics": [_diagnostic(entry) for entry in (*estimate.diagnostics, *policies.diagnostics)],
        "findings": [_finding(finding) for finding in policies.findings],
        "budgets": [dict(entry) for entry in policies.budgets],
        "review": dict(policies.review) if policies.review else None,
        "verdict": {
            "action": policies.verdict,
            "blocked": _rules_that(policies.findings, "block"),
            "approvals": [dict(entry) for entry in policies.approvals],
            "warned": _rules_that(policies.findings, "warn"),
        },
    }


def _catalog(catalog: CatalogInfo) -> dict[str, Any]:
    return {
        "as_of": catalog.as_of.isoformat(),
        "oldest_used": catalog.oldest_used.isoformat() if catalog.oldest_used else None,
        "age_days": catalog.age_days,
        "max_age_days": catalog.max_age_days,
        "stale": catalog.stale,
        "digest": catalog.digest,
        "overlay": dict(catalog.overlay) if catalog.overlay else None,
    }


def _rules_that(findings: Iterable[Finding], action: str) -> list[str]:
    """The ids of the rules with a finding of this action that stands, each once."""
    return list(dict.fromkeys(found.rule for found in findings if found.action == action and found.state in STANDING))


def _totals(projects: Iterable[ProjectEstimate]) -> dict[str, Any]:
    """Sums of what has a figure, and how many resources of each status there are. No base: no `before`, no `delta`.

    What a usage file declares beside other projects is no change: it counts alike before and after.
    """
    projects = list(projects)
    only_usage = all(project.project.kind == USAGE_FILE for project in projects)
    before = after = low = high = list_cost = ZERO
    counts = dict.fromkeys(STATUSES, 0)
    has_base = True
    for project in projects:
        unchanging = project.project.kind == USAGE_FILE and not only_usage
        has_base = has_base and (project.project.has_base or unchanging)
        for changed in project.changes:
            counts[changed.current.status] += 1
            if changed.before is not None and changed.before.monthly_cost is not None:
                before += changed.before.monthly_cost
            side = changed.after
            if side is None:
                continue
            if side.monthly_cost is not None:
                after += side.monthly_cost
                before += side.monthly_cost if unchanging else ZERO
                low += side.monthly_cost if side.low is None else side.low
                list_cost += side.monthly_cost if side.list_cost is None else side.list_cost
            most = side.monthly_cost if side.high is None else side.high
            high += most or ZERO
    delta = after - before if has_base else None
    return {
        "before": before if has_base else None,
        "after": after,
        "delta": delta,
        "delta_percent": delta / before * 100 if delta is not None and before else None,
        "after_min": low,
        "after_max": high,
        "after_list": list_cost,
        "resources": sum(counts.values()),
        **counts,
    }


def _project(estimated: ProjectEstimate, policies: PolicyOutcome) -> dict[str, Any]:
    project = estimated.project
    notes = (*project.diagnostics, *_one_sided(estimated.changes), *_upcoming(estimated.changes))
    diagnostics = [_diagnostic(entry) for entry in notes]
    return {
        "name": project.name,
        "kind": project.kind,
        "path": project.path,
        "tool_version": project.tool_version,
        "rendered_by": project.rendered_by,
        "has_base": project.has_base,
        "environment": _environment(project.environment),
        "totals": _totals((estimated,)),
        "verdict": {"action": policies.project_verdicts.get(project.name, "allow")},
        "diagnostics": diagnostics,
        "resources": [_resource(changed, project.environment) for changed in estimated.changes],
    }


def _one_sided(changes: Iterable[EstimatedChange]) -> Iterable[Diagnostic]:
    """A change with a figure on one side only makes the total's change look larger or smaller than it is: say so."""
    for changed in changes:
        if changed.before is None or changed.after is None or changed.before is changed.after:
            continue
        missing_before, missing_after = _without_figure(changed.before), _without_figure(changed.after)
        if missing_before and not missing_after:
            text = "has no figure for its cost before; the change of the total counts only its cost after"
        elif missing_after and not missing_before:
            text = "has no figure for its cost after; the change of the total counts only its cost before"
        else:
            continue
        yield Diagnostic(text, changed.change.address, changed.change.resource.span)


def _upcoming(changes: Iterable[EstimatedChange]) -> Iterable[Diagnostic]:
    """Fees that start soon by the calendar: announced with their first day and amount, no part of today's figures."""
    for changed in changes:
        for fee in changed.after.upcoming if changed.after else ():
            cost = "an amount that is not known" if fee.monthly_cost is None else f"${fee.monthly_cost:,.2f} a month"
            text = f"from {fee.starts} on: {fee.name}, {cost}; no part of today's figures"
            yield Diagnostic(text, changed.change.address, changed.change.resource.span)


def _without_figure(side: ResourceEstimate) -> bool:
    return side.monthly_cost is None and side.status != "free"


def _resource(changed: EstimatedChange, usual: Environment) -> dict[str, Any]:
    change = changed.change
    resource = change.resource
    current = changed.current
    before = _side(changed.before) if changed.before else None
    after = before if changed.after is changed.before else _side(changed.after) if changed.after else None
    return {
        "address": change.address,
        "module": ".".join(resource.module_path) or None,
        "type": resource.type,
        "source_type": resource.source_type,
        "provider": resource.provider,
        "region": resource.region,
        "region_origin": resource.region_origin,
        "action": change.action,
        "note": change.note,
        "status": current.status,
        "reason": current.reason,
        "tags": {str(name): _tag(value) for name, value in resource.tags.items()} if resource.tags else {},
        "environment": _environment(resource.environment or usual),
        "location": _location(resource.span),
        "why": why(changed),
        "delta": _delta(changed),
        "before": before,
        "after": after,
    }


def _delta(changed: EstimatedChange) -> Decimal | None:
    """USD/month; None without a base, and when a side that exists has no figure."""
    if changed.change.action == "no-op":
        return ZERO
    sides = (changed.before, changed.after)
    if any(side is not None and _without_figure(side) for side in sides):
        return None
    return changed.delta


def _side(side: ResourceEstimate) -> dict[str, Any]:
    """What one side costs. What is free costs 0; what has no figure has null."""
    if side.status == "free":
        return {"monthly_cost": ZERO, "min": ZERO, "max": ZERO, "list_cost": ZERO, "components": []}
    return {
        "monthly_cost": side.monthly_cost,
        "min": side.low,
        "max": side.high,
        "list_cost": side.list_cost,
        "components": [_component(part) for part in side.components],
    }


def _component(part: CostComponent) -> dict[str, Any]:
    return {
        "name": part.name,
        "path": list(part.path),
        "unit": part.unit,
        "quantity": part.quantity.value,
        "unit_price": part.unit_price,
        "monthly_cost": part.monthly_cost,
        "min": part.low,
        "max": part.high,
        "one_time": part.one_time,
        "quantity_basis": part.quantity.basis,
        "price_kind": part.price_kind,
        "product": part.product,
        "region": part.region,
        "as_of": part.as_of.isoformat() if part.as_of else None,
        "source": part.source,
        "reason": part.reason,
    }


def _tag(value: Any) -> str | None:
    """A tag's value as text; None for what is unknown, absent or no single value."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float | Decimal) else None


def _environment(environment: Environment) -> dict[str, Any]:
    return {"value": environment.value, "origin": environment.origin}


def _location(span: Span | None) -> dict[str, Any] | None:
    return {"file": span.file, "line": span.line} if span else None


def _diagnostic(entry: Diagnostic) -> dict[str, Any]:
    return {
        "level": entry.level,
        "message": entry.message,
        "address": entry.address,
        "location": _location(entry.span),
    }


def _finding(found: Finding) -> dict[str, Any]:
    return {
        "id": found.rule,
        "name": found.name,
        "severity": found.severity,
        "action": found.action,
        "scope": found.scope,
        "project": found.project,
        "address": found.address,
        "message": found.message,
        "problem": found.problem,
        "remediation": found.remediation,
        "passes_when": found.passes_when,
        "references": list(found.references),
        "money": found.money,
        "location": _location(found.span),
        "state": found.state,
        "waiver": _plain(found.waiver),
    }


def _plain(waiver: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A waiver with its dates as text."""
    if waiver is None:
        return None
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in waiver.items()}
