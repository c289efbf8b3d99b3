"""`finops-guard usage init`: every key that the resources take, commented; what is known already is kept."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from finops_guard.check import Options, check, usage_file
from finops_guard.cli.main import run
from finops_guard.pricing.usage import flat_keys, load_usage
from tests.plans import change, plan

EXAMPLES = Path(__file__).parent.parent / "pricing"
AS_OF = date(2026, 11, 20)
# Keys of the worked examples that their resource, as it is configured, does not take: the example shows just that.
NOT_TAKEN = {
    "monthly_log_lines",  # CloudFront without real-time logs
    "storage_gb",  # EFS: the zone is known only after apply
    "request_duration_ms",  # Lambda: the memory is known only after apply
    "monthly_api_interactions",  # SSM: a standard parameter
    "monthly_outbound_from_region_to_dx_connection_location.eu_west_1",  # any Region may be named there
    "monthly_standard_queries",  # Route 53: an alias of an AWS resource
}
KEY = re.compile(r"    # ([\w.]+):( \d.*)?$")


def written(
    folder: Path, *changes: dict[str, Any], usage: dict[str, Any] | str | None = None, **options: Any
) -> tuple[str, dict[str, Any]]:
    """The text for a plan, and what it says as it is."""
    document = folder / "plan.json"
    document.write_text(json.dumps(plan(*changes, **options), default=str), encoding="utf-8")
    values = None
    if usage is not None:
        values = folder / "usage.yaml"
        values.write_text(usage if isinstance(usage, str) else yaml.safe_dump(usage), encoding="utf-8")
    text = usage_file(Options([str(document)], config="none", usage=str(values) if values else None))
    return text, yaml.safe_load(text)


def keys_of(text: str) -> dict[str, list[str]]:
    """The commented keys by address."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("  ") and line[2] not in " #":
            found[next(iter(yaml.safe_load(line)))] = keys = []
        elif match := KEY.fullmatch(line):
            keys.append(match[1])
    return found


def test_keys_with_the_lines_that_they_are_for(tmp_path: Path) -> None:
    text, content = written(
        tmp_path,
        change("aws_nat_gateway.a", {}),
        change("aws_sqs_queue.q", {}),
        change("aws_vpc.v", {}),
        change("aws_nat_gateway.gone", None, {}),
    )
    assert content["resource_usage"] == {"aws_nat_gateway.a": None, "aws_sqs_queue.q": None}
    assert "  aws_nat_gateway.a:\n    # Data processed, billed in GB\n    # monthly_data_processed_gb:\n" in text
    assert "    # assumed without a value\n    # request_size_kb: 64\n" in text


def test_optional_and_nested_keys_come_to_light(tmp_path: Path) -> None:
    text, _ = written(tmp_path, change("aws_s3_bucket.b", {}), change("aws_sagemaker_pipeline.p", {}))
    keys = keys_of(text)
    assert {"object_tags", "standard.storage_gb", "glacier_deep_archive.early_delete_gb"} <= set(
        keys["aws_s3_bucket.b"]
    )
    assert {"training.instance_type", "training.monthly_hrs", "training.warm_pool_hrs"} <= set(
        keys["aws_sagemaker_pipeline.p"]
    )
    assert "standard" not in keys["aws_s3_bucket.b"]


def test_every_key_of_the_worked_examples_is_offered(tmp_path: Path) -> None:
    missing = {}
    for path in sorted(EXAMPLES.glob("*.yaml")):
        for example in yaml.safe_load(path.read_text(encoding="utf-8")):
            usage = {one: keys for one, keys in example.get("usage", {}).items() if one in example["resources"]}
            if not usage:
                continue
            unknown = example.get("unknown", {})
            changes = [
                change(one, dict(all_ or {}), unknown=unknown.get(one)) for one, all_ in example["resources"].items()
            ]
            region = example.get("region", "us-east-1")
            text, _ = written(tmp_path, *changes, region=region, references=example.get("references"))
            offered = keys_of(text)
            for address, values in usage.items():
                for key in flat_keys(values):
                    known = {*offered.get(address, ()), *offered.get(re.sub(r"\[\w+\]$", "[*]", address), ())}
                    if key not in known and key not in NOT_TAKEN:
                        missing[f"{path.stem}: {example['name']}: {address}"] = key
    assert not missing


def test_instances_share_an_entry(tmp_path: Path) -> None:
    changes = [change(f"aws_nat_gateway.this[{index}]", {}) for index in range(3)]
    text, content = written(tmp_path, *changes, change('aws_sqs_queue.q["only"]', {}))
    assert list(content["resource_usage"]) == ["aws_nat_gateway.this[*]", 'aws_sqs_queue.q["only"]']
    assert text.count("monthly_data_processed_gb") == 1


