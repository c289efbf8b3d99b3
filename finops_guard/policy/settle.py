"""Findings that do not count: waived, suppressed in code, or there when the rules were adopted. Pure; the day comes in.

A rule's own exceptions are seen before this. What is not honoured, and what lets nothing off any more, is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from finops_guard.model import Diagnostic, Finding, Resource, Span
from finops_guard.policy.baseline import Baseline, Key, key_of
from finops_guard.policy.document import RunDocument
from finops_guard.policy.keys import AtLeast
from finops_guard.policy.message import money
from finops_guard.policy.rule import JUDGED_CHANGES, Rule
from finops_guard.policy.shape import nearest
from finops_guard.policy.suppressions import Skips, Suppression

EXPIRES_SOON_DAYS = 14
MOST_NAMED = 3
Inline = Literal["all", "non-block", "none"]


@dataclass(frozen=True, slots=True)
class Waiver:
    """A reviewed exception from one rule; it holds up to and including the day `expires`.

    `is_address` None: it is for findings about a project or the run, else for those about matching resources.
    `max_amount`: USD/month at stake up to which it holds.
    """

    rule: str
    reason: str
    owner: str
    expires: date
    resource: str | None = None  # the pattern that `is_address` was made from
    is_address: Callable[[str], bool] | None = None
    project: str | None = None
    is_project: Callable[[str], bool] | None = None
    max_amount: Decimal | None = None
    ticket: str | None = None
    span: Span | None = None

    def concerns(self, found: Finding) -> bool:
        """True for a finding that it is meant for, whether or not it still holds."""
        if self.rule != found.rule or (self.is_address is None) is not (found.address is None):
            return False
        if self.is_project is not None and not (found.project is not None and self.is_project(found.project)):
            return False
        return self.is_address is None or found.address is None or self.is_address(found.address)

    def objection(self, amount: Decimal | None, today: date) -> str | None:
        """Why it does not hold today for an amount at stake; None when it does."""
        if today > self.expires:
            return f"expired on {self.expires}"
        if self.max_amount is None:
            return None
        if amount is not None and amount > self.max_amount:
            return f"covers no more than {money(self.max_amount)}/month"
        if amount is None or isinstance(amount, AtLeast):
            return f"covers no more than {money(self.max_amount)}/month, and the amount is not known"
        return None

    def shown(self) -> dict[str, Any]:
        """As the report shows it."""
        entry: dict[str, Any] = {"reason": self.reason, "owner": self.owner, "expires": self.expires}
        entry |= {"max_amount": self.max_amount} if self.max_amount is not None else {}
        entry |= {"ticket": self.ticket} if self.ticket else {}
        return entry | ({"source": str(self.span)} if self.span else {})

    def __str__(self) -> str:
        where = f" on {self.resource}" if self.resource else ""
        return f"the waiver of {self.owner} for {self.rule}{where}"


@dataclass(frozen=True, slots=True)
class Reliefs:
    """All that may let findings off. `inline`: which suppressions in code are honoured."""

    waivers: Sequence[Waiver] = ()
    baseline: Baseline = field(default_factory=Baseline)
    skips: Skips = field(default_factory=Skips)
    inline: Inline = "all"


class Settlement:
    """Settles the findings of one run, and remembers what was used."""

    def __init__(self, reliefs: Reliefs, today: date) -> None:
        self.reliefs = reliefs
        self.today = today
        self.waivers: dict[str, list[int]] = {}
        for index, waiver in enumerate(reliefs.waivers):
            self.waivers.setdefault(waiver.rule, []).append(index)
        self.covered: dict[int, list[Finding]] = {}  # by waiver
        self.objected: set[int] = set()
        self.left = dict(reliefs.baseline.counts)

    def settle(self, found: Finding, rule: Rule, resource: Resource | None) -> Finding:
        """The finding, with another state when it does not count, or with a note on what is not honoured."""
        waived, notes = self._waive(found)
        if waived is not None:
            return waived
        skip = self.reliefs.skips.of(resource, found.rule) if resource is not None else None
        if skip is not None:
            refusal = self._refusal(found, rule)
            if refusal is None:
                return replace(found, state="suppressed", waiver=_shown(skip))
            notes.append(f"the suppression in {skip.span} is not honoured: {refusal}")
        if self._is_in_baseline(found):
            source = self.reliefs.baseline.source
            shown = {"reason": "there when the baseline was written", "owner": None, "expires": None, "source": source}
            return replace(found, state="baseline", waiver=shown)
        return replace(found, message=f"{found.message} ({'; '.join(notes)})") if notes else found

    def _waive(self, found: Finding) -> tuple[Finding | None, list[str]]:
        """The waived finding; or why the waivers for it do not hold."""
        notes = []
        for index in self.waivers.get(found.rule, ()):
            waiver = self.reliefs.waivers[index]
            if not waiver.concerns(found):
                continue
            objection = waiver.objection(found.money, self.today)
            if objection is None:
                self.covered.setdefault(index, []).append(found)
                return replace(found, state="waived", waiver=waiver.shown()), []
            self.objected.add(index)
            notes.append(f"the waiver of {waiver.owner} {objection}")
        return None, notes

    def _refusal(self, found: Finding, rule: Rule) -> str | None:
        if not rule.suppressible:
            return "this rule cannot be suppressed in code"
        if self.reliefs.inline == "none":
            return "suppressions in code are switched off"
        if self.reliefs.inline == "non-block" and found.action == "block":
            return "rules that block cannot be suppressed in code here"
        return None

    def _is_in_baseline(self, found: Finding) -> bool:
        """True once for each time that the finding was there. What was certain covers what is now unknown too."""
        key = key_of(found) if self.left else None
        if key is None:
            return False
        for one in (key, replace(key, unknown=False)) if key.unknown else (key,):
            if self.left.get(one, 0) > 0:
                self.left[one] -= 1
                return True
        return False

    def warnings(self, rules: Sequence[Rule], run: RunDocument, not_evaluated: Iterable[str]) -> Iterator[Finding]:
        """Waivers that end soon, and those that let nothing off."""
        by_id = {rule.id: rule for rule in rules}
        unsaid = set(not_evaluated)
        for index, waiver in enumerate(self.reliefs.waivers):
            rule = by_id.get(waiver.rule)
            days = (waiver.expires - self.today).days
            if index in self.covered:
                if days <= EXPIRES_SOON_DAYS:
                    count = len(self.covered[index])
                    many = f"{count} finding{'s count' if count > 1 else ' counts'} again then"
                    text = f"{waiver} ends on {waiver.expires} (in {days} days); {many}"
                    yield _warning(waiver, rule, text, "waiver ends soon", self.covered[index])
            elif index not in self.objected and waiver.rule not in unsaid:
                useless = self._useless(waiver, rule, by_id, run)
                if useless is not None:
                    yield _warning(waiver, rule, useless, "waiver lets nothing off")

    def _useless(
        self, waiver: Waiver, rule: Rule | None, by_id: Mapping[str, Rule], run: RunDocument
    ) -> str | None:  # fmt: skip
        """Why a waiver lets nothing off; None when this run cannot tell."""
        if rule is None:
            near = nearest(waiver.rule, by_id)
            return f"{waiver} names a rule that is not loaded" + (f"; did you mean {near}?" if near else "")
        names = [project.project.name for project in run.estimate.projects]
        if waiver.is_project is not None and not any(map(waiver.is_project, names)):
            return None
        if self.today > waiver.expires:
            return f"{waiver} expired on {waiver.expires}, and nothing needs it; remove it"
        if waiver.is_address is None:
            return None  # the next change may need it
        if not all(_was_judged(action, rule) for action in _actions(waiver.is_address, run)):
            return None  # it may let off a resource that this run does not judge
        return f"{waiver} lets nothing off; remove it, or mend its pattern"

    def stale(self, rules: Sequence[Rule], run: RunDocument, not_evaluated: Iterable[str]) -> dict[Key, int]:
        """Entries of the baseline that this run shows to be gone. A resource that was not judged says nothing."""
        left = {key: count for key, count in self.left.items() if count > 0}
        if not left:
            return {}
        by_id = {rule.id: rule for rule in rules}
        unsaid = set(not_evaluated)
        actions: dict[str, list[str]] = {}
        for group in run.by_type.values():
            for document in group:
                actions.setdefault(document.resource.address, []).append(document.change)
        return {
            key: count
            for key, count in left.items()
            if key.rule not in unsaid
            and all(_was_judged(action, by_id.get(key.rule)) for action in actions.get(key.address, ()))
        }

    def diagnostics(self, rules: Sequence[Rule], stale: Mapping[Key, int]) -> Iterator[Diagnostic]:
        """Suppressions of rules that are not loaded, and entries of the baseline that can go."""
        known = {rule.id for rule in rules}
        for skip in self.reliefs.skips:
            if skip.rule not in known:
                near = nearest(skip.rule, known)
                text = f"{skip.rule}, which is suppressed here, is no rule that is loaded"
                yield Diagnostic(text + (f"; did you mean {near}?" if near else ""), None, skip.span)
        if stale:
            names = [f"{key.rule} {key.address}" for key in sorted(stale)]
            named = ", ".join(names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")
            count = "1 entry of the baseline is" if len(stale) == 1 else f"{len(stale)} entries of the baseline are"
            text = f"{count} found no more ({named}); `finops-guard baseline --prune` removes what is gone"
            yield Diagnostic(text, None, Span(self.reliefs.baseline.source), "note")


def _shown(skip: Suppression) -> dict[str, Any]:
    return {"reason": skip.reason, "owner": None, "expires": None, "source": str(skip.span)}


def _actions(is_address: Callable[[str], bool], run: RunDocument) -> Iterator[str]:
    """What happens to the resources whose address is meant."""
    for group in run.by_type.values():
        for document in group:
            if is_address(document.resource.address):
                yield document.change


def _was_judged(action: str, rule: Rule | None) -> bool:
    return rule is None or action in (rule.match.changes or JUDGED_CHANGES) or action == "delete"


def _warning(
    waiver: Waiver, rule: Rule | None, text: str, problem: str, covered: Sequence[Finding] = ()
) -> Finding:  # fmt: skip
    """A finding about a waiver. It stands where the waiver does."""
    projects = {found.project for found in covered}
    return Finding(
        rule=waiver.rule,
        name=rule.name if rule else "waiver",
        severity="low",
        action="warn",
        scope="run",
        message=text,
        project=projects.pop() if len(projects) == 1 else None,
        span=waiver.span,
        remediation="Renew the waiver with a reason, mend what it covers, or remove it.",
        problem=problem,
        waiver=waiver.shown(),
    )
