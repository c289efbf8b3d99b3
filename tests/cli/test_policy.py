"""`finops-guard policy`: what a new user does with rules, as the command line sees it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

NEW = ("--id", "ACME-CMP-001", "--name", "no-large-machines", "--description", "Machines are small: 8 vCPUs at most.")


def guard(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "finops_guard", "policy", *arguments],
        capture_output=True, cwd=folder, stdin=subprocess.DEVNULL, check=False, text=True,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()  # the search for a configuration ends here
    return tmp_path


def made(folder: Path, *more: str) -> Path:
    done = guard(folder, "new", "rules/a.yaml", *NEW, *more)
    assert done.returncode == 0, done.stderr
    return folder / "rules" / "a.yaml"


def test_from_nothing_to_a_tested_rule(folder: Path) -> None:
    made(folder, "--key", "vcpus", "--op", "gt", "--value", "8", "--resources", "aws_instance", "--action", "block")
    done = guard(folder, "test", "rules")
    assert (done.returncode, done.stdout) == (0, "2 tests, 0 failed; 1 of 1 rules have tests\n")
    assert guard(folder, "lint", "rules").stdout == "0 errors, 0 warnings\n"
    assert "ACME-CMP-001" in guard(folder, "list", "rules").stdout
    explained = guard(folder, "explain", "ACME-CMP-001", "rules").stdout
    for text in (
        "rules/a.yaml:4",
        "passes when: vcpus is at most 8",
        "An example that it finds",
        "An example that passes",
    ):
        assert text in explained


@pytest.mark.parametrize(
    "flags",
    [
        ("--check", "tags", "--tags", "Team,Cost Center"),
        ("--check", "cost", "--value", "250"),
        ("--key", "tags.Schedule", "--op", "absent", "--environments", "dev"),
        ("--key", "instance_types", "--op", "any-regex", "--value", "p5"),
        ("--key", "values.size", "--op", "lt", "--value", "10.5"),
        ("--key", "values.type", "--op", "in", "--value", "gp2,io1"),
        ("--key", "values.type", "--op", "not-in", "--value", "gp3"),
        ("--key", "totals.gpus_added", "--op", "gte", "--value", "8"),
        ("--key", "scaling.max", "--op", "gt", "--value", "50"),
        ("--key", "values.encrypted", "--op", "eq", "--value", "false"),
    ],
)
def test_each_answer_makes_a_rule_whose_tests_pass(folder: Path, flags: tuple[str, ...]) -> None:
    made(folder, *flags)
    done = guard(folder, "test", "rules")
    assert done.returncode == 0 and done.stdout.startswith("2 tests, 0 failed"), done.stdout


def test_a_rule_is_never_overwritten_nor_written_when_it_is_wrong(folder: Path) -> None:
    file = made(folder)
    before = file.read_text()
    again = guard(folder, "new", "rules/a.yaml", *NEW)
    assert again.returncode == 2 and "never overwritten" in again.stderr
    assert file.read_text() == before
    for flags, text in [
        (("--key", "vcpu"), "did you mean 'vcpus'?"),
        (("--op", "gtt"), "gtt"),
        (("--value", "many"), "many"),
        (("--check", "cost", "--value", "lots"), "lots"),
    ]:
        done = guard(folder, "new", "rules/b.yaml", *NEW, *flags)
        assert done.returncode == 2 and text in done.stderr and "Traceback" not in done.stderr, done.stderr
        assert not (folder / "rules" / "b.yaml").exists()
    assert "ends in .yaml" in guard(folder, "new", "rules/c.yml.txt", *NEW).stderr
    assert "--id is needed" in guard(folder, "new", "rules/c.yaml").stderr


def test_what_failed_is_shown_as_a_difference(folder: Path) -> None:
    file = made(folder, "--key", "vcpus", "--op", "gt", "--value", "8")
    file.write_text(file.read_text().replace("expect: {action: warn}", "expect: {action: block, problem: many}"))
    done = guard(folder, "test", "rules")
    assert done.returncode == 1
    assert "rules/a.yaml:14:9: FAIL ACME-CMP-001 what breaks the rule" in done.stdout
    for text in (
        "- action: block",
        "+ action: warn",
        "- problem: many",
        "+ problem: vcpus is more than 8",
        "2 tests, 1 failed",
    ):
        assert text in done.stdout


def test_rules_without_tests_are_listed(folder: Path) -> None:
    file = made(folder)
    file.write_text(file.read_text().split("    tests:")[0])
    done = guard(folder, "test", "rules")
    assert done.returncode == 0 and "Rules without tests:" in done.stdout and "0 of 1 rules have tests" in done.stdout
    lint = guard(folder, "lint", "rules")
    assert lint.returncode == 0 and "warning: ACME-CMP-001: the rule has no tests" in lint.stdout


def test_lint_goes_on_after_a_file_that_cannot_be_read(folder: Path) -> None:
    file = made(folder)
    text = file.read_text()
    (folder / "rules" / "b.yaml").write_text(
        text.replace("severity: medium", "severty: medium").replace("CMP-001", "CMP-002")
    )
    (folder / "rules" / "c.yaml").write_text(
        text.replace("key: monthly_cost", "key: '!tags.Team'").replace("CMP-001", "CMP-003")
    )
    done = guard(folder, "lint", "rules")
    assert done.returncode == 2 and done.stdout.endswith("2 errors, 0 warnings\n")
    assert "did you mean 'severity'?" in done.stdout and "write !(a.b) for !a.b" in done.stdout


def test_an_id_that_is_taken_twice_is_an_error(folder: Path) -> None:
    file = made(folder)
    (folder / "rules" / "b.yaml").write_text(file.read_text())
    done = guard(folder, "lint", "rules")
    assert done.returncode == 2 and "is taken by" in done.stderr + done.stdout


def test_names_that_are_wrong(folder: Path) -> None:
    assert "no such directory" in guard(folder, "test", "nowhere").stderr
    assert "did you mean 'pack:strict'?" in guard(folder, "list", "pack:strct").stderr
    done = guard(folder, "explain", "FG-GPU-01")
    assert done.returncode == 2 and "did you mean FG-GPU-001?" in done.stderr


def test_without_a_directory_the_rules_of_check_are_meant(folder: Path) -> None:
    assert "FG-GPU-001" in guard(folder, "list").stdout
    (folder / ".finops-guard" / "policies").mkdir(parents=True)
    (folder / ".finops-guard" / "policies" / "a.yaml").write_text(made(folder).read_text())
    listed = guard(folder, "list").stdout
    assert "ACME-CMP-001" in listed and "FG-GPU-001" not in listed
