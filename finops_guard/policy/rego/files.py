"""Rego files of the rules directories, read and made into rules."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

from finops_guard.errors import PolicyError
from finops_guard.files.text import MAX_YAML_BYTES, decode, read_bytes
from finops_guard.model import PolicyAction
from finops_guard.policy.kinds.rego import EVERYTHING, RegoCheck
from finops_guard.policy.message import Template
from finops_guard.policy.overrides import Made
from finops_guard.policy.places import rego_files
from finops_guard.policy.rego.engine import engine
from finops_guard.policy.rego.program import ACTIONS, SEVERITY, Judged, Program, judges, program
from finops_guard.policy.rego.text import Module, module
from finops_guard.policy.rule import OnUnknown, Rule

APPROVAL = {"chain": "budget_authority"}


def read_module(path: str) -> Module:
    """One file, taken apart. Raises PolicyError with file and line."""
    return module(decode(read_bytes(path, PolicyError, MAX_YAML_BYTES), path, PolicyError), path)


def program_of(path: str) -> Program:
    """The rules of one file; the other files in its folder are there to be used.

    One of the same package that judges, too, is left out: its findings would count as this one's.
    """
    engine(path)
    own = read_module(path)
    rest = [read_module(other) for other in rego_files(os.path.dirname(path) or ".") if not _same(other, path)]
    return program([own, *(one for one in rest if one.package != own.package or not judges(one))], [own])


def rego_rules(paths: Sequence[str], named: Sequence[str]) -> list[Made]:
    """The rules of some files. `named`: files that YAML rules judge by, which here only help the others.

    Raises PolicyError with file and line, also when there is no engine to judge by: rules are never skipped in silence.
    """
    paths = list(dict.fromkeys(paths))
    own = [path for path in paths if not any(_same(path, other) for other in named)]
    if not own:
        return []
    engine(own[0])
    modules = [read_module(path) for path in paths]
    found = program(modules, [one for one in modules if one.path in own])
    return [_made(one, found) for one in found.rules]


def _same(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _made(one: Judged, found: Program) -> Made:
    definition = _definition(one)
    rule = _rule(definition, one, found)
    return Made(rule, definition, partial(_remade, rule=rule))


def _definition(one: Judged) -> dict[str, Any]:
    """The rule as a YAML file would state it."""
    note = one.annotation
    custom = {**(one.package_annotation.custom if one.package_annotation else {}), **(note.custom if note else {})}
    if note is None or "id" not in note.custom:
        custom.pop("id", None)  # the id of a package would be that of all its rules
    action = custom.get("action", ACTIONS[one.family])
    title = note.title if note else None
    return {
        "id": custom.get("id", one.path),
        "name": custom.get("name") or title or one.path,
        "description": (note.description if note else None) or title or f"The rule {one.path} of {one.span.file}.",
        "severity": custom.get("severity", SEVERITY[action]),
        "action": action,
        "match": {"resources": ["*"]},
        "message": "{msg}",
        "rego": one.span.file,
        "on_unknown": custom.get("on_unknown", "warn"),
        "suppressible": custom.get("suppressible", True),
        "remediation": custom.get("remediation"),
        "references": list(note.references if note else ()),
    }


def _rule(definition: Mapping[str, Any], one: Judged, found: Program) -> Rule:
    each = one.reads.each
    return Rule(
        id=definition["id"],
        name=definition["name"],
        description=definition["description"],
        severity=definition["severity"],
        action=cast(PolicyAction, definition["action"]),
        kind="rego",
        scope="resource" if each else "run",
        match=EVERYTHING,
        check=RegoCheck(found, (one,), False, True, "resource" if each else "run"),
        message=Template(()),
        span=one.span,
        on_unknown=cast(OnUnknown, definition["on_unknown"]),
        remediation=definition["remediation"],
        references=tuple(definition["references"]),
        approval=APPROVAL,
        definition=definition,
        suppressible=definition["suppressible"],
    )


def _remade(definition: Mapping[str, Any], rule: Rule) -> Rule:
    """The rule under an override, whose action also stands over that of a single result."""
    assert isinstance(rule.check, RegoCheck)
    return replace(
        rule,
        severity=definition["severity"],
        action=definition["action"],
        on_unknown=definition["on_unknown"],
        definition=definition,
        check=replace(rule.check, own_actions=definition["action"] == rule.definition["action"]),
    )
