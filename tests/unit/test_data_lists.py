"""The lists in finops_guard/data say one thing about each type, and nothing that contradicts the price functions."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import finops_guard
from finops_guard.pricing.registry import PRICED, charged_types, free_types

DATA = Path(finops_guard.__file__).parent / "data"
FREE_UNLESS = {
    "aws_kinesis_stream_consumer",
    "aws_accessanalyzer_analyzer",
    "aws_lambda_event_source_mapping",
    "aws_sagemaker_endpoint",
    "aws_acm_certificate",
    "aws_ssm_parameter",
    "aws_ssm_activation",
    "aws_cloudformation_stack",
    "aws_cloudformation_stack_set",
}


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("free_types.csv", "type"),
        ("charged_types.csv", "type"),
        ("taggable_types.csv", "type"),
        ("replacements.csv", "family"),
        ("environments.csv", "alias"),
    ],
)
def test_each_entry_stands_once(name: str, column: str) -> None:
    names = [row[column] for row in rows(name)]
    assert len(names) == len(set(names))
    assert all(names)


def test_a_type_is_free_or_priced() -> None:
    both = set(free_types()) & set(PRICED)
    assert both <= FREE_UNLESS, "a function that yields nothing is free for the reason in the list; others are priced"


def test_a_type_is_free_or_charged_for() -> None:
    assert not set(free_types()) & set(charged_types())
    assert all(charged_types().values())


def test_free_types_have_reasons() -> None:
    assert all(free_types().values())


def test_types_that_bill_are_not_called_free() -> None:
    billing = {
        "aws_instance", "aws_s3_bucket", "aws_lambda_function", "aws_cloudfront_function", "aws_vpc_ipam", "aws_ami",
        "aws_cognito_user_pool", "aws_guardduty_detector", "aws_db_snapshot", "aws_opensearchserverless_collection",
        "aws_scheduler_schedule", "aws_pipes_pipe", "aws_service_discovery_public_dns_namespace",
        "aws_route53_traffic_policy_instance", "aws_ec2_transit_gateway_vpc_attachment",
        "aws_shield_subscription", "aws_lightsail_lb", "aws_lb_trust_store", "aws_cloudwatch_log_metric_filter",
        "aws_sagemaker_domain",
    }  # fmt: skip
    assert not billing & set(free_types())


def test_where_tags_stand() -> None:
    where = {row["type"]: row["where"] for row in rows("taggable_types.csv")}
    assert set(where.values()) == {"tags", "tag_blocks", "labels", "none"}
    assert where["aws_instance"] == "tags"
    assert where["aws_autoscaling_group"] == "tag_blocks"
    assert where["aws_route53_record"] == "none"
    assert where["aws_iam_role_policy_attachment"] == "none"
    assert where["azurerm_linux_virtual_machine"] == "tags"
    assert where["google_compute_instance"] == "labels"


def test_a_replacement_is_not_replaced_itself() -> None:
    families = {row["family"]: row["replacement_family"] for row in rows("replacements.csv")}
    assert not set(families) & set(families.values())


def test_environments_have_canonical_names() -> None:
    names = {row["environment"] for row in rows("environments.csv")}
    assert names == {"development", "test", "staging", "production", "sandbox"}
