"""Write a large synthetic plan: the shape and weight of real ones; names and figures mean nothing.

benchmarks/synthetic_plan.py N FILE
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

PROVIDER = "registry.terraform.io/hashicorp/aws"
# About half of the resources of public code cost nothing by themselves.
MIX: list[tuple[str, int, dict[str, Any]]] = [
    ("aws_iam_role", 14, {"name": "role", "path": "/", "max_session_duration": 3600, "assume_role_policy": "{}"}),
    ("aws_iam_role_policy_attachment", 12, {"role": "role", "policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
    (
        "aws_security_group_rule",
        10,
        {"type": "ingress", "from_port": 443, "to_port": 443, "protocol": "tcp", "cidr_blocks": ["10.0.0.0/8"]},
    ),
    ("aws_subnet", 6, {"cidr_block": "10.0.0.0/24", "vpc_id": "vpc-1", "map_public_ip_on_launch": False}),
    (
        "aws_instance",
        14,
        {
            "ami": "ami-1",
            "instance_type": "m5.large",
            "root_block_device": [{"volume_size": 50, "volume_type": "gp3"}],
            "monitoring": False,
        },
    ),
    ("aws_ebs_volume", 6, {"size": 100, "type": "gp2", "encrypted": True}),
    ("aws_s3_bucket", 7, {"bucket": "bucket", "force_destroy": False}),
    ("aws_lambda_function", 8, {"function_name": "f", "memory_size": 512, "architectures": ["arm64"], "timeout": 30}),
    ("aws_cloudwatch_log_group", 7, {"name": "/logs", "retention_in_days": 30}),
    (
        "aws_db_instance",
        4,
        {
            "engine": "postgres",
            "engine_version": "16.4",
            "instance_class": "db.m5.large",
            "allocated_storage": 100,
            "storage_type": "gp3",
        },
    ),
    ("aws_nat_gateway", 2, {"subnet_id": "subnet-1", "connectivity_type": "public"}),
    ("aws_lb", 2, {"load_balancer_type": "application", "internal": True}),
    (
        "aws_eks_node_group",
        2,
        {"instance_types": ["m5.xlarge"], "scaling_config": [{"desired_size": 3, "max_size": 6, "min_size": 1}]},
    ),
    (
        "aws_sagemaker_endpoint_configuration",
        2,
        {"production_variants": [{"variant_name": "v", "instance_type": "ml.g5.xlarge", "initial_instance_count": 1}]},
    ),
]
# What a provider adds to every resource: nulls, computed values, text. With it 10,000 resources weigh 22 MB, as real ones do.
USUAL: dict[str, Any] = {
    "description": "Managed by Terraform; see the runbook of the owning team before you change it by hand",
    "timeouts": None,
    "force_detach": None,
    "lifecycle_policy": None,
    "kms_key_id": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
}
UNTAGGED = {"aws_iam_role_policy_attachment", "aws_security_group_rule"}


def write_plan(path: Path, count: int, seed: int = 1) -> None:
    """Write a plan of `count` resource changes; the same arguments give the same bytes."""
    choose = random.Random(seed)
    kinds = choose.choices(range(len(MIX)), [weight for _, weight, _ in MIX], k=count)
    modules: dict[str, list[dict[str, Any]]] = {}
    changes, planned, prior = [], [], []
    for number, index in enumerate(kinds):
        kind, _, attributes = MIX[index]
        module = f"svc_{number // 25}"
        after = {**attributes, **USUAL, **_tags(kind, number)}
        if kind == "aws_ebs_volume" and number % 5:  # one in five is of the older type
            after["type"] = "gp3"
        action = choose.choices(["create", "update", "no-op"], [70, 10, 20])[0]
        before = None if action == "create" else {**after, "id": f"id-{number}"}
        if action == "update" and "instance_type" in after:
            after = {**after, "instance_type": "m5.xlarge"}
        entry = _entry(kind, number, module, action, before, after)
        changes.append(entry)
        planned.append(
            {key: entry[key] for key in ("address", "mode", "type", "name", "provider_name")}
            | {"values": after, "sensitive_values": {}}
        )
        if before:
            prior.append(planned[-1] | {"values": before})
        modules.setdefault(module, []).append(_configuration(kind, number, attributes))
    document = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": changes,
        "prior_state": {"format_version": "1.0", "values": {"root_module": {"resources": prior}}},
        "configuration": {
            "provider_config": {
                "aws": {
                    "name": "aws",
                    "full_name": PROVIDER,
                    "expressions": {"region": {"constant_value": "eu-west-1"}},
                }
            },
            "root_module": {
                "module_calls": {
                    name: {"source": "./svc", "module": {"resources": resources}} for name, resources in modules.items()
                }
            },
        },
    }
    path.write_text(json.dumps(document), encoding="utf-8")


def _tags(kind: str, number: int) -> dict[str, Any]:
    if kind in UNTAGGED:
        return {}
    tags = {"Name": f"{kind}-{number}", "Team": "web", "CostCenter": f"cc-{number % 9}", "Environment": "production"}
    if number % 10:  # one in ten lacks a tag that the rules ask for
        tags["Project"] = f"project-{number % 40}"
    return {"tags": tags, "tags_all": {**tags, "ManagedBy": "terraform"}}


def _entry(kind: str, number: int, module: str, action: str, before: Any, after: Any) -> dict[str, Any]:
    unknown = {"id": True, "arn": True, "owner_id": True, "tags_all": {}} if before is None else {}
    return {
        "address": f"module.{module}.{kind}.r{number}",
        "module_address": f"module.{module}",
        "mode": "managed",
        "type": kind,
        "name": f"r{number}",
        "provider_name": PROVIDER,
        "change": {
            "actions": [action],
            "before": before,
            "after": after if action != "no-op" else before,
            "after_unknown": unknown,
            "before_sensitive": {} if before else False,
            "after_sensitive": {"tags": {}, "tags_all": {}},
        },
    }


def _configuration(kind: str, number: int, attributes: dict[str, Any]) -> dict[str, Any]:
    expressions = {name: {"constant_value": value} for name, value in attributes.items() if not isinstance(value, list)}
    return {
        "address": f"{kind}.r{number}",
        "mode": "managed",
        "type": kind,
        "name": f"r{number}",
        "provider_config_key": "aws",
        "schema_version": 1,
        "expressions": expressions | {"tags": {"references": ["var.tags"]}},
    }


if __name__ == "__main__":
    write_plan(Path(sys.argv[2]), int(sys.argv[1]))
