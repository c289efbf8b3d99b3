"""The sections of a comment below its headline: findings, largest changes, budgets, assumptions, what has no price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from finops_guard.formats import selection
from finops_guard.formats.blocks import Table, details, more, signed_usd, usd
from finops_guard.formats.money import decimal, money, percent, size
from finops_guard.formats.selection import Entry, plural
from finops_guard.formats.text import html_code, html_text

MOST_PLACES = 5  # of one rule or reason
MOST_CHANGES = 10
BAR = 20
SMALLEST_SHARE = Decimal("0.0005")  # of the change

ICONS = {"block": "⛔", "require_approval": "✋", "warn": "⚠️", "allow": "✅"}
WHAT_TO_DO = {
    "partly_priced": "state the missing quantities in the usage file, or a price in <code>prices.local.yaml</code>",
    "usage_dependent": "state the quantities in the usage file (<code>.finops-guard/usage.yaml</code>)",
    "unpriced": "make the value known in the plan, or state a fixed price in <code>prices.local.yaml</code>",
    "unsupported": "state a fixed price in <code>.finops-guard/prices.local.yaml</code>",
}


def findings(report: Entry, rows: int) -> str:
    """What the rules found, one row for each rule, the strictest first; then who must approve."""
    found = selection.standing(report)
    if not found:
        return ""
    asks = any(finding["action"] in ("block", "require_approval") for finding in found)
    groups = selection.by_rule(found)
    shown = groups[:rows]
    lines = [(_rule(group[0]), _where(group), _findings_of(group)) for group in shown]
    heading = f"<h4>{'What must happen before merge' if asks else 'Findings'}</h4>"
    table = Table(("Policy", "Where", "Finding and how to fix it")).html(lines) if lines else ""
    rest = [finding for group in groups[len(shown) :] for finding in group]
    further = more(len(rest), f"findings: {selection.by_action(rest)}")
    return "\n\n".join(part for part in (heading, table, further, _approvals(report, rows)) if part)


def _rule(finding: Entry) -> str:
    words = f"{finding['action']} · {html_text(finding['severity'])}"
    return f"{ICONS[finding['action']]} {html_code(finding['id'])}<br><sub>{words}</sub>"


def _where(group: list[Entry]) -> str:
    places = []
    for finding in group[:MOST_PLACES]:
        place = (selection.place(finding["location"]), finding["address"] or finding["project"])
        places.append("<br>".join(html_code(part) for part in place if part) or "the whole change")
    return "<br>".join([*places, *_how_many_more(group)])


def _findings_of(group: list[Entry]) -> str:
    first = group[0]
    lines = [_finding(finding) for finding in group[:MOST_PLACES]] + _how_many_more(group)
    if first["remediation"]:
        lines.append(f"<b>Fix:</b> {html_text(first['remediation'])}")
    ways_out = list(dict.fromkeys(finding["passes_when"] for finding in group if finding["passes_when"]))
    lines += [f"<b>Passes when:</b> {html_text(way)}" for way in ways_out[:MOST_PLACES]]
    return "<br>".join(lines)


def _finding(finding: Entry) -> str:
    text = html_text(finding["message"])
    if finding["money"] and money(finding["money"]) not in finding["message"]:
        text += f" ({usd(finding['money'])} / month)"
    return f"{text} <i>(cannot be said yet)</i>" if finding["state"] == "unknown" else text


def _how_many_more(found: list[Any]) -> list[str]:
    return [f"<sub>+{len(found) - MOST_PLACES:,} more</sub>"] if len(found) > MOST_PLACES else []


def _approvals(report: Entry, rows: int) -> str:
    approvals = report["verdict"]["approvals"]
    items = [
        f"<li>{html_code(entry['rule'])}, {html_text(selection.amount(entry))} / month: {html_text(selection.approvers(entry))}. "
        f"Approvals so far: <b>{len(entry.get('given') or ())} of {entry['needed']}</b>.</li>"
        for entry in approvals[: max(rows, 1)]
    ]
    more = len(approvals) - len(items)
    return (
        "\n".join(["<ul>", *items, *([f"<li>+{more:,} more approvals</li>"] if more > 0 else []), "</ul>"])
        if items
        else ""
    )


def largest(report: Entry, rows: int) -> str:
    """The resources with the largest changes; without a base, the dearest ones."""
    found = [(place, entry) for place in report["projects"] for entry in selection.with_figures(place["resources"])]
    found.sort(key=lambda item: selection.weight(item[1]), reverse=True)
    shown = found[: min(rows, MOST_CHANGES)]
    if not shown:
        return ""
    several = len(report["projects"]) > 1
    has_base = report["totals"]["delta"] is not None
    lines: list[tuple[str, ...]]
    if has_base:
        table = Table(("Resource", "Action", ">Before", ">After", ">Change", "Why"))
        lines = [(_name(place, entry, several), entry["action"], *_sides(entry), _why(entry)) for place, entry in shown]
    else:
        table = Table(("Resource", ">Monthly", "Why"))
        lines = [(_name(place, entry, several), _side(entry["after"]), _why(entry)) for place, entry in shown]
    whole = sum((selection.weight(entry) for _, entry in found), Decimal(0))
    part = sum((selection.weight(entry) for _, entry in shown), Decimal(0))
    share = f", {percent(part / whole * 100)} of the {'absolute change' if has_base else 'cost'}" if whole else ""
    what = "Largest changes" if has_base else "Largest costs"
    summary = f"<b>{what}</b> ({len(shown):,} of {plural(len(found), 'resource')}{share})"
    return details(summary, table.html(lines), is_open=True)


def _name(project: Entry, resource: Entry, several: bool) -> str:
    return html_code(f"{project['name']} › {resource['address']}" if several else resource["address"])


def _sides(resource: Entry) -> tuple[str, str, str]:
    change = "?" if resource["delta"] is None else signed_usd(resource["delta"])
    return _side(resource["before"]), _side(resource["after"]), change


def _side(side: Entry | None) -> str:
    if side is None:
        return "–"
    return "?" if side["monthly_cost"] is None else usd(side["monthly_cost"])


def _why(resource: Entry) -> str:
    note = f" ({html_text(resource['note'])})" if resource["note"] else ""
    return f"{html_text(resource['why'])}{note}"


def budgets(budgets: list[Entry], rows: int) -> str:
    if not budgets:
        return ""
    over = sum(size(budget["percent"]) > 100 for budget in budgets)
    shown = sorted(budgets, key=lambda budget: size(budget["percent"]), reverse=True)[: max(rows, 1)]
    table = Table(("Budget", "Month after merge", ">Used", ">Limit", "Owner"))
    lines = [
        (
            html_code(entry["name"]),
            _bar(entry),
            "?" if entry["used"] is None else usd(entry["used"]),
            usd(entry["limit"]),
            html_code(entry["owner"]) if entry["owner"] else "–",
        )
        for entry in shown
    ]
    measures = ", ".join(sorted({str(entry["measure"]).replace("_", " ") for entry in budgets}))
    note = f"<p><sub>Measure: {html_text(measures)}.</sub></p>"
    summary = f"<b>Budgets</b>: {over:,} of {len(budgets):,} would be exceeded"
    return details(summary, table.html(lines), note, more(len(budgets) - len(shown), "budgets"), is_open=over > 0)


def _bar(budget: Entry) -> str:
    """`▓▓▓▓░░ 70.3 % (75 · 90 · 100 %)`."""
    if budget["percent"] is None:
        return "not known"
    filled = min(int(size(budget["percent"]) * BAR / 100), BAR)
    limits = " · ".join(f"{decimal(one):f}" for one in budget["thresholds"] if one is not None)
    marks = f" <sub>({limits} %)</sub>" if limits else ""
    return f"<code>{'▓' * filled}{'░' * (BAR - filled)}</code> {percent(budget['percent'])}{marks}"


def assumptions(assumptions: list[Entry], rows: int) -> str:
    if not assumptions:
        return ""
    shown = assumptions[:rows]
    lines = [
        (
            html_code(entry["address"]) if entry["address"] else "everything",
            html_text(entry["text"]),
            html_code(entry["source"]),
            _share(entry["share_of_delta"]),
        )
        for entry in shown
    ]
    yours = sum(entry["source"] != "default" and not entry["source"].startswith("profile ") for entry in assumptions)
    table = Table(("Resource", "Assumption", "Source", ">Share of the change")).html(lines) if lines else ""
    summary = f"<b>Assumptions</b>: {len(assumptions):,} used, {yours:,} of them yours"
    return details(summary, table, more(len(assumptions) - len(shown), "assumptions"))


def _share(share: Any) -> str:
    return "–" if share is None or decimal(share) < SMALLEST_SHARE else percent(decimal(share) * 100)


def not_priced(report: Entry, rows: int) -> str:
    """Everything that has no figure, or not a whole one, by reason."""
    totals = report["totals"]
    count = sum(totals[status] for status in selection.WITHOUT_FIGURE)
    if not count:
        return ""
    groups = [
        (status, reason, found)
        for status in ("unsupported", "unpriced", "usage_dependent", "partly_priced")
        for reason, found in selection.grouped_reasons(report, status)
    ]
    several = len(report["projects"]) > 1
    shown = groups[:rows]
    lines = [
        (_names(found, several), selection.STATUS_WORDS[status], html_text(reason), WHAT_TO_DO[status])
        for status, reason, found in shown
    ]
    table = Table(("Resource", "Status", "Reason", "What to do")).html(lines) if lines else ""
    rest = sum(len(found) for _, _, found in groups[len(shown) :])
    summary = (
        f"❔ <b>Not fully priced</b>: {count:,} of {plural(totals['resources'], 'resource')} "
        "(they may cost money; the totals leave out what has no figure)"
    )
    return details(summary, table, more(rest, "resources"))


def _names(found: list[tuple[Entry, Entry]], several: bool) -> str:
    names = [_name(project, resource, several) for project, resource in found[:MOST_PLACES]]
    return "<br>".join([*names, *_how_many_more(found)])


def notes(report: Entry, rows: int) -> str:
    entries = [entry for project in report["projects"] for entry in project["diagnostics"]] + list(
        report["diagnostics"]
    )
    entries += [
        {"level": "not evaluated", "location": None, "address": entry["id"], "message": entry["reason"]}
        for entry in report["policies"]["not_evaluated"]
    ]
    if not entries:
        return ""
    shown = entries[:rows]
    items = []
    for entry in shown:
        where = "".join(
            f"{html_code(part)}: " for part in (selection.place(entry["location"]), entry["address"]) if part
        )
        items.append(f"<li>{html_text(entry['level'])}: {where}{html_text(entry['message'])}</li>")
    block = "\n".join(["<ul>", *items, "</ul>"]) if items else ""
    return details(f"<b>Notes</b> ({len(entries):,})", block, more(len(entries) - len(shown), "notes"))


def set_aside(report: Entry, rows: int) -> str:
    found = selection.set_aside(report)
    if not found:
        return ""
    lines = []
    for finding in found[:rows]:
        waiver = finding["waiver"] or {}
        until = html_text(waiver["expires"]) if waiver.get("expires") else "–"
        owner = f" ({html_text(waiver['owner'])})" if waiver.get("owner") else ""
        reason = f"{html_text(waiver['reason'])}{owner}" if waiver.get("reason") else "–"
        lines.append((html_code(finding["id"]), _where([finding]), html_text(finding["state"]), reason, until))
    table = Table(("Policy", "Where", "State", "Reason", "Until")).html(lines) if lines else ""
    return details(f"<b>Waived findings</b> ({len(found):,})", table, more(len(found) - len(lines), "findings"))
