"""Run and lint the Rego files of a directory by themselves: `finops-guard policy test` and `policy lint`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from finops_guard.errors import PolicyError
from finops_guard.model import Span
from finops_guard.policy.lint import Problem
from finops_guard.policy.places import rego_files
from finops_guard.policy.rego.engine import EMBEDDED, Job, answer, engine
from finops_guard.policy.rego.files import read_module
from finops_guard.policy.rego.guard import refuse_silent
from finops_guard.policy.rego.program import TEST, program
from finops_guard.policy.rego.text import Module
from finops_guard.policy.rule_tests import TestResult

NO_DATA: Mapping[str, Any] = {"cost_centers": {}}


def run_tests(directories: str | Sequence[str]) -> list[TestResult]:
    """Run every test_ rule of the Rego files below the directories: it passes when it is true, as with `opa test`.

    A rule with cases (`test_x[case]`) is a test for each case. Raises PolicyError for files that no engine takes.
    """
    modules = _modules(directories)
    tests = [
        (module.package, name, module.span(line)) for module in modules for name, line in sorted(_tests(module).items())
    ]
    if not tests:
        return []
    answers = answer(Job(modules, NO_DATA, run=[f"data.{package}.{name}" for package, name, _ in tests]))
    return [
        result
        for (package, name, span), values in zip(tests, answers.run, strict=True)
        for result in _results(package, name, span, values)
    ]


def _modules(directories: str | Sequence[str]) -> list[Module]:
    places = [directories] if isinstance(directories, str) else directories
    return [read_module(path) for path in dict.fromkeys(path for place in places for path in rego_files(place))]


def _tests(module: Module) -> dict[str, int]:
    """The tests of a module, with their lines."""
    found: dict[str, int] = {}
    for clause in module.rules:
        if clause.name.startswith(TEST) and not clause.is_function:
            found.setdefault(clause.name, clause.line)
    return found


def _results(package: str, name: str, span: Span, values: Sequence[Any]) -> Iterator[TestResult]:
    value = values[0] if values else None
    if isinstance(value, Mapping) and value:
        for case, outcome in value.items():
            yield _result(package, f"{name}[{case}]", span, outcome)
    else:
        yield _result(package, name, span, value)


def _result(package: str, name: str, span: Span, value: Any) -> TestResult:
    failure = None if value is True else f"expected true, got {'undefined' if value is None else str(value).lower()}"
    return TestResult(
        package,
        name,
        failure,
        span,
        {"result": "true"},
        {"result": "undefined" if value is None else str(value).lower()},
    )


def lint(directories: str | Sequence[str]) -> list[Problem]:
    """What is wrong with the Rego files below the directories, the first thing of each; and what nobody has tried."""
    places = [directories] if isinstance(directories, str) else directories
    modules: list[Module] = []
    problems: list[Problem] = []
    for path in dict.fromkeys(path for place in places for path in rego_files(place)):
        try:
            modules.append(read_module(path))
        except PolicyError as wrong:
            problems.append(_problem(wrong))
    return problems or list(_lint(modules))


def _lint(modules: Sequence[Module]) -> Iterator[Problem]:
    try:
        found = program(modules, modules)
        answer(Job(modules, NO_DATA, run=["data.cost_centers"]))
    except PolicyError as wrong:
        yield _problem(wrong)
        return
    if modules and engine(modules[0].path) != EMBEDDED:
        yield from _for_embedded(modules)
    for rule in found.rules:
        if not rule.tested:
            message = "the rule has no tests"
            yield Problem("warning", message, rule.span, rule.path, "a test_ rule of its package that uses it")


def _for_embedded(modules: Sequence[Module]) -> Iterator[Problem]:
    """What opa takes, but the embedded engine would be refused: colleagues without opa would be stopped."""
    for module in modules:
        try:
            refuse_silent([module, *(other for other in modules if other.package == module.package)])
        except PolicyError as wrong:
            if wrong.span is not None and wrong.span.file == module.path:
                yield Problem("warning", wrong.message, wrong.span, None, wrong.hint)


def _problem(wrong: PolicyError) -> Problem:
    return Problem("error", wrong.message, wrong.span, None, wrong.hint)
