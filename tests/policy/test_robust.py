"""Whatever a rule file or a plan holds: our own error, or an answer; never another exception."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from finops_guard.errors import PolicyError
from finops_guard.policy.document import RunDocument
from finops_guard.policy.evaluate import evaluate
from finops_guard.policy.load import load_rules, shipped_directory, starter_rules
from finops_guard.policy.rule_tests import run_rule_tests
from finops_guard.values import Unknown
from tests.policy.make import Facts, created, estimate, resource
from tests.policy.test_shape import spoiled

STARTER = sorted((shipped_directory() / "starter").glob("*.yaml"))
PACK = starter_rules()


@pytest.mark.parametrize("file", STARTER, ids=lambda file: file.name)
def test_spoiled_rules(file: Path, tmp_path: Path) -> None:
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    path = tmp_path / "rules.yaml"
    for rule in document["policies"]:
        rule["tests"] = rule["tests"][:1]
        for number, value in enumerate(spoiled(copy.deepcopy({"version": 1, "policies": [rule]}))):
            if number % 7:
                continue
            path.write_text(yaml.safe_dump(value), encoding="utf-8")
            try:
                run_rule_tests(load_rules([str(path)]))
            except PolicyError as error:
                assert error.message


WORDS = ["m5.large", "p4d.24xlarge", "ml.g5.xlarge", "gp2", "0", "-1"]
UNKNOWNS = [Unknown("later"), Unknown("later", computed=True)]
KEYS = [
    "instance_type",
    "key",
    "value",
    "desired_size",
    "max_size",
    "override",
    "volume_type",
    "launch_template",
    "ebs",
    "Team",
    "team",
    "initial_instance_count",
]
ATTRIBUTES = [
    "instance_type",
    "instance_types",
    "instance_class",
    "tags",
    "tag",
    "scaling_config",
    "max_size",
    "min_size",
    "desired_capacity",
    "mixed_instances_policy",
    "launch_template",
    "production_variants",
    "root_block_device",
    "retention_in_days",
    "type",
    "model_units",
    "max_capacity",
    "broker_node_group_info",
    "cluster_config",
]
TYPES = [
    "aws_instance",
    "aws_autoscaling_group",
    "aws_eks_node_group",
    "aws_sagemaker_endpoint_configuration",
    "x_y",
    "aws_emr_cluster",
    "aws_cloudwatch_log_group",
    "aws_ebs_volume",
    "aws_launch_template",
    "aws_msk_cluster",
]

leaves = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(),
    some.decimals(allow_nan=False, allow_infinity=False),
    some.text(max_size=8),
    some.sampled_from([*WORDS, *UNKNOWNS]),
)


def nested(inner: Any) -> Any:
    return some.one_of(some.lists(inner, max_size=3), some.dictionaries(some.sampled_from(KEYS), inner, max_size=4))


values = some.recursive(leaves, nested, max_leaves=10)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some.sampled_from(TYPES), some.dictionaries(some.sampled_from(ATTRIBUTES), values, max_size=6))
def test_any_attributes(kind: str, attributes: dict[str, Any]) -> None:
    side = resource(f"{kind}.a", "development", **attributes)
    run = estimate(created(side))
    evaluate(run, PACK, Facts())
    RunDocument(run, Facts()).export()
