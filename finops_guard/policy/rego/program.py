"""Rego files as rules: which rules they hold, and what those say about a run. One call of the engine answers for all.

A rule that names input.resource is judged for each resource by itself, any other once, over input.resources.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakKeyDictionary

from finops_guard.errors import PolicyError
from finops_guard.model import Span
from finops_guard.policy.document import ResourceDocument, RunDocument
from finops_guard.policy.rego.engine import Answers, Job, answer
from finops_guard.policy.rego.inputs import cost_centers, doubts, fields_of, resource, shared
from finops_guard.policy.rego.metadata import Annotation, notes_of
from finops_guard.policy.rego.reads import Reads, reads
from finops_guard.policy.rego.results import Result, exempted, results
from finops_guard.policy.rego.text import Module

JUDGING = re.compile(r"(deny|violation|warn|require_approval)(_[a-zA-Z0-9]+)*")
ACTIONS = {"deny": "block", "violation": "block", "warn": "warn", "require_approval": "require_approval"}
SEVERITY = {"block": "high", "require_approval": "medium", "warn": "low"}
EXCEPTION = "exception"
TEST = "test_"
PUNCTUATION = ".,;:!?'\"`()<>"
FAMILIAR = (*ACTIONS, EXCEPTION)
NEAR = 0.7  # how alike a name must be to be taken for a slip


@dataclass(frozen=True, slots=True)
class Judged:
    """One rule that judges: all its bodies in a package."""

    package: str
    name: str
    family: str  # deny, violation, warn, require_approval
    span: Span
    reads: Reads
    annotation: Annotation | None
    package_annotation: Annotation | None
    has_exceptions: bool
    tested: bool

    @property
    def path(self) -> str:
        return f"{self.package}.{self.name}"


@dataclass(frozen=True, slots=True)
class Said:
    """What a rule says about one resource (`document`), or about the run. `certain`: it does not rest on an Unknown."""

    result: Result
    document: ResourceDocument | None = None
    certain: bool = True
    exempt: bool = False


@dataclass(eq=False)
class Program:
    """Some modules, of which the rules in `own` judge."""

    modules: Sequence[Module]
    own: Sequence[Module]
    rules: Sequence[Judged] = ()
    _answers: WeakKeyDictionary[RunDocument, dict[Any, Answers]] = field(default_factory=WeakKeyDictionary)

    def judge(
        self, rule: Judged, run: RunDocument, documents: Sequence[ResourceDocument], key: Any = None
    ) -> list[Said]:
        """What a rule says. Rules that judge the same `documents` of a run (with the same `key`) share an answer."""
        kept = self._answers.setdefault(run, {})
        if key not in kept:
            kept[key] = self._ask(run, documents, null=False)
        said = self._said(rule, kept[key], documents)
        doubtful = any(doubts(one, rule.reads) for one in self._concerned(rule, said, documents)) if said else False
        if not doubtful:
            return said
        if ("null", key) not in kept:
            kept["null", key] = self._ask(run, documents, null=True)
        return _weighed(said, self._said(rule, kept["null", key], documents))

    @staticmethod
    def _concerned(
        rule: Judged, said: Sequence[Said], documents: Sequence[ResourceDocument]
    ) -> Sequence[ResourceDocument]:
        """The resources on which what was said may rest: those named, or all when one result names none."""
        named = [one.document for one in said if one.document is not None]
        return named if rule.reads.each and len(named) == len(said) else documents

    def _ask(self, run: RunDocument, documents: Sequence[ResourceDocument], null: bool) -> Answers:
        everything = [rule.reads for rule in self.rules]
        each = [rule for rule in self.rules if rule.reads.each]
        rest = [rule for rule in self.rules if not rule.reads.each]
        wide = {name for rule in rest for name in rule.reads.top}
        narrow = {name for rule in each for name in rule.reads.top} - {"resource"}
        fields = fields_of(everything)
        plain = [resource(one, fields, null) for one in documents]
        return answer(
            Job(
                self.modules,
                {"cost_centers": cost_centers(run.cost_centers)},
                [*map(_data, rest), *(_exceptions(rule) for rule in rest if rule.has_exceptions)],
                _with_resources(shared(run, wide, fields), plain, wide) if rest else {},
                [*map(_data, each), *(_exceptions(rule) for rule in each if rule.has_exceptions)],
                _with_resources(shared(run, narrow, fields), plain, narrow) if each else {},
                plain if each else [],
            )
        )

    def _said(self, rule: Judged, answers: Answers, documents: Sequence[ResourceDocument]) -> list[Said]:
        same = [one for one in self.rules if one.reads.each == rule.reads.each]
        index = same.index(rule)
        guarded = [one for one in same if one.has_exceptions]
        exception = len(same) + guarded.index(rule) if rule.has_exceptions else None
        title = _title(rule)
        if not rule.reads.each:
            by_address = {one.resource.address: one for one in documents}
            return [
                Said(found, _document(found, by_address), exempt=_is_exempt(answers.run, exception, rule))
                for value in answers.run[index]
                for found in results(value, rule.span, title)
            ]
        return [
            Said(found, document, exempt=_is_exempt(row, exception, rule))
            for document, row in zip(documents, answers.each, strict=True)
            for value in row[index]
            for found in results(value, rule.span, title)
        ]


def _document(found: Result, by_address: Mapping[str, ResourceDocument]) -> ResourceDocument | None:
    """The resource that a result is about: the one that it names, also when only its message names one."""
    if found.address is not None:
        return by_address.get(found.address)
    words = {word.strip(PUNCTUATION) for word in found.message.split()}
    named = [by_address[word] for word in words if word in by_address]
    return named[0] if len(named) == 1 else None


def _with_resources(document: dict[str, Any], resources: list[dict[str, Any]], wanted: set[str]) -> dict[str, Any]:
    return {**document, "resources": resources} if "resources" in wanted else document


def _title(rule: Judged) -> str:
    note = rule.annotation
    return (note.title or note.description if note else None) or f"{rule.path} is true"


def _data(rule: Judged) -> str:
    return f"data.{rule.path}"


def _exceptions(rule: Judged) -> str:
    return f"data.{rule.package}.{EXCEPTION}"


def _is_exempt(row: Sequence[Sequence[Any]], index: int | None, rule: Judged) -> bool:
    return index is not None and any(exempted(value, rule.name) for value in row[index])


def _weighed(said: Sequence[Said], with_null: Sequence[Said]) -> list[Said]:
    """What is still said when all that is unknown is null is certain; the rest rests on something unknown.

    Of a resource of which as much is said either way, all is certain: only the wording may differ.
    """
    counts: dict[str | None, int] = {}
    for one in with_null:
        counts[_of(one)] = counts.get(_of(one), 0) + 1
    same = {(_of(one), one.result.message) for one in with_null}
    total: dict[str | None, int] = {}
    for one in said:
        total[_of(one)] = total.get(_of(one), 0) + 1
    return [
        Said(
            one.result,
            one.document,
            counts.get(_of(one), 0) >= total[_of(one)] or (_of(one), one.result.message) in same,
            one.exempt,
        )
        for one in said
    ]


def _of(said: Said) -> str | None:
    return said.document.resource.address if said.document else None


def program(modules: Sequence[Module], own: Sequence[Module]) -> Program:
    """The rules of `own`, with the other modules to hand. Raises PolicyError for a file that judges nothing."""
    tests = [module for module in own if _is_test(module)]
    judging = [module for module in own if module not in tests]
    found = reads([module for module in modules if not _is_test(module)])
    rules = tuple(_judged(judging, tests, found))
    for module in judging:
        _refuse_idle(module, modules)
    return Program([module for module in modules if not _is_test(module)], judging, rules)


def judges(module: Module) -> bool:
    """True for a file with a rule that judges."""
    return any(JUDGING.fullmatch(clause.name) and not clause.is_function for clause in module.rules)


def _is_test(module: Module) -> bool:
    return module.path.endswith("_test.rego")


def _judged(modules: Sequence[Module], tests: Sequence[Module], found: dict[tuple[str, str], Reads]) -> list[Judged]:
    rules: dict[tuple[str, str], Judged] = {}
    guarded = {module.package for module in modules for clause in module.rules if clause.name == EXCEPTION}
    tested = {
        (module.package.removesuffix("_test"), token.text)
        for module in (*modules, *tests)
        for clause in module.rules
        if clause.name.startswith(TEST)
        for token in clause.tokens
        if token.kind == "name"
    }
    for module in modules:
        notes = notes_of(module)
        for clause in module.rules:
            match = JUDGING.fullmatch(clause.name)
            if match is None or clause.is_function:
                continue
            key = (module.package, clause.name)
            first, note = rules.get(key), notes.rules.get(clause.name)
            if first is None:
                rules[key] = Judged(
                    *key, match[1], module.span(clause.line), found[key], note, notes.package, module.package in guarded,
                    key in tested,
                )  # fmt: skip
            elif first.annotation is None or note is None:
                rules[key] = replace(first, annotation=first.annotation or note)
            elif first.span.file != module.path:
                _refuse_other(first, note)
    return list(rules.values())


def _refuse_other(first: Judged, second: Annotation) -> None:
    """Bodies of one rule in two files: they cannot have two ids."""
    mine = first.annotation.custom if first.annotation else {}
    for key, given in second.custom.items():
        if mine.get(key, given) != given:
            raise PolicyError(f"{first.path} has another {key} in {first.span}", second.spans[key])


def _refuse_idle(module: Module, modules: Sequence[Module]) -> None:
    """A file that neither judges nor helps another says nothing, which must not look like finding nothing."""
    names = {clause.name for clause in module.rules}
    used = {
        token.text for other in modules for clause in other.rules for token in clause.tokens[1:] if token.kind == "name"
    }
    for clause in module.rules:
        near = None if clause.name in used or clause.is_function else _slip(clause.name)
        if near is not None:
            place = module.span(clause.line)
            raise PolicyError(
                f"the rule {clause.name!r} judges nothing, and nothing uses it", place, f"did you mean {near!r}?"
            )
    if judges(module) or all(name.startswith(TEST) for name in names):
        return
    package = module.package
    imported = any(
        path == f"data.{package}" or path.startswith(f"data.{package}.")
        for other in modules
        for path in other.imports.values()
    )
    if not imported and not any(f"data.{package}" in other.text for other in modules if other is not module):
        siblings = [
            other for other in modules if other.package == package and other is not module and not _is_test(other)
        ]
        if not siblings:
            raise PolicyError(
                "no rule here judges anything, and no other file uses this one",
                module.span(module.package_line),
                "rules that judge are called deny, violation, warn or require_approval",
            )


def _slip(name: str) -> str | None:
    """The rule that an unused name probably should be: warning, violatoin, denyAll."""
    if JUDGING.fullmatch(name) or name == EXCEPTION or name.startswith(TEST):
        return None
    close = difflib.get_close_matches(name, FAMILIAR, n=1, cutoff=NEAR)
    return close[0] if close else next((one for one in FAMILIAR if name.startswith(one)), None)
