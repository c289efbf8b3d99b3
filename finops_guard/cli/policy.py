"""`finops-guard policy`: the rules themselves. They are tried, read and written here; `check` judges by them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from finops_guard.cli.output import columns

if TYPE_CHECKING:
    from finops_guard.policy.rule import Rule, RuleSet
    from finops_guard.policy.rule_tests import TestResult

TEST_FAILED = 1
LINT_FAILED = 2
DIRECTORIES = click.argument("directories", nargs=-1, metavar="[DIR|pack:NAME]...")


@click.group("policy")
def policy_group() -> None:
    """Rules: test, lint, list, explain, new.

    Without a DIR the rules that `check` would judge by are taken: those of the configuration, of a usual place, or of the
    starter pack. `pack:NAME` is a pack that we ship.
    """


def places(directories: Sequence[str]) -> list[str]:
    """The directories of rules that are meant."""
    if directories:
        return list(directories)
    from finops_guard.config import load_config
    from finops_guard.policy.load import has_rules

    config = load_config()
    found = list(config.policies or ()) or [place for place in config.rule_places if has_rules(place)][:1]
    return found or ["pack:starter"]


@policy_group.command("test")
@DIRECTORIES
@click.option("--rule", "only", multiple=True, metavar="ID", help="Only this rule; may be given several times.")
@click.option("--verbose", "-v", is_flag=True, help="Name the tests that passed, too.")
def test_command(directories: tuple[str, ...], only: tuple[str, ...], verbose: bool) -> int:
    """Run the tests beside the rules, and the test_ rules of Rego files.

    Exit code: 0 all passed, 1 a test failed, 2 a rule cannot be read.
    """
    from finops_guard.cli.policy_rego import rego_tests
    from finops_guard.policy.rule_tests import run_rule_tests

    where = places(directories)
    rego = rego_tests(where)
    rules = _chosen(_rules(where, rego is not None), only)
    results = run_rule_tests(rules)
    for result in results:
        if result.failure is not None:
            click.echo(_difference(result))
        elif verbose:
            click.echo(f"ok   {result.rule} {result.name}")
    for line in rego.lines(verbose) if rego else ():
        click.echo(line)
    untested = [rule for rule in rules.rules if not rule.tests]
    if untested:
        click.echo("Rules without tests:")
        click.echo(columns(("ID", "NAME", "FILE"), [(rule.id, rule.name, rule.span or "") for rule in untested]))
    failed = sum(result.failure is not None for result in results) + (rego.failed if rego else 0)
    count = len(results) + (rego.count if rego else 0)
    tested = len(rules.rules) - len(untested)
    click.echo(f"{count} tests, {failed} failed; {tested} of {len(rules.rules)} rules have tests")
    return TEST_FAILED if failed else 0


def _rules(where: Sequence[str], rego_is_enough: bool = False) -> RuleSet:
    from finops_guard.policy.load import has_rules, load_rules
    from finops_guard.policy.rule import RuleSet

    if rego_is_enough and not any(place.startswith("pack:") or os.path.isfile(place) for place in where):
        where = [place for place in where if has_rules(place)]
        if not where:
            return RuleSet()
    return load_rules(where)


def _chosen(rules: RuleSet, only: Sequence[str]) -> RuleSet:
    from dataclasses import replace

    return replace(rules, rules=tuple(_find(rules, name) for name in only)) if only else rules


def _find(rules: RuleSet, name: str) -> Rule:
    """The rule with that id or name. Raises BadParameter with the nearest one."""
    from finops_guard.policy.shape import nearest

    for rule in rules.rules:
        if name.lower() in (rule.id.lower(), rule.name):
            return rule
    near = nearest(name, [rule.id for rule in rules.rules])
    raise click.BadParameter(f"there is no rule {name}" + (f"; did you mean {near}?" if near else ""))


def _difference(result: TestResult) -> str:
    """What was expected (-) and what the rule said (+)."""
    where = f"{result.span}: " if result.span else ""
    lines = [f"{where}FAIL {result.rule} {result.name}"]
    for name in dict.fromkeys([*result.expected, *result.got]):
        wanted, got = result.expected.get(name), result.got.get(name)
        if wanted == got:
            lines.append(f"      {name}: {wanted}")
            continue
        lines += [f"    - {name}: {wanted}"] if name in result.expected else []
        lines += [f"    + {name}: {got if got is not None else '(none)'}"]
    return "\n".join(lines)


@policy_group.command("lint")
@DIRECTORIES
def lint_command(directories: tuple[str, ...]) -> int:
    """Look for what is wrong with rules without judging anything.

    Exit code: 0 nothing, or warnings; 2 errors.
    """
    from finops_guard.cli.policy_rego import rego_problems
    from finops_guard.errors import PolicyError
    from finops_guard.policy.lint import lint
    from finops_guard.policy.load import load_rules, rule_files

    where = places(directories)
    problems = rego_problems(where)
    errors = 0
    for file in rule_files(where):
        try:
            problems += lint(load_rules([file], overrides=None), date.today())
        except PolicyError as wrong:
            errors += 1
            click.echo(str(wrong))
    if not errors:
        _rules(where, bool(problems))  # ids that are taken twice show only when all files are read together
    for problem in problems:
        click.echo(str(problem))
    errors += sum(problem.level == "error" for problem in problems)
    warnings = sum(problem.level == "warning" for problem in problems)
    click.echo(f"{errors} errors, {warnings} warnings")
    return LINT_FAILED if errors else 0


@policy_group.command("list")
@DIRECTORIES
def list_command(directories: tuple[str, ...]) -> int:
    """The rules in a table."""
    rules = _rules(places(directories))
    rows = [
        (
            rule.id, rule.name, rule.severity, _actions(rule), rule.scope, rule.kind, _matches(rule), _file(rule),
        )
        for rule in rules.rules
    ]  # fmt: skip
    click.echo(columns(("ID", "NAME", "SEVERITY", "ACTION", "SCOPE", "KIND", "MATCHES", "FILE"), rows))
    return 0


def _actions(rule: Rule) -> str:
    return rule.action or ", ".join(dict.fromkeys(rule.check.actions))


def _matches(rule: Rule) -> str:
    names = list(rule.match.resources)
    text = ", ".join(names[:3]) + (f", and {len(names) - 3} more" if len(names) > 3 else "")
    return text + (f" in {', '.join(sorted(rule.match.environments))}" if rule.match.environments else "")


def _file(rule: Rule) -> str:
    """file:line, from here when it is below."""
    if rule.span is None:
        return ""
    near = os.path.relpath(rule.span.file)
    return f"{rule.span.file if near.startswith('..') else near}:{rule.span.line}"


@policy_group.command("explain")
@click.argument("rule_id", metavar="ID")
@DIRECTORIES
def explain_command(rule_id: str, directories: tuple[str, ...]) -> int:
    """What a rule says, where it stands, an example that it finds and one that it lets pass."""
    from finops_guard.cli.policy_explain import explain

    rules = _rules(places(directories))
    click.echo(explain(_find(rules, rule_id), rules.cost_centers, _file(_find(rules, rule_id))))
    return 0


@policy_group.command("new")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--id", "rule_id", help="Such as ACME-CST-001: letters and digits, three letters, three digits.")
@click.option("--name", help="A readable name in small letters and hyphens.")
@click.option("--description", help="One sentence: what must hold, and why.")
@click.option("--severity", type=click.Choice(["info", "low", "medium", "high", "critical"]))
@click.option("--action", type=click.Choice(["warn", "require_approval", "block"]))
@click.option("--resources", help="Types with * and ?, separated by commas.")
@click.option("--environments", help="Separated by commas; nothing: all.")
@click.option("--check", type=click.Choice(["when", "tags", "cost"]), help="The kind of check.")
@click.option("--key", help="For when: a field of the policy input.")
@click.option("--op", help="For when: an operator.")
@click.option("--value", help="For when: what is compared with; for cost: USD a month.")
@click.option("--tags", help="For tags: the names, separated by commas.")
def new_command(file: str, **answers: str | None) -> int:
    """Write FILE with a rule and its tests. On a terminal, what no flag says is asked; nothing is ever overwritten."""
    from finops_guard.cli.policy_new import write_rule

    return write_rule(file, answers)
