"""The review pack of a project: how it stands against what it was given, for those who decide about its money.

Everything is in the report's `review`. Text of the project file stands in blocks of HTML only, as in `markdown`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from finops_guard.formats import selection
from finops_guard.formats.blocks import Table, signed_usd, usd
from finops_guard.formats.money import MINUS, decimal, number, percent, total
from finops_guard.formats.selection import Entry, plural
from finops_guard.formats.text import html_code, html_text

NONE = "<p>There is no project file (<code>.finops-guard/project.yaml</code>), so there is nothing to review.</p>\n"
SIGNALS = {"met": "✅ met", "missed": "⛔ missed", "not measured": "❔ not measured"}
MILESTONES = {"done": "✅ done", "done late": "✅ done late", "missed": "⛔ missed", "open": "open"}
GATES = {"passed": "✅ passed", "failed": "⛔ failed", "open": "❔ not looked at"}
GUARDRAILS = {"in place": "✅ in place", "missing": "⛔ missing", "open": "–", "not needed": "not needed"}
LEVELS = {"required": "required", "advised": "advised", "no": "not asked"}
UNKNOWN = "not known"


def render(report: Mapping[str, Any], **options: Any) -> str:
    """The pack as Markdown."""
    review = report["review"]
    if review is None:
        return NONE
    parts = [
        f"<h1>Review of {html_text(review['name'])}</h1>",
        _head(review, report),
        _decisions(review, report),
        _section("Cost", _cost(review, report)),
        _section("Earlier months", _history(review)),
        _section("KPI signals", _kpis(review["kpis"])),
        _section("Milestones and quality gates", _milestones(review), _gates(review["quality_gates"])),
        _section("AI guardrails", _guardrails(review)),
        _section("Risks", _risks(review["risks"])),
        _section("Optimisation under way", _optimisation(review["optimisation"])),
        _section("Other findings", _findings(report)),
        _foot(report),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(title: str, *content: str) -> str:
    inside = "\n\n".join(part for part in content if part)
    return f"## {title}\n\n{inside}" if inside else ""


def _head(review: Entry, report: Entry) -> str:
    facts = [
        ("Stage", review["stage"]),
        ("Asks for stage", review["requested_stage"]),
        ("Owner", review["owner"]),
        ("Cost centre", review["cost_center"]),
        ("As of", report["run"]["as_of"]),
    ]
    return f"<p>{' · '.join(f'{name}: <b>{html_text(value)}</b>' for name, value in facts if value)}</p>"


def _decisions(review: Entry, report: Entry) -> str:
    """What the council is asked, and why."""
    items = []
    asked = review["funding"]
    if asked is not None:
        until = f" until {html_text(asked['until'])}" if asked["until"] else ""
        goal = f", for the milestone <b>{html_text(asked['milestone'])}</b>" if asked["milestone"] else ""
        reason = f": {html_text(asked['reason'])}" if asked["reason"] else ""
        items.append(f"<b>{usd(asked['requested'])} / month more</b>{until}{goal}{reason}")
    rules = [entry["rule"] for entry in report["verdict"]["approvals"] if _is_for_council(entry)]
    items += [
        f"{html_code(found['id'])} {html_text(found['message'])}"
        for found in selection.standing(report)
        if found["id"] in rules and found["action"] == "require_approval"
    ]
    trial = review["experiment"]
    if trial is not None:
        words = "is known to stay below it" if trial["holds"] else "is not known to stay below it, or it has ended"
        items.append(f"Experiment of up to {usd(trial['limit'])} / month until {html_text(trial['until'])}: it {words}")
    lines = [f"<li>{item}</li>" for item in items] or ["<li>Nothing is asked of the council.</li>"]
    return "\n".join(["## For decision", "", "<ul>", *lines, "</ul>"])


def _is_for_council(approval: Entry) -> bool:
    return any(isinstance(person, Mapping) and person.get("council") for person in approval["chain"]) or bool(
        approval.get("insufficient")
    )


def _cost(review: Entry, report: Entry) -> str:
    """Actual against expected: what was approved, what the code will cost, what the bills say."""
    estimate, actual, totals = review["estimate"], review["actual"], report["totals"]
    approved = review["approved_budget"]
    start = "at least " if estimate["at_least"] else ""
    rows = [
        ("Approved budget", UNKNOWN if approved is None else usd(approved), "", "project file"),
        (
            "Expected: the code after this change", start + _usd(estimate["monthly_cost"]),
            _over(estimate["over_budget_percent"]), f"between {usd(totals['after_min'])} and {usd(totals['after_max'])}",
        ),
        ("What this change adds at the high bound", _usd(estimate["rise"]), "", ""),
    ]  # fmt: skip
    place = f"bills up to {html_text(actual['as_of'])}" if actual["as_of"] else ""
    if actual["source"]:
        place += f", {html_text(actual['source'])}"
    why = html_text(actual["reason"]) if actual["reason"] else place
    rows.append(("Actual: spent this month", _usd(actual["to_date"]), "", why))
    rows.append(
        ("Actual: expected for the whole month", _usd(actual["forecast"]), _over(actual["over_budget_percent"]), "")
    )
    if actual["forecast"] is not None and estimate["monthly_cost"] is not None and totals["before"] is not None:
        difference = decimal(actual["forecast"]) - decimal(totals["before"])
        text = f"the code before this change was estimated at {usd(totals['before'])}"
        rows.append(("Actual minus expected", signed_usd(difference), "", text))
    return Table(("USD a month", ">Amount", ">Against the budget", "")).html(rows)


def _usd(value: Any) -> str:
    return UNKNOWN if value is None else usd(value)


def _over(value: Any) -> str:
    return UNKNOWN if value is None else percent(value, MINUS, sign=True)


def _history(review: Entry) -> str:
    approved = review["approved_budget"]
    rows = []
    for entry in review["history"]:
        share = "–" if approved is None else percent(decimal(entry["spent"]) / decimal(approved) * 100)
        rows.append((html_text(entry["month"]), usd(entry["spent"]), share))
    return Table(("Month", ">Spent", ">Of today's approved budget")).html(rows) if rows else ""


def _kpis(kpis: list[Entry]) -> str:
    rows = [
        (
            html_text(kpi["name"]), f"{'≤' if kpi['better'] == 'lower' else '≥'} {_measured(kpi['target'], kpi)}",
            "–" if kpi["actual"] is None else _measured(kpi["actual"], kpi), SIGNALS[kpi["signal"]],
        )
        for kpi in kpis
    ]  # fmt: skip
    return Table(("KPI", ">Target", ">Actual", "Signal")).html(rows) if rows else _nothing("KPIs")


def _measured(value: Any, kpi: Entry) -> str:
    return f"{number(value)} {html_text(kpi['unit'])}" if kpi["unit"] else number(value)


def _nothing(what: str) -> str:
    return f"<p>The project file names no {what}.</p>"


def _milestones(review: Entry) -> str:
    rows = [
        (html_text(one["name"]), html_text(one["due"]), html_text(one["done"] or "–"), MILESTONES[one["state"]])
        for one in review["milestones"]
    ]
    return Table(("Milestone", "Due", "Done", "State")).html(rows) if rows else _nothing("milestones")


def _gates(gates: list[Entry]) -> str:
    rows = [(html_text(gate["name"]), GATES[gate["state"]], html_text(gate["note"] or "")) for gate in gates]
    return Table(("Quality gate", "State", "Note")).html(rows) if rows else _nothing("quality gates")


def _guardrails(review: Entry) -> str:
    rows = [
        (
            html_code(one["name"]), LEVELS[one["level"]], GUARDRAILS[one["state"]],
            html_text(one["value"]) if one["value"] else "", html_text(one["reason"]),
        )
        for one in review["guardrails"]
    ]  # fmt: skip
    title = f"At the stage {html_text(review['stage'])}"
    return Table(("Guardrail", title, "State", "Value", "Why")).html(rows) if rows else ""


def _risks(risks: list[Entry]) -> str:
    rows = [tuple(html_text(risk[name] or "–") for name in ("name", "level", "mitigation", "owner")) for risk in risks]
    return Table(("Risk", "Level", "What is done about it", "Owner")).html(rows) if rows else _nothing("risks")


def _optimisation(steps: list[Entry]) -> str:
    rows = [
        (
            html_text(step["name"]), "–" if step["saving"] is None else usd(step["saving"]),
            html_text((step["status"] or "–").replace("_", " ")), html_text(step["due"] or "–"),
        )
        for step in steps
    ]  # fmt: skip
    if not rows:
        return _nothing("steps")
    open_steps = total(step["saving"] for step in steps if step["status"] != "done")
    note = f"<p>Still to be saved: {usd(open_steps)} / month.</p>"
    return "\n".join([Table(("Step", ">Saves a month", "Status", "Due")).html(rows), "", note])


def _findings(report: Entry) -> str:
    """What the rules found besides what the council is asked."""
    rules = [entry["rule"] for entry in report["verdict"]["approvals"] if _is_for_council(entry)]
    found = [one for one in selection.standing(report) if one["id"] not in rules]
    if not found:
        return ""
    rows = [
        (html_code(one["id"]), html_text(one["action"].replace("_", " ")), html_text(one["message"])) for one in found
    ]
    return Table(("Policy", "Action", "Finding")).html(rows)


def _foot(report: Entry) -> str:
    skipped = report["policies"]["not_evaluated"]
    note = f"; {plural(len(skipped), 'rule')} could not be evaluated" if skipped else ""
    parts = [
        f"finops-guard {html_text(report['tool']['version'])}",
        f"prices of {report['catalog']['as_of']}",
        f"{selection.counts(report['totals'])}{note}",
    ]
    return f"<p><sub>{' · '.join(parts)}</sub></p>"
