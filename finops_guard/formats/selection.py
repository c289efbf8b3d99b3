"""What of a report is shown first: the largest changes, the resources without a figure, the findings that stand."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from finops_guard.formats.money import money, size

Entry = Mapping[str, Any]

STRICTNESS = {"block": 3, "require_approval": 2, "warn": 1, "allow": 0}
STANDING = ("open", "unknown")
WITHOUT_FIGURE = ("partly_priced", "usage_dependent", "unpriced", "unsupported")
STATUS_WORDS = {
    "priced": "priced",
    "partly_priced": "partly priced",
    "usage_dependent": "waiting for usage",
    "unpriced": "not priced",
    "free": "free",
    "unsupported": "unsupported",
}


def is_changed(resource: Entry) -> bool:
    """True for what this change touches, and for everything when there is no base."""
    return resource["action"] not in ("no-op", "read")


def monthly(side: Entry | None) -> Any:
    """The cost of a side, None when there is no side or no figure."""
    return side["monthly_cost"] if side else None


def weight(resource: Entry) -> Decimal:
    """How much a resource matters: the size of its change, else of its cost."""
    if resource["delta"] is not None:
        return size(resource["delta"])
    return max(size(monthly(resource["before"])), size(monthly(resource["after"])))


def with_figures(resources: list[Entry]) -> list[Entry]:
    """Changed resources that have a figure other than 0 on some side, the largest first."""
    shown = [
        resource for resource in resources
        if is_changed(resource) and (monthly(resource["before"]) or monthly(resource["after"]) or resource["delta"])
    ]  # fmt: skip
    return sorted(shown, key=weight, reverse=True)


def grouped_reasons(report: Entry, status: str) -> list[tuple[str, list[tuple[Entry, Entry]]]]:
    """The resources of a status by reason, the largest group first: [(reason, [(project, resource), ...]), ...]."""
    groups: dict[str, list[tuple[Entry, Entry]]] = {}
    for project in report["projects"]:
        for resource in project["resources"]:
            if resource["status"] == status:
                groups.setdefault(resource["reason"] or "no reason was given", []).append((project, resource))
    return sorted(groups.items(), key=lambda group: len(group[1]), reverse=True)


def standing(report: Entry) -> list[Entry]:
    """Findings that count, the strictest first, then those with the most money at stake."""
    found = [finding for finding in report["findings"] if finding["state"] in STANDING]
    return sorted(found, key=lambda finding: (-STRICTNESS[finding["action"]], -size(finding["money"])))


def by_rule(findings: list[Entry]) -> list[list[Entry]]:
    """The findings of one rule and action together, in the order of the first of each."""
    groups: dict[tuple[str, str, Any], list[Entry]] = {}
    for finding in findings:
        groups.setdefault((finding["id"], finding["action"], finding["remediation"]), []).append(finding)
    return list(groups.values())


def by_action(findings: list[Entry]) -> str:
    """`1 blocks, 2 ask for approval, 3 warn`."""
    parts = []
    for action, one, many in (
        ("block", "blocks", "block"),
        ("require_approval", "asks for approval", "ask for approval"),
        ("warn", "warns", "warn"),
    ):
        count = sum(finding["action"] == action for finding in findings)
        if count:
            parts.append(f"{count:,} {one if count == 1 else many}")
    return ", ".join(parts) or "none"


def set_aside(report: Entry) -> list[Entry]:
    """Findings that were waived, suppressed or are in the baseline."""
    return [finding for finding in report["findings"] if finding["state"] not in STANDING]


def counts(totals: Entry) -> str:
    """`12 resources: 3 priced, 1 partly priced, 5 free`: all six statuses, those that do not occur as 0."""
    parts = ", ".join(f"{totals[status]:,} {words}" for status, words in STATUS_WORDS.items())
    return f"{plural(totals['resources'], 'resource')}: {parts}"


def plural(count: int, word: str) -> str:
    """`1 rule`, `2 rules`."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def place(location: Entry | None) -> str | None:
    """`main.tf:41`."""
    if not location:
        return None
    return f"{location['file']}:{location['line']}" if location["line"] else str(location["file"])


def label(component: Entry) -> str:
    """The name of a line with the part of the resource that it belongs to."""
    return " > ".join((*component["path"], component["name"]))


def approvers(approval: Entry) -> str:
    """`Ada (team_lead) or someone above`: who must approve; the last of the chain covers the amount."""
    chain = approval.get("chain") or []
    if approval.get("insufficient"):
        reason = approval.get("reason") or "nobody's authority covers the amount"
        names = ", ".join(_person(person) for person in chain if isinstance(person, Mapping) and person.get("council"))
        return f"{reason}; the council decides ({names})" if names else f"{reason}, and no council is named"
    return f"{_person(chain[-1])} or someone above" if chain else "the owner of the budget"


def amount(approval: Entry) -> str:
    """`$12.00`, or `at least $12.00` when a changed resource has no price."""
    return f"{'at least ' if approval.get('at_least') else ''}{money(approval['amount'])}"


def _person(person: Any) -> str:
    if not isinstance(person, Mapping):
        return str(person)
    return f"{person.get('name')} ({person['role']})" if person.get("role") else str(person.get("name"))
