"""The report for people in a terminal or a CI log: what changes, what it costs, what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from finops_guard.formats import selection
from finops_guard.formats.money import decimal, money, number, percent, signed, size, total, unit_price
from finops_guard.formats.selection import Entry, monthly, plural
from finops_guard.formats.sheet import Row, Sheet
from finops_guard.formats.text import LONGEST_MESSAGE, for_log

WITH_COMPONENTS = 5  # of the largest resources of a project
MOST_ROWS = 50
MOST_NAMES = 5
MOST_REASONS = 20
MOST_FINDINGS = 30
MOST_ASSUMPTIONS = 20
SMALLEST_SHARE = 0.0005  # of the change
BAR = 20
TERMINAL_WIDTH = 100

MARKS = {"create": "+", "update": "~", "replace": "-/+", "delete": "-"}
ACTION_WORDS = {
    "block": "BLOCKED",
    "require_approval": "APPROVAL REQUIRED",
    "warn": "ALLOWED, with warnings",
    "allow": "ALLOWED",
}
FINDING_WORDS = {"block": "BLOCK", "require_approval": "APPROVAL", "warn": "WARN", "allow": "NOTE"}
ACTION_STYLES = {"block": "bold red", "require_approval": "bold yellow", "warn": "yellow", "allow": "bold green"}


def render(
    report: Mapping[str, Any], *, terminal: bool = False, show_all: bool = False, width: int | None = None
) -> str:
    """The report as text. `terminal`: with colours and wrapped at `width` columns; `show_all`: nothing is left out."""
    sheet = Sheet((width or TERMINAL_WIDTH) if terminal else width)
    for position, project in enumerate(report["projects"]):
        if position:
            sheet.text()
        _project(sheet, project, show_all)
    if len(report["projects"]) > 1:
        sheet.text()
        _totals(sheet, report["totals"], "All projects")
    _without_figure(sheet, report, show_all)
    _findings(sheet, report, show_all)
    _budgets(sheet, report["budgets"])
    _assumptions(sheet, report["assumptions"], show_all)
    _notes(sheet, report)
    _footer(sheet, report)
    return sheet.coloured() if terminal else sheet.plain()


def _project(sheet: Sheet, project: Entry, show_all: bool) -> None:
    environment = project["environment"]["value"]
    details = ", ".join(for_log(part) for part in (project["kind"], environment, project["path"]) if part)
    sheet.text(f"{for_log(project['name'])} ({details})", "bold")
    resources = selection.with_figures(project["resources"])
    has_base = project["has_base"]
    shown = resources if show_all else resources[:MOST_ROWS]
    if shown:
        sheet.text()
        heads = ("Before", "After", "Change") if has_base else ("Monthly",)
        header = Row("    Resource", heads, ("bold",) * len(heads), "bold")
        sheet.table([header, *_tree(shown, has_base, None if show_all else WITH_COMPONENTS)])
    if len(shown) < len(resources):
        rest = resources[len(shown) :]
        change = signed(total(resource["delta"] for resource in rest))
        sheet.text(
            f"... {plural(len(rest), 'smaller resource')}{f' ({change})' if has_base else ''}: --all shows them",
            "dim",
            4,
        )
    _unchanged(sheet, project)
    sheet.text()
    _totals(sheet, project["totals"], "Total")


def _unchanged(sheet: Sheet, project: Entry) -> None:
    unchanged = [resource for resource in project["resources"] if not selection.is_changed(resource)]
    if unchanged:
        cost = total(monthly(resource["after"]) for resource in unchanged)
        sheet.text()
        sheet.text(f"{plural(len(unchanged), 'unchanged resource')}, {money(cost)} a month", "dim", 4)


def _tree(resources: list[Entry], has_base: bool, with_components: int | None) -> Iterator[Row]:
    """The resources by module, the module with the largest change first; the root module has no heading."""
    modules: dict[str | None, list[Entry]] = {}
    for resource in resources:
        modules.setdefault(resource["module"], []).append(resource)
    largest = {resource["address"] for resource in resources[:with_components]}
    for module, inside in modules.items():
        if module:
            cells = _sums(inside, has_base)
            yield Row(for_log(module), cells, ("dim",) * len(cells), "bold", 4)
        for resource in inside:
            yield from _resource(resource, has_base, resource["address"] in largest)


def _resource(resource: Entry, has_base: bool, with_components: bool) -> Iterator[Row]:
    module, address = resource["module"], resource["address"]
    name = address[len(module) + 1 :] if module and address.startswith(f"{module}.") else address
    mark = MARKS.get(resource["action"], "")
    indent = 6 if module else 4
    told_by_lines = with_components and resource["action"] not in ("update", "replace")
    notes = [] if told_by_lines else [for_log(resource["why"], LONGEST_MESSAGE)]
    if resource["note"]:
        notes.append(for_log(resource["note"]))
    after = _cell(resource["after"])
    numbers = (_cell(resource["before"]), after, _change(resource["delta"])) if has_base else (after,)
    styles = ("", "", _change_style(resource["delta"])) if has_base else ("",)
    status = "" if resource["status"] == "priced" else f" [{selection.STATUS_WORDS[resource['status']]}]"
    yield Row(f"{mark:<4}{for_log(name)}{status}", numbers, styles, "", indent - 4)
    for note in notes:
        yield Row(note, ("",) * len(numbers), styles, "dim", indent + 2, wraps=True)
    if with_components:
        yield from _components(resource, has_base, indent + 2)


def _components(resource: Entry, has_base: bool, indent: int) -> Iterator[Row]:
    """The lines of both sides, those that stand first; beside each what it cost before."""
    before = {selection.label(part): part for part in (resource["before"] or {}).get("components", ())}
    after = {selection.label(part): part for part in (resource["after"] or {}).get("components", ())}
    for label, part in {**after, **before, **after}.items():
        was = before[label]["monthly_cost"] if label in before else None
        now = after[label]["monthly_cost"] if label in after else None
        cells = (_amount(was), _amount(now), "") if has_base else (_amount(now),)
        yield Row(
            _component(part, resource["module"]), cells, ("dim",) * len(cells), "dim", indent, wraps=not any(cells)
        )


def _component(part: Entry, module: str | None) -> str:
    """`NAME: 730 hours x $0.192 (usage)`; without a figure, the reason."""
    name = for_log(selection.label(part).removeprefix(f"{module}."))
    if part["monthly_cost"] is None:
        price = (
            f" at {unit_price(part['unit_price'])} per {for_log(part['unit'])}"
            if part["unit_price"] is not None
            else ""
        )
        return f"{name}{price}: {for_log(part['reason'] or 'no figure', LONGEST_MESSAGE)}"
    marks = [word for word in (part["quantity_basis"], part["price_kind"]) if word not in ("code", "list", None)]
    marks += ["one time, not in the total"] if part["one_time"] else []
    noted = f" ({', '.join(marks)})" if marks else ""
    return f"{name}: {number(part['quantity'])} {for_log(part['unit'])} x {unit_price(part['unit_price'])}{noted}"


def _cell(side: Entry | None) -> str:
    if side is None:
        return "-"
    return "?" if side["monthly_cost"] is None else money(side["monthly_cost"])


def _amount(cost: Any) -> str:
    return "" if cost is None else money(cost)


def _change(delta: Any) -> str:
    return "?" if delta is None else signed(delta)


def _change_style(delta: Any) -> str:
    return "" if not delta else "red" if delta > 0 else "green"


def _sums(resources: list[Entry], has_base: bool) -> tuple[str, ...]:
    """What the shown resources of a module cost together."""
    before = total(monthly(resource["before"]) for resource in resources)
    after = total(monthly(resource["after"]) for resource in resources)
    return (money(before), money(after), signed(after - before)) if has_base else (money(after),)


def _totals(sheet: Sheet, totals: Entry, title: str) -> None:
    after = money(totals["after"])
    if totals["delta"] is None:
        sheet.text(f"{title}: {after} a month (there is no base to compare with)", "bold")
    else:
        share = f", {percent(totals['delta_percent'], sign=True)}" if totals["delta_percent"] is not None else ""
        text = f"{title}: {money(totals['before'])} -> {after} a month ({signed(totals['delta'])}{share})"
        sheet.text(text, "bold")
    if size(totals["after_min"]) != size(totals["after"]) or size(totals["after_max"]) != size(totals["after"]):
        sheet.text(f"between {money(totals['after_min'])} and {money(totals['after_max'])} a month", "", 2)
    if size(totals["after_list"]) != size(totals["after"]):
        sheet.text(f"{money(totals['after_list'])} a month at list prices", "", 2)
    sheet.text(selection.counts(totals), "", 2)


def _without_figure(sheet: Sheet, report: Entry, show_all: bool) -> None:
    """The names of everything that has no figure, or not a whole one, by reason."""
    for status in selection.WITHOUT_FIGURE:
        groups = selection.grouped_reasons(report, status)
        if not groups:
            continue
        count = sum(len(resources) for _, resources in groups)
        sheet.text()
        words = selection.STATUS_WORDS[status].capitalize()
        sheet.text(f"{words}, {plural(count, 'resource')} (the totals leave out what has no figure)", "bold")
        shown = groups if show_all else groups[:MOST_REASONS]
        for reason, resources in shown:
            names = resources if show_all else resources[:MOST_NAMES]
            text = ", ".join(for_log(resource["address"]) for _, resource in names)
            more = f" +{len(resources) - len(names):,} more" if len(names) < len(resources) else ""
            sheet.text(f"{text}{more}: {for_log(reason, LONGEST_MESSAGE)}", "", 2)
        rest = sum(len(resources) for _, resources in groups[len(shown) :])
        if rest:
            sheet.text(f"+{rest:,} more: --all shows them", "dim", 2)


def _findings(sheet: Sheet, report: Entry, show_all: bool) -> None:
    found = selection.standing(report)
    shown = found if show_all else found[:MOST_FINDINGS]
    if shown:
        sheet.text()
        sheet.text(f"Findings: {selection.by_action(found)}", "bold")
    for group in selection.by_rule(shown):
        _rule(sheet, group)
    if len(shown) < len(found):
        sheet.text(f"+{plural(len(found) - len(shown), 'more finding')}: --all shows them", "dim", 2)
    for approval in report["verdict"]["approvals"]:
        given = f"{len(approval.get('given') or ())} of {approval['needed']}"
        who = for_log(selection.approvers(approval), LONGEST_MESSAGE)
        text = f"Approval for {for_log(approval['rule'])}, {selection.amount(approval)} a month: {who}; so far {given}"
        sheet.text(text, "yellow", 2)
    _set_aside(sheet, report)


def _rule(sheet: Sheet, group: list[Entry]) -> None:
    """The findings of one rule, and once what would mend them."""
    first = group[0]
    rule = f"{for_log(first['id'])} ({for_log(first['severity'])}) {for_log(first['name'])}"
    sheet.text(f"{FINDING_WORDS[first['action']]:<9}{rule}", ACTION_STYLES[first["action"]], 2)
    same_way_out = len({finding["passes_when"] for finding in group}) == 1
    for finding in group:
        sheet.text(_found(finding), "", 11)
        if finding["passes_when"] and not same_way_out:
            sheet.text(f"passes when {for_log(finding['passes_when'], LONGEST_MESSAGE)}", "", 13)
    if first["passes_when"] and same_way_out:
        sheet.text(f"Passes when: {for_log(first['passes_when'], LONGEST_MESSAGE)}", "", 11)
    if first["remediation"]:
        sheet.text(f"Fix: {for_log(first['remediation'], LONGEST_MESSAGE)}", "", 11)
    if first["references"]:
        sheet.text(f"See: {', '.join(map(for_log, first['references']))}", "dim", 11)


def _found(finding: Entry) -> str:
    """`main.tf:41 aws_instance.web: what is wrong ($140.16 a month)`; nothing is said twice."""
    message = for_log(finding["message"], LONGEST_MESSAGE)
    address = for_log(finding["address"] or "")
    where = [for_log(selection.place(finding["location"]) or ""), "" if address in message else address]
    start = " ".join(part for part in where if part)
    amount = money(finding["money"]) if finding["money"] else ""
    stake = f" ({amount} a month)" if amount and amount not in message else ""
    unknown = " [cannot be said yet]" if finding["state"] == "unknown" else ""
    return f"{start}{': ' if start else ''}{message}{stake}{unknown}"


def _set_aside(sheet: Sheet, report: Entry) -> None:
    for finding in selection.set_aside(report)[:MOST_FINDINGS]:
        waiver = finding["waiver"] or {}
        until = f", until {for_log(waiver['expires'])}" if waiver.get("expires") else ""
        why = f": {for_log(waiver['reason'], LONGEST_MESSAGE)}" if waiver.get("reason") else ""
        place = for_log(finding["address"] or finding["project"] or "the run")
        sheet.text(f"{finding['state']:<8} {for_log(finding['id'])}  {place}{until}{why}", "dim", 2)


def _budgets(sheet: Sheet, budgets: list[Entry]) -> None:
    if not budgets:
        return
    sheet.text()
    sheet.text("Budgets", "bold")
    for budget in budgets:
        owner = f"  {for_log(budget['owner'])}" if budget["owner"] else ""
        limit = money(budget["limit"])
        if budget["used"] is None or budget["percent"] is None:
            used = "?" if budget["used"] is None else money(budget["used"])
            sheet.text(f"{for_log(budget['name'])}  {used} of {limit}{owner}", "", 2)
            continue
        filled = min(int(size(budget["percent"]) * BAR / 100), BAR)
        bar = f"[{'#' * filled}{'.' * (BAR - filled)}]"
        text = f"{bar} {percent(budget['percent']):>8}  {for_log(budget['name'])}  {money(budget['used'])} of {limit}"
        sheet.text(f"{text}{owner}", "red" if size(budget["percent"]) >= 100 else "", 2)


def _assumptions(sheet: Sheet, assumptions: list[Entry], show_all: bool) -> None:
    if not assumptions:
        return
    sheet.text()
    sheet.text("Assumptions", "bold")
    shown = assumptions if show_all else assumptions[:MOST_ASSUMPTIONS]
    for entry in shown:
        address = f"{for_log(entry['address'])}: " if entry["address"] else ""
        share = entry["share_of_delta"]
        part = f", {percent(decimal(share) * 100)} of the change" if share and share >= SMALLEST_SHARE else ""
        source = f" ({for_log(entry['source'])}{part})" if entry["address"] else ""
        sheet.text(f"{address}{for_log(entry['text'], LONGEST_MESSAGE)}{source}", "", 2)
    if len(shown) < len(assumptions):
        sheet.text(f"+{len(assumptions) - len(shown):,} more: --all shows them", "dim", 2)


def _notes(sheet: Sheet, report: Entry) -> None:
    entries = [entry for project in report["projects"] for entry in project["diagnostics"]] + report["diagnostics"]
    if entries:
        sheet.text()
        sheet.text("Notes", "bold")
    for entry in entries[:MOST_REASONS]:
        where = "".join(f"{for_log(part)}: " for part in (selection.place(entry["location"]), entry["address"]) if part)
        style = "yellow" if entry["level"] == "warning" else ""
        sheet.text(f"{entry['level']}: {where}{for_log(entry['message'], LONGEST_MESSAGE)}", style, 2)
    if len(entries) > MOST_REASONS:
        sheet.text(f"+{len(entries) - MOST_REASONS:,} more", "dim", 2)


def _footer(sheet: Sheet, report: Entry) -> None:
    """Price book, policies, and as the last line the verdict."""
    catalog, policies, verdict = report["catalog"], report["policies"], report["verdict"]
    sheet.text()
    oldest = f", oldest price used {catalog['oldest_used']}" if catalog["oldest_used"] else ""
    age = plural(catalog["age_days"], "day")
    overlay = catalog.get("overlay")
    oldest += f", refreshed with prices of {overlay['as_of']}" if overlay else ""
    sheet.text(f"Price book {catalog['as_of']}, {age} old{oldest}; finops-guard {report['tool']['version']}", "dim")
    if catalog["stale"]:
        limit = plural(catalog["max_age_days"], "day")
        sheet.text(f"warning: the price book is more than {limit} old: newer prices may differ", "bold yellow")
    if policies["source"] == "none":
        sheet.text("Policies: none, nothing was judged", "dim")
    else:
        ref = f"@{for_log(policies['ref'])}" if policies["ref"] else ""
        skipped = f", {len(policies['not_evaluated'])} not evaluated" if policies["not_evaluated"] else ""
        rules = f"{plural(policies['rules'], 'rule')}, {policies['passed']} passed{skipped}"
        digest = f" ({for_log(policies['digest'])[:19]})" if policies["digest"] else ""
        sheet.text(f"Policies: {for_log(policies['source'])}{ref}{digest}, {rules}", "dim")
        for entry in policies["not_evaluated"][:MOST_REASONS]:
            sheet.text(f"{for_log(entry['id'])} not evaluated: {for_log(entry['reason'], LONGEST_MESSAGE)}", "dim", 2)
        if policies["changed_in_this_change"]:
            sheet.text("warning: this change also changes the policies", "bold yellow")
    rules = ", ".join(for_log(name) for name in _deciding(verdict))
    sheet.text(
        f"Verdict: {ACTION_WORDS[verdict['action']]}{f' ({rules})' if rules else ''}", ACTION_STYLES[verdict["action"]]
    )


def _deciding(verdict: Entry) -> list[str]:
    """The rules that make the verdict what it is."""
    if verdict["action"] == "block":
        return list(verdict["blocked"])
    if verdict["action"] == "require_approval":
        return list(dict.fromkeys(approval["rule"] for approval in verdict["approvals"]))
    return list(verdict["warned"])
