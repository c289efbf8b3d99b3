"""Shipped usage profiles: what they assume is named as assumed, gives way to the user's own values, and adds no lines."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from finops_guard.check import Options, check
from finops_guard.config import load_config
from finops_guard.errors import ConfigError, UsageError
from finops_guard.inputs.detect import read
from finops_guard.inputs.interface import ReadOptions
from finops_guard.model import Resource
from finops_guard.pricing.catalog import open_catalog
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.registry import PRICED, pricing_function
from finops_guard.pricing.usage import UsageFile, load_profile, profile_names
from finops_guard.pricing.usage_keys import usage_keys
from finops_guard.values import BadValue, UnknownValue
from tests.plans import change, plan

EXAMPLES = Path(__file__).parent.parent / "pricing"
AS_OF = date(2026, 11, 20)
SIZES = ("small", "medium", "large")
# What is shown only when usage states it, and what a profile means to bring in.
BROUGHT_IN = {"aws_bedrockagent_agent", "aws_bedrockagent_knowledge_base"}


@pytest.fixture(scope="module")
def facts() -> Facts:
    return Facts(AS_OF, open_catalog(), "none")


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> list[Resource]:
    """All resources of the worked examples."""
    path = tmp_path_factory.mktemp("profiles") / "plan.json"
    found = []
    for file in sorted(EXAMPLES.glob("*.yaml")):
        for example in yaml.safe_load(file.read_text(encoding="utf-8")):
            unknown = example.get("unknown", {})
            changes = [
                change(one, dict(all_ or {}), unknown=unknown.get(one)) for one, all_ in example["resources"].items()
            ]
            document = plan(*changes, region=example.get("region", "us-east-1"), references=example.get("references"))
            path.write_text(json.dumps(document, default=str), encoding="utf-8")
            found += [one.after for one in read(str(path), ReadOptions()).changes if one.after is not None]
    return found


def checked(
    folder: Path, *changes: dict[str, Any], usage: dict[str, Any] | None = None, **options: Any
) -> dict[str, Any]:
    (folder / "plan.json").write_text(json.dumps(plan(*changes)), encoding="utf-8")
    if usage is not None:
        (folder / "usage.yaml").write_text(yaml.safe_dump(usage), encoding="utf-8")
        options["usage"] = str(folder / "usage.yaml")
    return check(Options([str(folder / "plan.json")], config="none", policies="none", as_of=AS_OF, **options))


def components(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for one in report["projects"][0]["resources"] for part in one["after"]["components"]]


def test_profiles_that_are_shipped() -> None:
    assert profile_names() == ["large", "medium", "ml-inference", "small"]


@pytest.mark.parametrize("name", profile_names())
def test_every_type_is_priced_and_every_key_is_taken(name: str, resources: list[Resource], facts: Facts) -> None:
    taken: dict[str, set[str]] = {}
    for resource in resources:
        found = usage_keys([resource], UsageFile(), facts)
        taken.setdefault(resource.type, set()).update(found.get(resource.address, {}))
    for kind, profile in load_profile(name).items():
        assert kind in PRICED
        assert set(profile.values) <= taken[kind], kind


@pytest.mark.parametrize("name", profile_names())
def test_a_profile_brings_figures_and_no_lines(name: str, resources: list[Resource], facts: Facts) -> None:
    with_profile = UsageFile(profiles=load_profile(name))

    def lines(resource: Resource, file: UsageFile) -> list[tuple[tuple[str, ...], str | None]]:
        function = pricing_function(resource.type)
        try:
            return [(part.path, part.product) for part in function(resource, file.for_resource(resource), facts)]
        except (UnknownValue, BadValue) as problem:
            return [((), str(problem))]

    for resource in resources:
        if resource.type in with_profile.profiles and resource.type not in BROUGHT_IN:
            assert lines(resource, with_profile) == lines(resource, UsageFile()), resource.address


def test_each_size_is_ten_times_the_one_before() -> None:
    factors: Counter[int] = Counter()
    for less, more in pairwise(SIZES):
        one, ten = load_profile(less), load_profile(more)
        assert one.keys() == ten.keys()
        for kind in one:
            assert one[kind].values.keys() == ten[kind].values.keys()
            factors.update(
                int(Decimal(ten[kind].values[key]) / Decimal(one[kind].values[key])) for key in one[kind].values
            )
    assert set(factors) == {1, 10}
    assert factors[1] == 4  # how long a call or a workflow takes does not grow with their number


def test_what_is_assumed_names_the_profile(tmp_path: Path) -> None:
    report = checked(tmp_path, change("aws_nat_gateway.a", {}), usage_profile="small")
    hours, data = components(report)
    assert (hours["quantity_basis"], data["quantity_basis"]) == ("code", "assumed")
    assert data["monthly_cost"] == Decimal("0.045") * 100
    entry = next(one for one in report["assumptions"] if one["address"])
    assert (entry["text"], entry["source"]) == ("monthly_data_processed_gb = 100", "profile small")
    assert report["totals"]["priced"] == 1


def test_own_values_win_key_by_key(tmp_path: Path) -> None:
    usage = {
        "resource_type_default_usage": {"aws_nat_gateway": {"monthly_data_processed_gb": 7}},
        "resource_usage": {"aws_s3_bucket.b": {"standard": {"storage_gb": 0}}},
    }
    report = checked(
        tmp_path, change("aws_nat_gateway.a", {}), change("aws_s3_bucket.b", {}), usage=usage, usage_profile="medium"
    )
    found = {part["name"].split(" (")[0]: (part["quantity"], part["quantity_basis"]) for part in components(report)}
    assert found["Data processed"] == (7, "usage")
    assert found["Storage"] == (0, "usage")
    assert found["PUT, COPY, POST, LIST requests"] == (1_000_000, "assumed")
    assert report["diagnostics"] == []


def test_a_product_of_own_and_assumed_is_assumed(tmp_path: Path) -> None:
    usage = {"resource_usage": {"aws_lambda_function.f": {"monthly_requests": 4000}}}
    report = checked(
        tmp_path, change("aws_lambda_function.f", {"memory_size": 1024}), usage=usage, usage_profile="small"
    )
    requests, duration = components(report)
    assert (requests["quantity"], requests["quantity_basis"]) == (4000, "usage")
    assert (duration["quantity"], duration["quantity_basis"]) == (1000, "assumed")
    assert any(
        "request_duration_ms = 250" in one["text"] and one["source"] == "profile small" for one in report["assumptions"]
    )


def test_inference_assumes_the_tokens_of_an_agent(tmp_path: Path) -> None:
    agent = change("aws_bedrockagent_agent.a", {"foundation_model": "amazon.nova-pro-v1:0"})
    report = checked(tmp_path, agent, usage_profile="ml-inference")
    assert report["totals"]["after"] == 100 * Decimal("0.8") + 30 * Decimal("3.2")
    assert {part["quantity_basis"] for part in components(report)} == {"assumed"}


def test_without_a_profile_nothing_is_assumed(tmp_path: Path) -> None:
    report = checked(tmp_path, change("aws_sns_topic.t", {}))
    assert report["totals"]["usage_dependent"] == 1


def test_the_throughput_that_storage_includes_is_assumed_with_it(tmp_path: Path) -> None:
    system = change("aws_efs_file_system.f", {"throughput_mode": "provisioned", "provisioned_throughput_in_mibps": 10})
    parts = {part["name"]: part for part in components(checked(tmp_path, system, usage_profile="small"))}
    throughput = parts["Provisioned throughput (above what the storage includes)"]
    assert (throughput["quantity"], throughput["quantity_basis"]) == (5, "assumed")


def test_an_unknown_profile_is_an_error_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean medium"):
        checked(tmp_path, change("aws_sns_topic.t", {}), usage_profile="mediun")
    with pytest.raises(UsageError, match="no usage profile"):
        load_profile("../profiles/small")


def test_configuration_and_environment(tmp_path: Path) -> None:
    file = tmp_path / ".finops-guard.yaml"
    file.write_text("usage_profile: large\n", encoding="utf-8")
    assert load_config(str(file), environ={}).usage_profile == "large"
    assert load_config(str(file), environ={"FINOPS_GUARD_USAGE_PROFILE": "small"}).usage_profile == "small"
    file.write_text("usage_profile: 3\n", encoding="utf-8")
    with pytest.raises(ConfigError):
        load_config(str(file), environ={})


def test_a_profile_counts_for_the_type_of_a_related_resource(facts: Facts) -> None:
    usage = UsageFile(profiles=load_profile("small"))
    bucket = Resource("aws_s3_bucket.b", "aws_s3_bucket", "aws_s3_bucket", "aws", "us-east-1", "provider", {})
    queue = replace(bucket, address="aws_sqs_queue.q", type="aws_sqs_queue")
    assert usage.for_resource(bucket).of(queue).number("monthly_requests").value == 3_000_000
    assert "standard" in usage.for_resource(bucket)
    assert "glacier_deep_archive" not in usage.for_resource(bucket)
