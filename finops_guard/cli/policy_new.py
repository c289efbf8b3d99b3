"""`finops-guard policy new`: asks (on a terminal), writes a rule with its tests, and tries it before it says so."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping

import click

from finops_guard.errors import PolicyError
from finops_guard.policy.load import load_rules
from finops_guard.policy.rule_tests import run_rule_tests
from finops_guard.policy.scaffold import CHECKS, Wanted, rule_text

QUESTIONS: Mapping[str, tuple[str, str | None]] = {  # answer -> (question, default)
    "rule_id": ("Id (such as ACME-CST-001)", None),
    "name": ("Name (small letters and hyphens)", None),
    "description": ("What must hold, in one sentence", None),
    "severity": ("Severity (info, low, medium, high, critical)", "medium"),
    "action": ("Action (warn, require_approval, block)", "warn"),
    "resources": ("Resource types, with * and ?, separated by commas", "aws_*"),
    "environments": ("Environments, separated by commas (empty: all)", ""),
    "check": (f"Kind of check ({', '.join(CHECKS)})", "when"),
}
OF_CHECK: Mapping[str, Mapping[str, tuple[str, str | None]]] = {
    "when": {
        "key": ("Field of the policy input (docs/policies.md lists them)", "monthly_cost"),
        "op": ("Operator", "gt"),
        "value": ("Value", "1000"),
    },
    "tags": {"tags": ("Tags that must be there, separated by commas", "Team")},
    "cost": {"value": ("USD a month that a change may add", "1000")},
}
WITHOUT_VALUE = ("absent", "present")


def write_rule(file: str, answers: Mapping[str, str | None]) -> int:
    """Write the rule file. Raises PolicyError when it exists, or when the answers make no rule."""
    if os.path.lexists(file):
        raise PolicyError(f"{file} exists; a rule is never overwritten", hint="choose another file name")
    if not file.endswith((".yaml", ".yml")):
        raise PolicyError(f"{file}: a rule file ends in .yaml", hint="other files are not read as rules")
    text = rule_text(_wanted(answers))
    failures = _try(text, file)
    os.makedirs(os.path.dirname(os.path.abspath(file)), exist_ok=True)
    with open(file, "x", encoding="utf-8", newline="\n") as target:
        target.write(text)
    click.echo(f"wrote {file}", err=True)
    for failure in failures:
        click.echo(f"its test needs your hand: {failure}", err=True)
    click.echo(f"next: finops-guard policy test {file}", err=True)
    return 0


def _wanted(answers: Mapping[str, str | None]) -> Wanted:
    given = {name: _answer(name, answers, *question) for name, question in QUESTIONS.items()}
    check = given.pop("check")
    if check not in CHECKS:
        raise click.BadParameter(f"{check!r} is none of {', '.join(CHECKS)}")
    for name, question in OF_CHECK[check].items():
        if name == "value" and given.get("op") in WITHOUT_VALUE:
            continue
        given[name] = _answer(name, answers, *question)
    lists = {name: _words(given.pop(name)) for name in ("resources", "environments", "tags") if name in given}
    if not lists["resources"] or lists.get("tags") == []:
        raise click.UsageError("at least one resource type, and for tags one tag, is needed")
    return Wanted(id=given.pop("rule_id"), check=check, **lists, **given)  # type: ignore[arg-type]


def _answer(name: str, answers: Mapping[str, str | None], question: str, default: str | None) -> str:
    """The flag's value, else (on a terminal) the user's answer, else the default."""
    stated = answers.get(name)
    if stated is not None:
        return stated
    if sys.stdin.isatty():
        answer: str = click.prompt(question, default=default, err=True)
        return answer
    if default is None:
        flag = "--id" if name == "rule_id" else f"--{name}"
        raise click.UsageError(f"{flag} is needed; on a terminal it would be asked for")
    return default


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _try(text: str, file: str) -> list[str]:
    """What the loader and the tests say of a rule before it is written; a rule that cannot be loaded is not written."""
    with tempfile.TemporaryDirectory() as folder:
        place = os.path.join(folder, os.path.basename(file))
        with open(place, "w", encoding="utf-8") as target:
            target.write(text)
        try:
            rules = load_rules([place])
        except PolicyError as wrong:
            raise PolicyError(f"these answers make no rule: {wrong.message}", hint=wrong.hint) from None
        return [f"{one.name}: {one.failure}" for one in run_rule_tests(rules) if one.failure]
