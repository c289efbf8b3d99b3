"""The report as a comment on a pull request: blocks of HTML inside Markdown.

Forges read Markdown, mentions and links out of free text. Text from the input therefore stands only inside blocks of
HTML without an empty line, where no Markdown is read, and goes through `html_code` or `html_text`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any

from finops_guard.formats import sections, selection
from finops_guard.formats.blocks import Table, details, more, signed_usd, usd
from finops_guard.formats.money import MINUS, decimal, percent, size
from finops_guard.formats.selection import Entry, monthly, plural
from finops_guard.formats.text import html_code, html_text, in_comment

MAX_BYTES = 60_000  # forges refuse longer comments; 60,000 bytes fit under every reading of their limits
ROWS = (20, 10, 5, 2, 1, 0)  # of each table: fewer, until the comment fits
SAFE_WORD = re.compile(r"[^A-Za-z0-9._/-]")

RESULTS = {"block": "⛔ blocked", "require_approval": "✋ approval", "warn": "⚠️ warnings", "allow": "✅ allowed"}


def render(report: Mapping[str, Any], *, tag: str = "default", max_bytes: int = MAX_BYTES) -> str:
    """The comment, at most `max_bytes` long: tables get shorter until it fits. `tag` tells comments apart."""
    for rows in ROWS:
        text = _comment(report, tag, rows)
        if len(text.encode()) <= max_bytes:
            break
    return text


def _comment(report: Entry, tag: str, rows: int) -> str:
    head = SAFE_WORD.sub("", report["run"]["head"] or "none")
    parts = [
        f'<!-- finops-guard:comment v=1 tag="{SAFE_WORD.sub("", tag)}" head={head} -->\n{_headline(report)}',
        _summary(report),
        _projects(report, rows),
        sections.findings(report, rows),
        sections.largest(report, rows),
        sections.budgets(report["budgets"], rows),
        sections.assumptions(report["assumptions"], rows),
        sections.not_priced(report, rows),
        sections.notes(report, rows),
        sections.set_aside(report, rows),
        _how_to_check(report),
        _footer(report),
        f"<!-- finops-guard:data {in_comment(_data(report))} -->",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _headline(report: Entry) -> str:
    totals, action = report["totals"], report["verdict"]["action"]
    delta = totals["delta"]
    if delta is None:
        text = f"this costs <b>{usd(totals['after'])} / month</b>"
    elif not delta:
        text = "this change leaves the cost as it is"
    else:
        word = "adds" if delta > 0 else "saves"
        share = (
            f" ({percent(totals['delta_percent'], MINUS, sign=True)})" if totals["delta_percent"] is not None else ""
        )
        text = f"this change {word} <b>{signed_usd(delta)} / month</b>{share}"
    return f"<h3>{sections.ICONS[action]} finops-guard: {text}</h3>"


def _summary(report: Entry) -> str:
    """Before and after, a year's sum, how sure the figures are, and what stands in the way."""
    totals = report["totals"]
    parts = []
    if totals["delta"] is None:
        parts.append("there is no base to compare with")
    else:
        parts.append(f"<b>{usd(totals['before'])} → {usd(totals['after'])} per month</b>")
        if totals["delta"]:
            parts.append(f"{signed_usd(decimal(totals['delta']) * 12)} per year at constant use")
    if size(totals["after_min"]) != size(totals["after"]) or size(totals["after_max"]) != size(totals["after"]):
        parts.append(f"between {usd(totals['after_min'])} and {usd(totals['after_max'])} per month")
    if size(totals["after_list"]) != size(totals["after"]):
        parts.append(f"{usd(totals['after_list'])} per month at list prices")
    shares = [entry["share_of_delta"] for entry in report["assumptions"] if entry["share_of_delta"]]
    if shares:
        parts.append(f"{percent(sum(map(decimal, shares)) * 100)} of the change rests on usage and assumptions")
    parts.append(f"<b>{selection.by_action(selection.standing(report))}</b>" if _judged(report) else "no policies")
    lines = [f"<p>{' &nbsp;·&nbsp; '.join(parts)}<br>", f"<sub>{selection.counts(totals)}</sub></p>"]
    return "\n".join([*lines, *_warnings(report)])


def _warnings(report: Entry) -> list[str]:
    found = []
    catalog = report["catalog"]
    if catalog["stale"]:
        limit = plural(catalog["max_age_days"], "day")
        found.append(
            f"<p>⚠️ <b>The price book is {plural(catalog['age_days'], 'day')} old</b> (the limit is {limit}).</p>"
        )
    if report["policies"]["changed_in_this_change"]:
        found.append("<p>⚠️ <b>This change also changes the policies.</b></p>")
    return found


