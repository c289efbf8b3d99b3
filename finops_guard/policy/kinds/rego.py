"""`rego`: what the rules of a Rego file find. Files of their own in a rules directory are judged by the same check."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from finops_guard.model import PolicyAction
from finops_guard.policy.document import ResourceDocument, RunDocument
from finops_guard.policy.kinds.interface import Hit, NotEvaluated, Outcome, Source
from finops_guard.policy.rego.inputs import doubts, doubts_of_run
from finops_guard.policy.rule import JUDGED_CHANGES, Match, Rule, Scope
from finops_guard.policy.selection import pattern_test
from finops_guard.values import Unknown

if TYPE_CHECKING:
    from finops_guard.policy.rego.program import Judged, Program, Said

EVERYTHING = Match(is_type=pattern_test(("*",)), resources=("*",))
LONGEST_MESSAGE = 1000
MOST_REASONS = 3
DIGITS = re.compile(r"\d+([.,]\d+)*")


@dataclass(frozen=True, slots=True)
class RegoCheck:
    """Rules of a program. `own_actions`: a result may say what happens; not in a YAML rule, nor under an override."""

    program: Program
    judged: Sequence[Judged]
    selects: bool  # a YAML rule: `match` says what input.resources holds
    own_actions: bool
    scope: Scope
    placeholders: Sequence[str] = ("msg",)
    actions: Sequence[PolicyAction] = ()

    @property
    def scopes(self) -> Sequence[Scope]:
        return (self.scope,)

    @property
    def tested(self) -> bool:
        """True when a test_ rule of the package uses each of the rules."""
        return all(one.tested for one in self.judged)

    def judge(self, rule: Rule, run: RunDocument) -> Iterator[Outcome]:
        """What the rules find, and what they cannot know."""
        pairs = list(run.select(rule.match, JUDGED_CHANGES))
        meant = {id(document): unsure for document, unsure in pairs}
        chosen = EVERYTHING if not self.selects else rule.match
        documents = [document for document, _ in run.select(chosen, JUDGED_CHANGES)]
        for one in self.judged:
            yield from self._judge(one, run, documents, meant, chosen)

    def _judge(
        self,
        one: Judged,
        run: RunDocument,
        documents: Sequence[ResourceDocument],
        meant: Mapping[int, Unknown | None],
        chosen: Match,
    ) -> Iterator[Outcome]:
        without: set[int] = set()
        if one.reads.needs_base:
            without = {id(document) for document in documents if not document.has_base}
            for name in dict.fromkeys(document.get("project") for document in documents if id(document) in without):
                yield NotEvaluated("no base", name)
            if without and not one.reads.each:
                return
        found: set[int] = set()
        for said in self.program.judge(one, run, documents, chosen):
            document = said.document
            if document is not None and (id(document) not in meant or id(document) in without):
                continue
            if document is not None:
                found.add(id(document))
            reasons = [] if said.certain else self._reasons(one, document, documents, run)
            unsure = meant[id(document)] if document is not None else next(filter(_is_unsure, meant.values()), None)
            yield self._hit(said, one, [*([str(unsure)] if unsure is not None else []), *reasons])
        left = [document for document in documents if id(document) in meant and id(document) not in found | without]
        yield from self._unknown(one, run, left)

    def _reasons(
        self, one: Judged, document: ResourceDocument | None, documents: Sequence[ResourceDocument], run: RunDocument
    ) -> list[str]:
        if document is not None:
            return doubts(document, one.reads) or ["it rests on something unknown elsewhere in this change"]
        return [reason for each in documents for reason in doubts(each, one.reads)][:MOST_REASONS]

    def _unknown(self, one: Judged, run: RunDocument, left: Sequence[ResourceDocument]) -> Iterator[Hit]:
        """What the rule found nothing wrong with, though it reads there what is not known."""
        reasons = doubts_of_run(run, one.reads)
        doubtful = {document.resource.address: doubts(document, one.reads) for document in left}
        if one.reads.each:
            for document in left:
                why = doubtful[document.resource.address]
                if why:
                    yield Hit(document, unknown="; ".join(why[:MOST_REASONS]), problem=f"{one.name} cannot be judged")
        else:
            reasons += [f"{address}: {why[0]}" for address, why in doubtful.items() if why]
        if reasons:
            more = f"; and {len(reasons) - MOST_REASONS} more" if len(reasons) > MOST_REASONS else ""
            yield Hit(unknown="; ".join(reasons[:MOST_REASONS]) + more, problem=f"{one.name} cannot be judged")

    def _hit(self, said: Said, one: Judged, reasons: Sequence[str]) -> Hit:
        document, result = said.document, said.result
        cost = document.get("monthly_cost") if document else None
        text = _clean(result.message)
        unknown = "; ".join(dict.fromkeys(reasons)) if reasons else None
        return Hit(
            document,
            action=None if unknown is not None or not self.own_actions else result.action,
            unknown=unknown,
            problem=DIGITS.sub("#", text),
            money=None if cost is None or isinstance(cost, Unknown) else cost,
            message=None if self.selects or unknown is not None else text,
            values={"msg": text},
            id=None if self.selects else result.id,
            severity=None if self.selects else result.severity,
            span=result.span,
            remediation=result.remediation,
            exempt=f"an exception in {one.span.file}" if said.exempt else None,
        )


def _is_unsure(unsure: Unknown | None) -> bool:
    return unsure is not None


def _clean(text: str) -> str:
    """A message on one line, without control characters."""
    plain = "".join(character if character.isprintable() else " " for character in text)
    return plain if len(plain) <= LONGEST_MESSAGE else f"{plain[:LONGEST_MESSAGE]}…"


def compile_check(definition: Any, source: Source) -> RegoCheck:
    """The rules of the file that a YAML rule names. Raises PolicyError for a file that is missing or judges nothing."""
    from finops_guard.policy.rego.files import program_of

    path = os.path.join(os.path.dirname(source.document.name), definition)
    if not os.path.isfile(path):
        source.fail(f"{path}: no such file")
    program = program_of(path)
    if not program.rules:
        source.fail(f"{path} has no deny, violation, warn or require_approval")
    each = {one.reads.each for one in program.rules}
    return RegoCheck(program, program.rules, True, False, "resource" if each == {True} else "run")
