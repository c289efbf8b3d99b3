"""Bad input gets one clear message with the place and a hint, exit code 2, and never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plans import change, plan

GOOD = json.dumps(plan(change("aws_instance.a", {"instance_type": "m5.large"}, unknown={"root_block_device": True})))


def guard(*arguments: str, folder: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "finops_guard", *arguments], capture_output=True, cwd=folder, input=stdin, check=False
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plan.json").write_text(GOOD, encoding="utf-8")
    (tmp_path / ".git").mkdir()  # the search for a configuration ends here
    return tmp_path


def refused(done: subprocess.CompletedProcess[str], *texts: str) -> None:
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for text in texts:
        assert text in done.stderr


@pytest.mark.parametrize(
    ("name", "content", "texts"),
    [
        ("missing.json", None, ["missing.json: no such file"]),
        ("empty.json", b"", ["empty.json: error: the file is empty", "terraform show -json"]),
        ("text.json", b"hello\n", ["text.json:1: error: not JSON: 'hello'"]),
        ("other.json", b'{"a": 1}', ["not a Terraform plan"]),
        ("cut.json", GOOD.encode()[:200], ["cut.json:1:", "truncated"]),
        ("nan.json", b'{"resource_changes": [NaN]}', ["NaN is not a JSON value"]),
        ("huge.json", b'{"resource_changes": [' + b"1" * 9000 + b"]}", ["a number of 9000 digits"]),
        ("twice.json", b'{"format_version": "1.0", "format_version": "1.2"}', ["'format_version' occurs twice"]),
        ("deep.json", b"[" * 1000 + b"]" * 1000, ["deep.json"]),
        ("deeper.json", b'{"a":' * 100_000, ["nested too deeply"]),
        ("binary.tfplan", b"PK\x03\x04\x14\x00", ["this is a binary plan", "terraform show -json"]),
    ],
)
def test_inputs(folder: Path, name: str, content: bytes | None, texts: list[str]) -> None:
    if content is not None:
        (folder / name).write_bytes(content)
    refused(guard(name, folder=folder), *texts)


def test_one_bad_input_among_good_ones_gives_no_half_result(folder: Path) -> None:
    refused(guard("plan.json", "missing.json", folder=folder), "missing.json: no such file")


def test_a_number_that_no_bill_can_hold(folder: Path) -> None:
    document = plan(change("aws_ebs_volume.a", {"size": 10**30, "type": "gp3"}))
    (folder / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    refused(guard("plan.json", folder=folder), "aws_ebs_volume.a", "too large")


def test_a_word_where_a_number_belongs(folder: Path) -> None:
    document = plan(change("aws_ebs_volume.a", {"size": "large", "type": "gp3"}))
    (folder / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    done = guard("plan.json", "--policies", "none", "--format", "json", folder=folder)
    if done.returncode == 0:  # the disk alone is then without a figure, and says why
        assert "size should be a number" in done.stdout
    else:
        refused(done, "aws_ebs_volume.a", "size should be a number")


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("resource_usge: {}\n", ["usage.yaml:1:1", "unknown key 'resource_usge'", "did you mean resource_usage?"]),
        ("resource_usage:\n  aws_instance.a: 5\n", ["usage.yaml:2:", "usage of aws_instance.a is a mapping"]),
        (
            "resource_usage:\n  aws_instance.a:\n    monthly_hrs: [1]\n",
            ["usage.yaml:3:", "monthly_hrs should be a number"],
        ),
        ("resource_usage:\n  aws_instance.a:\n    monthly_hrs: -1\n", ["monthly_hrs cannot be negative"]),
        ("resource_usage:\n  aws_instance.a:\n    monthly_hrs: many\n", ["monthly_hrs should be a number, not 'many'"]),
        ("resource_usage:\n  aws_instance.a:\n    monthly_hrs: {low: 1, high: 2}\n", ["needs low, expected and high"]),
        ("a: [1\n", ["usage.yaml:", "not YAML"]),
        ("a: 1\na: 2\n", ["usage.yaml:2:1", "'a' occurs twice"]),
        ("a: &a [*a]\n", ["usage.yaml:", "refers to itself"]),
        ("- 1\n", ["a usage file is a mapping"]),
        ("a: !!python/object/apply:os.system [echo]\n", ["usage.yaml:"]),
    ],
)
def test_usage_files(folder: Path, text: str, texts: list[str]) -> None:
    (folder / "usage.yaml").write_text(text, encoding="utf-8")
    refused(guard("plan.json", "--usage", "usage.yaml", folder=folder), *texts)


def test_yaml_that_explodes_is_refused_at_once(folder: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    (folder / "usage.yaml").write_text("\n".join(lines), encoding="utf-8")
    refused(guard("plan.json", "--usage", "usage.yaml", folder=folder), "expands to more than")
    merges = ["a0: &a0 {k: 1}"] + [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 4)}]}}" for n in range(1, 14)]
    (folder / "usage.yaml").write_text("\n".join(merges), encoding="utf-8")
    refused(guard("plan.json", "--usage", "usage.yaml", folder=folder), "expands to more than")


def test_strict_usage(folder: Path) -> None:
    text = "version: 0.1\nresource_usage:\n  aws_instance.b:\n    monthly_hrs: 5\n"
    (folder / "usage.yaml").write_text(text, encoding="utf-8")
    done = guard("plan.json", "--usage", "usage.yaml", "--strict-usage", folder=folder)
    refused(done, "usage.yaml:3:", "usage for aws_instance.b matches no resource", "did you mean aws_instance.a?")
    lenient = guard("plan.json", "--usage", "usage.yaml", "--policies", "none", folder=folder)
    assert lenient.returncode == 0
    assert "did you mean aws_instance.a?" in lenient.stdout + lenient.stderr


def test_a_policy_with_a_typo(folder: Path) -> None:
    (folder / "rules").mkdir()
    rule = (
        "version: 1\npolicies:\n  - id: FG-TST-001\n    name: test\n    description: A test.\n    severity: low\n    action: warn\n"
        '    match: {resources: ["*"]}\n    wen: {key: type, op: eq, value: x}\n    message: "{address}"\n'
    )
    (folder / "rules" / "a.yaml").write_text(rule, encoding="utf-8")
    refused(
        guard("plan.json", "--policies", "rules", folder=folder),
        "a.yaml:9:",
        "wen: unknown key",
        "did you mean 'when'?",
    )


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("polices: x\n", [".finops-guard.yaml:1:1", "unknown key 'polices'", "did you mean 'policies'?"]),
        ("discounts: {aws: 120}\n", [".finops-guard.yaml:1:", "discounts.aws"]),
        ("catalog: nowhere.sqlite\n", ["there is no price book at"]),
        ("catalog: plan.json\n", ["is not a price book"]),
    ],
)
def test_configuration(folder: Path, text: str, texts: list[str]) -> None:
    (folder / ".finops-guard.yaml").write_text(text, encoding="utf-8")
    refused(guard("plan.json", folder=folder), *texts)


@pytest.mark.parametrize(
    "arguments", [["--frobnicate"], ["plan.json", "--format", "pdf"], ["plan.json", "--as-of", "tomorrow"], ["check"]]
)
def test_wrong_flags(folder: Path, arguments: list[str]) -> None:
    refused(guard(*arguments, folder=folder), "Error")


def test_standard_input(folder: Path) -> None:
    done = guard("-", "--policies", "none", "--format", "json", folder=folder, stdin=GOOD.encode())
    assert done.returncode == 0
    assert json.loads(done.stdout)["projects"][0]["name"] == "stdin"
    refused(guard("-", "-", folder=folder, stdin=GOOD.encode()), "standard input can be read only once")


def test_help_and_version(folder: Path) -> None:
    assert guard("--version", folder=folder).stdout.startswith("finops-guard, version")
    assert "check" in guard("--help", folder=folder).stdout
    assert "--policies" in guard("check", "--help", folder=folder).stdout
