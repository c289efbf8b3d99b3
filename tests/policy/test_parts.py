"""Messages, patterns and the policy input."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from finops_guard.files.schema import schema
from finops_guard.policy.document import FIELDS, RunDocument
from finops_guard.policy.message import show, template
from finops_guard.policy.patterns import BadPattern, TooLong, glob, regex
from finops_guard.values import Unknown
from tests.policy.make import (
    Facts,
    Links,
    created,
    declared,
    deleted,
    estimate,
    partly,
    resource,
    unchanged,
    updated,
)

LATER = Unknown("known after apply")


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("monthly_cost", Decimal("1234.565"), "$1,234.57"), ("monthly_cost", Decimal(-5), "-$5.00"),
        ("delta", Decimal(5), "+$5.00"), ("delta", Decimal(-5), "-$5.00"), ("delta", Decimal(0), "+$0.00"),
        ("percent", Decimal("93.54"), "93.5"), ("percent", Decimal(100), "100"), ("gpus", Decimal("16.00"), "16"),
        ("gpus", 1200, "1,200"), ("gpus", LATER, "not known"), ("address", None, "not known"),
        ("instance_types", ["a", "b"], "a, b"), ("address", "a\nb", "a b"), ("address", "{gpus}", "{gpus}"),
    ],
)  # fmt: skip
def test_values_in_messages(name: str, value: Any, text: str) -> None:
    assert show(name, value) == text


def test_optional_parts_and_braces_in_values() -> None:
    message = template("{address}{?, saves {saving} with {replacement}}.", ["address", "saving", "replacement"])
    values = {"address": "a{saving}", "saving": Decimal(3), "replacement": "b"}
    assert message.fill(values.get) == "a{saving}, saves $3.00 with b."
    assert message.fill({**values, "replacement": None}.get) == "a{saving}."
    assert message.fill({**values, "saving": LATER}.get) == "a{saving}."


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|aa)+$", "(a*)*b", ".*.*.*.*x", "(a)\\1", "([a-z]{1,9}){1,9}", "a" * 501, "("]
)
def test_patterns_that_could_take_for_ever(pattern: str) -> None:
    with pytest.raises(BadPattern):
        regex(pattern)


@pytest.mark.parametrize("pattern", ["^a.*b.*$", ".*a.*b", "^(ml\\.)?p(4d|4de|5)\\.", "[a-z]+[a-z]+[0-9]"])
def test_allowed_patterns_are_quick(pattern: str) -> None:
    found = regex(pattern)
    start = time.perf_counter()
    for length in (300, 2000):
        try:
            found("a" * length)
        except TooLong:
            assert length == 2000
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    ("pattern", "text", "answer"),
    [
        ("*", "", True), ("a*", "abc", True), ("a*", "ba", False), ("*c", "abc", True), ("a*b*c", "aXbYbZc", True),
        ("a*b*c", "acb", False), ("a?c", "abc", True), ("a?c", "ac", False), ("a**c", "abc", True),
        ("abc", "abc", True),
        ("module.*.x[0]", "module.a.x[0]", True), ("a.c", "abc", False), ("*a*", "bab", True), ("*ab", "aab", True),
    ],
)  # fmt: skip
def test_globs(pattern: str, text: str, answer: bool) -> None:
    assert glob(pattern)(text) is answer


def test_globs_are_linear() -> None:
    start = time.perf_counter()
    assert not glob("*a" * 40 + "b")("a" * 5000)
    assert time.perf_counter() - start < 0.5


def document(change: Any, **more: Any) -> Any:
    run = RunDocument(estimate(change), Facts(), **more)
    ((found,),) = run.by_type.values()
    return found


@pytest.mark.parametrize(
    ("side", "field", "value"),
    [
        (resource("aws_instance.a", instance_type="p4d.24xlarge"), "gpus", 8),
        (resource("aws_instance.a", instance_type="m5.large"), "gpu_models", []),
        (resource("aws_instance.a", instance_type="p5.48xlarge"), "gpu_models", ["H100"]),
        (resource("aws_instance.a", instance_type="trn1.32xlarge"), "accelerators", 16),
        (resource("aws_instance.a", instance_type=LATER), "gpus", LATER),
        (resource("aws_instance.a", instance_type=LATER), "instance_types", [LATER]),
        (resource("aws_instance.a", instance_type=Unknown("x", computed=True)), "instance_types", []),
        (resource("aws_s3_bucket.a"), "gpus", 0),
        (resource("aws_s3_bucket.a"), "instance_type", None),
        (resource("aws_db_instance.a", instance_class="db.m5.large"), "vcpus", 2),
        (resource("aws_db_instance.a", instance_class=LATER), "gpus", 0),
        (resource("aws_eks_node_group.a", instance_types=["m5.large", "g5.xlarge"],
                  scaling_config=[{"desired_size": 3, "max_size": 10, "min_size": 1}]), "gpus", 3),
        (resource("aws_eks_node_group.a", instance_types=["g5.xlarge"],
                  scaling_config=[{"desired_size": 3, "max_size": 10, "min_size": 1}]), "gpus_at_max", 10),
        (resource("aws_eks_node_group.a", instance_types=["g5.xlarge"],
                  scaling_config=[{"desired_size": 3, "max_size": "10", "min_size": 1}]), "scaling",
         {"min": 1, "max": 10, "desired": 3}),
        (resource("aws_eks_node_group.a", instance_types=["m5.large", "g5.xlarge"]), "instance_type", "g5.xlarge"),
        (resource("aws_sagemaker_endpoint_configuration.a", production_variants=[
            {"instance_type": "ml.g5.xlarge", "initial_instance_count": 2},
            {"instance_type": "ml.m5.large"}]), "gpus", 2),
        (resource("aws_sagemaker_endpoint_configuration.a", production_variants=[
            {"instance_type": "ml.g5.xlarge", "initial_instance_count": LATER}]), "gpus", LATER),
        (resource("aws_launch_template.a", instance_type="p4d.24xlarge"), "gpus", 8),
        (resource("aws_msk_cluster.a", number_of_broker_nodes=3,
                  broker_node_group_info=[{"instance_type": "kafka.m5.large"}]), "memory_gib", 24),
        (resource("aws_appautoscaling_target.a", min_capacity=1, max_capacity=9), "scaling",
         {"min": 1, "max": 9, "desired": None}),
        (resource("aws_cloudwatch_log_group.a"), "retention", "for ever"),
        (resource("aws_cloudwatch_log_group.a", retention_in_days="30"), "retention", "for 30 days"),
        (resource("aws_bedrock_provisioned_model_throughput.a", model_units=2), "capacity", "2 model units"),
        (resource("aws_bedrock_provisioned_model_throughput.a", model_units=2), "classes", ["llm.provisioned"]),
        (resource("module.a.module.b.aws_instance.a"), "module", "module.a.module.b"),
        (resource("aws_instance.a"), "taggable", True),
        (resource("aws_iam_role_policy.a"), "taggable", False),
        (resource("aws_some_new_thing.a", tags=None), "taggable", True),
    ],
)  # fmt: skip
def test_fields(side: Any, field: str, value: Any) -> None:
    assert document(created(side)).get(field) == value


def test_machine_class_of_a_launch_template() -> None:
    template = resource("aws_launch_template.t", instance_type="g5.12xlarge")
    links = Links({("aws_autoscaling_group.a", "launch_template"): [template]})
    group = resource(
        "aws_autoscaling_group.a",
        graph=links,
        launch_template=[{"id": LATER}],
        min_size=1,
        max_size=4,
        desired_capacity=2,
    )
    found = document(created(group))
    assert (found.get("instance_types"), found.get("gpus"), found.get("gpus_at_max")) == (["g5.12xlarge"], 8, 16)
    run = RunDocument(estimate(created(group), created(template)), Facts())
    assert run.totals.get("gpus_added") == 8


def test_a_launch_template_that_is_elsewhere_is_unknown() -> None:
    group = resource("aws_autoscaling_group.a", launch_template=[{"id": "lt-1"}], min_size=1, max_size=1)
    assert "not in this input" in str(document(created(group)).get("gpus"))


def test_overrides_of_a_mixed_policy() -> None:
    policy = [{"launch_template": [{"override": [{"instance_type": "g5.xlarge"}, {"instance_type": "g5.12xlarge"}]}]}]
    group = resource("aws_autoscaling_group.a", mixed_instances_policy=policy, min_size=2, max_size=2)
    assert document(created(group)).get("gpus") == 8


def test_given_facts_win() -> None:
    side = resource("aws_instance.a", instance_type="p4d.24xlarge")
    assert document(created(side), given={"aws_instance.a": {"gpus": 3}}).get("gpus") == 3


def test_the_policy_input_keeps_its_schema() -> None:
    run = RunDocument(
        estimate(
            created(resource("aws_instance.a", None, instance_type=LATER, tags={"Team": LATER, "Project": "x"}), None),
            created(resource("aws_instance.b", instance_type="p4d.24xlarge"), partly(5)),
            deleted(resource("aws_db_instance.c", instance_class="db.m5.large")),
            unchanged(resource("aws_s3_bucket.d", tags={})),
            updated(resource("aws_ebs_volume.e", size=1), resource("aws_ebs_volume.e", size=2), 1, 2),
        ),
        Facts(),
    )
    exported = run.export()
    Draft202012Validator(schema("policy-input")).validate(exported)
    assert set(exported["resources"][0]) == set(FIELDS) - {"totals"}
    assert exported["totals"] == {
        "before": 21.0, "after": 17.0, "delta": -4.0, "delta_percent": pytest.approx(-400 / 21),
        "gpus": 8.0, "gpus_added": 8.0, "resources": 5.0, "unpriced": 2.0,
    }  # fmt: skip
    without_base = RunDocument(estimate(declared(resource("aws_instance.a"))), Facts()).export()
    Draft202012Validator(schema("policy-input")).validate(without_base)
    assert without_base["totals"]["delta"] == {"unknown": "there is no base to compare with"}