def test_values_are_kept(tmp_path: Path) -> None:
    usage = """
version: 0.1
resource_type_default_usage: {aws_lambda_function: {request_duration_ms: 250.5}}
llm_usage: [{name: chat, provider: openai, model: gpt-4o, input_tokens: 1.0e+6, output_tokens: 1000}]
resource_usage:
  "aws_lambda_function.*": {monthly_requests: {low: 1, expected: 2, high: 3}}
  aws_s3_bucket.b: {standard: {storage_gb: 0.000001}}
  aws_s3_bucket.elsewhere: {standard: {storage_gb: 7}}
"""
    text, content = written(tmp_path, change("aws_s3_bucket.b", {}), change("aws_lambda_function.f", {}), usage=usage)
    again = tmp_path / "again.yaml"
    again.write_text(text, encoding="utf-8")
    before, after = load_usage(str(tmp_path / "usage.yaml")), load_usage(str(again))
    assert after.type_defaults == before.type_defaults
    assert after.wildcards == before.wildcards
    assert {address: values for address, values in after.exact.items() if values} == before.exact
    assert content["llm_usage"][0]["input_tokens"] == 1_000_000
    assert "standard.storage_gb" not in keys_of(text)["aws_s3_bucket.b"]
    assert "standard.monthly_tier_1_requests" in keys_of(text)["aws_s3_bucket.b"]


def test_a_filled_in_file_is_taken_without_a_warning(tmp_path: Path) -> None:
    changes = [change("aws_nat_gateway.a", {}), change("aws_s3_bucket.b", {}), change("aws_sqs_queue.q", {})]
    text, _ = written(tmp_path, *changes)
    filled = tmp_path / "filled.yaml"
    filled.write_text("\n".join(KEY.sub(r"    \1: 1", line) for line in text.splitlines()), encoding="utf-8")
    options = Options(
        [str(tmp_path / "plan.json")], config="none", policies="none", usage=str(filled), as_of=AS_OF, strict_usage=True
    )
    assert check(options)["totals"]["priced"] == 3


@pytest.mark.parametrize("name", ["a: b", "x #y", "line\nbreak", "🚀", "it's", '\\"', "*", "null"])
def test_any_name_of_an_instance(tmp_path: Path, name: str) -> None:
    address = f"aws_nat_gateway.a[{json.dumps(name, ensure_ascii=False)}]"
    text, content = written(tmp_path, change(address, {}))
    assert list(content["resource_usage"]) == [address]
    target = tmp_path / "again.yaml"
    target.write_text(text, encoding="utf-8")
    load_usage(str(target))


def test_a_name_in_the_code_cannot_write_into_the_file(tmp_path: Path) -> None:
    index = {"name": "x\nresource_usage: {evil: {}}", "write_capacity": 5}
    _, content = written(tmp_path, change("aws_dynamodb_table.t", {"global_secondary_index": [index]}))
    assert set(content) == {"version", "resource_usage"}
    assert list(content["resource_usage"]) == ["aws_dynamodb_table.t"]


def test_nothing_takes_usage(tmp_path: Path) -> None:
    _, content = written(tmp_path, change("aws_vpc.v", {}))
    assert content == {"version": 0.1}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "plan.json").write_text(json.dumps(plan(change("aws_nat_gateway.a", {}))), encoding="utf-8")
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["finops-guard", *arguments])
    return run()


def test_a_file_is_not_overwritten(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "usage", "init", "plan.json", "-o", "usage.yaml") == 0
    text = (folder / "usage.yaml").read_text(encoding="utf-8")
    assert "monthly_data_processed_gb" in text
    (folder / "usage.yaml").write_text("version: 0.1\n", encoding="utf-8")
    assert command(monkeypatch, "usage", "init", "plan.json", "-o", "usage.yaml") == 2
    assert "usage.yaml exists already" in capsys.readouterr().err
    assert (folder / "usage.yaml").read_text(encoding="utf-8") == "version: 0.1\n"
    assert command(monkeypatch, "usage", "init", "plan.json", "-o", "usage.yaml", "--force") == 0
    assert (folder / "usage.yaml").read_text(encoding="utf-8") == text


def test_without_a_file_it_prints(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "usage", "init", "plan.json") == 0
    printed = capsys.readouterr()
    assert yaml.safe_load(printed.out)["resource_usage"] == {"aws_nat_gateway.a": None}
    assert printed.err == ""


def test_the_configured_file_is_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / ".finops-guard").mkdir()
    usage = folder / ".finops-guard" / "usage.yaml"
    usage.write_text("resource_usage: {aws_nat_gateway.a: {monthly_data_processed_gb: 5}}\n", encoding="utf-8")
    assert command(monkeypatch, "usage", "init", "plan.json", "-o", str(usage), "--force") == 0
    assert load_usage(str(usage)).exact == {"aws_nat_gateway.a": {"monthly_data_processed_gb": 5}}


def test_what_cannot_be_written_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "finops_guard", "usage", "init", "plan.json", "-o", "no/such/folder.yaml"],
        capture_output=True, text=True, cwd=folder, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "no/such/folder.yaml: cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