def _judged(report: Entry) -> bool:
    return bool(report["policies"]["source"] != "none")


def _projects(report: Entry, rows: int) -> str:
    projects, totals = report["projects"], report["totals"]
    shown = projects[: max(rows, 5)]
    lines: list[tuple[str, ...]]
    if totals["delta"] is None and all(project["totals"]["delta"] is None for project in projects):
        table = Table(("Project", ">Monthly", "Result"))
        lines = [(_project(entry), usd(entry["totals"]["after"]), _result(entry, report)) for entry in shown]
        lines.append(("<b>Total</b>", f"<b>{usd(totals['after'])}</b>", ""))
    else:
        table = Table(("Project", ">Before", ">After", ">Change", ">%", "Result"))
        lines = [(_project(entry), *_figures(entry["totals"]), _result(entry, report)) for entry in shown]
        lines.append(("<b>Total</b>", *(f"<b>{cell}</b>" for cell in _figures(totals)), ""))
    return "\n".join(part for part in (table.html(lines), more(len(projects) - len(shown), "projects")) if part)


def _project(project: Entry) -> str:
    environment = project["environment"]["value"]
    details = " · ".join(html_text(part) for part in (project["kind"], environment) if part)
    return f"{html_code(project['name'])} <sub>{details}</sub>"


def _figures(totals: Entry) -> tuple[str, str, str, str]:
    """Before, after, change and percent."""
    share = totals["delta_percent"]
    return (
        "–" if totals["before"] is None else usd(totals["before"]),
        usd(totals["after"]),
        "–" if totals["delta"] is None else signed_usd(totals["delta"]),
        "–" if share is None else percent(share, MINUS, sign=True),
    )


def _result(project: Entry, report: Entry) -> str:
    return RESULTS[project["verdict"]["action"]] if _judged(report) else "–"


def _how_to_check(report: Entry) -> str:
    """Commands to copy: where the largest figure comes from, and the same check on one's own machine."""
    items = []
    line = _dearest_line(report)
    if line is not None:
        region = f" --region {shlex.quote(str(line['region']))}" if line["region"] else ""
        command = html_code(f"finops-guard price {shlex.quote(line['product'])}{region}")
        items.append(f"<li><b>Wrong price?</b> Each figure cites its line of the price book: {command}</li>")
    paths = [project["path"] for project in report["projects"][:3]]
    if paths:
        command = html_code(" ".join(["finops-guard check", *map(shlex.quote, paths)]))
        items.append(f"<li><b>Run it again locally:</b> {command}</li>")
    return details("<b>Check these figures</b>", "\n".join(["<ul>", *items, "</ul>"])) if items else ""


def _dearest_line(report: Entry) -> Entry | None:
    lines = [
        part
        for project in report["projects"]
        for resource in project["resources"]
        if selection.is_changed(resource)
        for part in (resource["after"] or {}).get("components", ())
        if part["product"] and monthly(part)
    ]
    return max(lines, key=lambda part: size(part["monthly_cost"]), default=None)


def _footer(report: Entry) -> str:
    catalog, policies, run = report["catalog"], report["policies"], report["run"]
    age = f"{plural(catalog['age_days'], 'day')} old"
    age += f", oldest price used {catalog['oldest_used']}" if catalog["oldest_used"] else ""
    overlay = catalog.get("overlay")
    age += f", refreshed with prices of {overlay['as_of']}" if overlay else ""
    parts = [
        f"finops-guard {html_text(report['tool']['version'])}",
        f"catalog {catalog['as_of']} ({age}; prices in {report['currency']})",
    ]
    if _judged(report):
        ref = f"{policies['source']}@{policies['ref']}" if policies["ref"] else str(policies["source"])
        skipped = f", {len(policies['not_evaluated'])} not evaluated" if policies["not_evaluated"] else ""
        parts.append(
            f"policies {html_code(ref)} ({plural(policies['rules'], 'rule')}, {policies['passed']} passed{skipped})"
        )
    if run["head"]:
        parts.append(f"head {html_code(run['head'][:12])}")
    parts.append(f"as of {html_text(run['as_of'])}")
    return f"<p><sub>{' · '.join(parts)}</sub></p>"


def _data(report: Entry) -> dict[str, Any]:
    """What other programs read out of the comment."""
    verdict, totals = report["verdict"], report["totals"]
    approvals = [
        {"rule": one["rule"], "needed": one["needed"], "given": one.get("given") or []} for one in verdict["approvals"]
    ]
    return {
        "schema_version": report["schema_version"],
        "totals": {name: totals[name] for name in ("before", "after", "delta")},
        "verdict": {**verdict, "approvals": approvals},
        "catalog": report["catalog"]["as_of"],
        "input_digest": report["run"]["input_digest"],
    }
