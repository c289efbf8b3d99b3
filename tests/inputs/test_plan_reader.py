"""The plan reader: what was seen in the wild must give a project, and what is no plan one clear message."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from finops_guard.errors import InputError
from finops_guard.inputs.detect import read as read_path
from finops_guard.inputs.interface import ReadOptions
from finops_guard.inputs.terraform_plan import read
from finops_guard.model import Project, Resource
from finops_guard.values import Unknown, UnknownValue
from tests.plans import change, plan

INSTANCE = {"instance_type": "m5.large"}


def load(document: Any, **options: Any) -> Project:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read("plan.json", data, ReadOptions(**options))


def after(project: Project, address: str) -> Resource:
    side = {item.address: item for item in project.changes}[address].after
    assert side is not None
    return side


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings(encoding: str) -> None:
    text = json.dumps(plan(change("aws_instance.a", INSTANCE)))
    marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    project = load(marks.get(encoding, b"") + text.encode(encoding))
    assert [item.address for item in project.changes] == ["aws_instance.a"]


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ("window.TF_PLAN = ", ";\n"),
        ("[command]/opt/terraform-bin show -json tfplan\n", "\n::debug::done\n::set-output name=stdout::x\n"),
        ("\n\n  ", "\n\n"),
        ("var plan=", ""),
    ],
)
def test_known_wrappers_are_stripped(before: str, behind: str) -> None:
    text = before + json.dumps(plan(change("aws_instance.a", INSTANCE))) + behind
    assert len(load(text.encode()).changes) == 1


@pytest.mark.parametrize(
    ("data", "message", "line"),
    [
        (b"", "the file is empty", None),
        (b" \n\t", "the file is empty", None),
        (b"PK\x03\x04rest", "this is a binary plan", None),
        (b"Refreshing state...\n{}", "not JSON: 'Refreshing state...'", 1),
        (b'{"format_version": "1.2"', "truncated", 1),
        (b'{"a": 1,\n "a": 2}', "the key 'a' occurs twice", None),
        (b'{"a": NaN}', "NaN is not a JSON value", None),
        (b'{"a": -Infinity}', "Infinity is not a JSON value", None),
        (b'{"a": ' + b"9" * 5000 + b"}", "a number of 5000 digits", None),
        (b'{"a": 1e999999}', "too long or too large", None),
        (b'{"a":' * 100_000, "nested too deeply", None),
        (b"[1, 2]", "the JSON is not an object", None),
        (b'{"planned_values": {}}\n{"planned_values": {}}', "text after the end", 2),
        (b'{"@level":"info"}\n{"@level":"info"}', "the log of `terraform plan -json`", 2),
        (b'{"Resources": {}}', "looks like a CloudFormation template", None),
        (b'{"version": 4, "lineage": "x", "resources": []}', "raw state file", None),
        (b'{"foo": 1}', "neither resource_changes nor planned_values", None),
        (b'{"format_version": "2.0", "resource_changes": []}', "format_version '2.0' is not known", None),
        (b'{"resource_changes": [], "errored": true}', "the plan is incomplete", None),
        (b'{"resource_changes": [1]}', "resource_changes[0] is not a resource change", None),
        (b"\xff\xfe\x00", "is not text in UTF-8 or UTF-16", None),
        (b"\x80\x81", "is not text in UTF-8 or UTF-16", None),
    ],
)
def test_what_is_no_plan_gives_one_clear_message(data: bytes, message: str, line: int | None) -> None:
    with pytest.raises(InputError) as caught:
        load(data)
    assert message in caught.value.message
    if line is not None:
        assert caught.value.span is not None and caught.value.span.line == line


def test_a_missing_file_and_a_directory(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_path(str(tmp_path / "nothing.json"), ReadOptions())
    with pytest.raises(InputError, match="is a directory"):
        read_path(str(tmp_path), ReadOptions())


def test_a_file_larger_than_the_cap(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(b" " * 2000)
    with pytest.raises(InputError, match="larger than"):
        read_path(str(path), ReadOptions(max_bytes=1000))


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        (["create"], "create"),
        (["update"], "update"),
        (["no-op"], "no-op"),
        (["delete"], "delete"),
        (["delete", "create"], "replace"),
        (["create", "delete"], "replace"),
        (["forget"], "no-op"),
    ],
)
def test_actions(actions: list[str], expected: str) -> None:
    sides: dict[str, Any] = {
        "before": None if actions == ["create"] else INSTANCE,
        "after": None if actions in (["delete"], ["forget"]) else {"instance_type": "m5.xlarge"},
    }
    if actions == ["no-op"]:
        sides["after"] = INSTANCE
    item = load(plan(change("aws_instance.a", actions=actions, **sides))).changes[0]
    assert item.action == expected
    assert (item.before is None) == (expected == "create")
    assert (item.after is None) == (expected == "delete")


def test_a_forgotten_object_goes_on_costing() -> None:
    item = load(plan(change("aws_instance.a", None, INSTANCE, ["forget"]))).changes[0]
    assert item.before == item.after
    assert item.note is not None and "no longer managed" in item.note


def test_an_unknown_action_is_refused() -> None:
    with pytest.raises(InputError, match="unknown actions"):
        load(plan(change("aws_instance.a", INSTANCE, actions=["explode"])))


def test_data_sources_are_no_resources() -> None:
    entry = change("aws_instance.a", INSTANCE)
    data = change("aws_ami.a", {}, actions=["read"]) | {"mode": "data", "address": "data.aws_ami.a"}
    assert len(load(plan(entry) | {"resource_changes": [entry, data]}).changes) == 1


def test_imported_moved_and_deposed_are_said() -> None:
    imported = change("aws_instance.a", INSTANCE, INSTANCE)
    imported["change"]["importing"] = {"id": "i-1"}
    moved = change("aws_instance.b", INSTANCE, INSTANCE, previous_address="aws_instance.old")
    deposed = change("aws_instance.c", None, INSTANCE, deposed="ab12cd34")
    project = load(plan(imported, moved, deposed))
    assert [item.note for item in project.changes] == [
        "imported: it exists already and is newly managed",
        "moved from aws_instance.old",
        "deposed: left over from an earlier replacement",
    ]
    assert project.changes[2].address == "aws_instance.c (deposed ab12cd34)"


@pytest.mark.parametrize(
    "name", ["aws", "registry.terraform.io/hashicorp/aws", "registry.opentofu.org/hashicorp/aws", "aws.west"]
)
def test_short_and_full_provider_names(name: str) -> None:
    entry = change("aws_instance.a", INSTANCE, provider_name=name)
    assert after(load(plan(entry)), "aws_instance.a").provider == "aws"


def test_unknown_values_are_values() -> None:
    entry = change("aws_instance.a", {"ami": "ami-1"}, unknown={"instance_type": True, "tenancy": True, "id": True})
    references = {"aws_instance.a": {"instance_type": ["var.kind", "local.x"]}}
    resource = after(load(plan(entry, references=references)), "aws_instance.a")
    assert resource.get("instance_type") == Unknown("known only after apply", ("var.kind", "local.x"))
    with pytest.raises(UnknownValue, match=r"var\.kind"):
        resource.text("instance_type", "m5.large")
    assert resource.computed("tenancy")
    assert resource.text("tenancy", "default") == "default"


def test_unknowns_inside_blocks() -> None:
    entry = change(
        "aws_instance.a",
        {"root_block_device": [{"volume_type": "gp3"}]},
        unknown={"root_block_device": [{"volume_size": True, "volume_id": True}]},
    )
    document = plan(entry)
    resource_config = document["configuration"]["root_module"]["resources"][0]
    resource_config["expressions"] = {
        "root_block_device": [{"volume_type": {"constant_value": "gp3"}, "volume_size": {"references": ["var.size"]}}]
    }
    block = after(load(document), "aws_instance.a").block("root_block_device")
    with pytest.raises(UnknownValue, match=r"var\.size"):
        block.number("volume_size", 8)
    assert block.computed("volume_id")


def test_unknowns_of_a_dynamic_block_are_never_defaults() -> None:
    entry = change("aws_instance.a", {"ebs_block_device": [{}]}, unknown={"ebs_block_device": [{"volume_size": True}]})
    block = after(load(plan(entry)), "aws_instance.a").block("ebs_block_device")
    with pytest.raises(UnknownValue):
        block.number("volume_size", 8)


def test_sensitive_values_are_gone_after_reading() -> None:
    entry = change("aws_db_instance.a", {"password": "CANARY", "settings": {"key": "CANARY", "size": 5}})
    entry["change"]["after_sensitive"] = {"password": True, "settings": {"key": True}}
    project = load(plan(entry, variables={"secret": {"value": "CANARY"}}))
    resource = after(project, "aws_db_instance.a")
    assert resource.get("password") == Unknown("sensitive")
    assert resource.get("settings")["size"] == 5
    assert "CANARY" not in repr(project)


def test_numbers_are_decimals_and_strings_are_coerced() -> None:
    resource = after(
        load(plan(change("aws_ebs_volume.a", {"size": "5", "iops": 1.5, "encrypted": "true"}))), "aws_ebs_volume.a"
    )
    assert resource.number("size") == Decimal(5)
    assert resource.number("iops") == Decimal("1.5")
    assert resource.flag("encrypted") is True


class TestRegions:
    def test_constant_variable_and_alias(self) -> None:
        document = plan(change("aws_instance.a", INSTANCE), change("aws_instance.b", INSTANCE))
        document["variables"] = {"region": {"value": "eu-west-3"}}
        providers = document["configuration"]["provider_config"]
        providers["aws"]["expressions"] = {"region": {"references": ["var.region"]}}
        providers["aws.west"] = {
            "name": "aws",
            "alias": "west",
            "expressions": {"region": {"constant_value": "us-west-2"}},
        }
        document["configuration"]["root_module"]["resources"][1]["provider_config_key"] = "aws.west"
        project = load(document)
        assert after(project, "aws_instance.a").region == "eu-west-3"
        assert after(project, "aws_instance.b").region == "us-west-2"
        assert after(project, "aws_instance.b").region_origin == "provider"

    def test_an_alias_that_is_handed_into_a_module(self) -> None:
        """Terraform resolves the key to the block in the root; the module's own name for it does not matter."""
        entry = change("module.m.aws_instance.a", INSTANCE)
        document = plan(entry)
        configuration = document["configuration"]
        configuration["provider_config"]["aws.west"] = {
            "name": "aws",
            "expressions": {"region": {"constant_value": "us-west-2"}},
        }
        resource = {
            "address": "aws_instance.a",
            "mode": "managed",
            "type": "aws_instance",
            "name": "a",
            "provider_config_key": "aws.west",
        }
        configuration["root_module"] = {"module_calls": {"m": {"module": {"resources": [resource]}}}}
        assert after(load(document), "module.m.aws_instance.a").region == "us-west-2"

    def test_old_terraform_does_not_say_which_provider_was_handed_in(self) -> None:
        entry = change("module.m.aws_instance.a", INSTANCE)
        document = plan(entry, region="eu-west-1")
        configuration = document["configuration"]
        configuration["provider_config"]["module.m:aws"] = {"name": "aws", "module_address": "module.m"}
        resource = {
            "address": "aws_instance.a",
            "mode": "managed",
            "type": "aws_instance",
            "name": "a",
            "provider_config_key": "module.m:aws",
        }
        configuration["root_module"] = {"module_calls": {"m": {"module": {"resources": [resource]}}}}
        resource_read = after(load(document), "module.m.aws_instance.a")
        assert (resource_read.region, resource_read.region_origin) == ("eu-west-1", "provider")

    def test_a_region_variable_of_a_provider_inside_a_module(self) -> None:
        entry = change("module.m.aws_instance.a", INSTANCE)
        document = plan(entry)
        document["variables"] = {"where": {"value": "ap-south-1"}}
        configuration = document["configuration"]
        configuration["provider_config"] = {
            "module.m:aws": {
                "name": "aws",
                "module_address": "module.m",
                "expressions": {"region": {"references": ["var.region"]}},
            }
        }
        resource = {
            "address": "aws_instance.a",
            "mode": "managed",
            "type": "aws_instance",
            "name": "a",
            "provider_config_key": "module.m:aws",
        }
        call = {"expressions": {"region": {"references": ["var.where"]}}, "module": {"resources": [resource]}}
        configuration["root_module"] = {"module_calls": {"m": call}}
        assert after(load(document), "module.m.aws_instance.a").region == "ap-south-1"

    @pytest.mark.parametrize(
        ("values", "region", "origin"),
        [
            ({"region": "eu-north-1"}, "eu-north-1", "resource"),
            ({"arn": "arn:aws:ec2:sa-east-1:111122223333:instance/i-1"}, "sa-east-1", "arn"),
            ({"availability_zone": "ap-southeast-2b"}, "ap-southeast-2", "zone"),
            ({"availability_zone": "us-west-2-lax-1a"}, "us-west-2", "zone"),
        ],
    )
    def test_what_the_resource_says_wins(self, values: dict[str, Any], region: str, origin: str) -> None:
        resource = after(load(plan(change("aws_instance.a", values))), "aws_instance.a")
        assert (resource.region, resource.region_origin) == (region, origin)

    def test_flag_then_assumed(self) -> None:
        document = plan(change("aws_instance.a", INSTANCE), region=None)
        assert after(load(document, region="eu-west-2"), "aws_instance.a").region_origin == "flag"
        project = load(document)
        assert (after(project, "aws_instance.a").region, after(project, "aws_instance.a").region_origin) == (
            "us-east-1",
            "assumed",
        )
        assert any("no region is stated" in diagnostic.message for diagnostic in project.diagnostics)


class TestTags:
    def test_default_tags_are_merged(self) -> None:
        document = plan(change("aws_instance.a", {"tags": {"Team": "web"}}, unknown={"tags_all": True}))
        expressions = document["configuration"]["provider_config"]["aws"]["expressions"]
        expressions["default_tags"] = [{"tags": {"constant_value": {"Env": "prod", "Team": "none"}}}]
        assert after(load(document), "aws_instance.a").tags == {"Env": "prod", "Team": "web"}

    def test_tags_all_is_complete(self) -> None:
        entry = change("aws_instance.a", {"tags": {"A": "1"}, "tags_all": {"A": "1", "B": "2"}})
        assert after(load(plan(entry)), "aws_instance.a").tags == {"A": "1", "B": "2"}

    def test_tag_blocks_and_labels(self) -> None:
        group = change(
            "aws_autoscaling_group.a", {"tag": [{"key": "Team", "value": "web", "propagate_at_launch": True}]}
        )
        disk = change("google_compute_disk.b", {"labels": {"team": "web"}})
        project = load(plan(group, disk))
        assert after(project, "aws_autoscaling_group.a").tags == {"Team": "web"}
        assert after(project, "google_compute_disk.b").tags == {"team": "web"}

    def test_environment_from_a_tag(self) -> None:
        resource = after(load(plan(change("aws_instance.a", {"tags": {"Environment": "prd"}}))), "aws_instance.a")
        assert resource.environment is not None and resource.environment.value == "production"


class TestReferences:
    def test_within_a_module(self) -> None:
        project = load(
            plan(
                change("aws_instance.a", {}, unknown={"launch_template": [{"id": True}]}),
                change("aws_launch_template.lt", {"instance_type": "m5.large"}),
                references={
                    "aws_instance.a": {"launch_template": ["aws_launch_template.lt.id", "aws_launch_template.lt"]}
                },
            )
        )
        assert [item.address for item in after(project, "aws_instance.a").related("launch_template")] == [
            "aws_launch_template.lt"
        ]
        template = after(project, "aws_launch_template.lt")
        assert [item.address for item in template.referrers("aws_instance", "launch_template")] == ["aws_instance.a"]

    def test_the_instance_with_the_same_key(self) -> None:
        entries = [change(f"aws_{kind}.x[{index}]", {}) for kind in ("ebs_volume", "ebs_snapshot") for index in (0, 1)]
        refs = {"aws_ebs_snapshot.x": {"volume_id": ["aws_ebs_volume.x", "count.index"]}}
        project = load(plan(*entries, references=refs))
        assert [item.address for item in after(project, "aws_ebs_snapshot.x[1]").related("volume_id")] == [
            "aws_ebs_volume.x[1]"
        ]

    def test_across_modules_up_and_down(self) -> None:
        """The service in module.app gets the cluster's id through a variable, which the root takes from module.base."""
        entries = [
            change("module.base.aws_ecs_cluster.main", {}),
            change("module.app[0].aws_ecs_service.web", {}, unknown={"cluster": True}),
        ]
        document = plan(*entries)
        cluster = {"mode": "managed", "type": "aws_ecs_cluster", "name": "main", "expressions": {}}
        service = {
            "mode": "managed",
            "type": "aws_ecs_service",
            "name": "web",
            "expressions": {"cluster": {"references": ["var.cluster_id"]}},
        }
        output = {"expression": {"references": ["aws_ecs_cluster.main.id", "aws_ecs_cluster.main"]}}
        document["configuration"]["root_module"] = {
            "module_calls": {
                "base": {"module": {"resources": [cluster], "outputs": {"id": output}}},
                "app": {
                    "expressions": {"cluster_id": {"references": ["module.base.id", "module.base"]}},
                    "module": {"resources": [service]},
                },
            }
        }
        related = after(load(document), "module.app[0].aws_ecs_service.web").related("cluster")
        assert [item.address for item in related] == ["module.base.aws_ecs_cluster.main"]

    def test_by_value_when_there_is_no_configuration(self) -> None:
        document = plan(
            change("aws_ecs_service.web", {"cluster": "arn:c"}), change("aws_ecs_cluster.main", {"arn": "arn:c"})
        )
        del document["configuration"]
        project = load(document)
        assert [item.address for item in after(project, "aws_ecs_service.web").related("cluster")] == [
            "aws_ecs_cluster.main"
        ]
        assert any("no configuration" in diagnostic.message for diagnostic in project.diagnostics)


def test_a_state_has_no_base() -> None:
    resource = {
        "address": "module.a.aws_instance.b",
        "mode": "managed",
        "type": "aws_instance",
        "name": "b",
        "values": INSTANCE,
    }
    child = {"address": "module.a", "resources": [resource]}
    project = load({"format_version": "1.0", "values": {"root_module": {"child_modules": [child]}}})
    assert (project.kind, project.has_base) == ("terraform_state", False)
    assert [(item.address, item.action, item.before) for item in project.changes] == [
        ("module.a.aws_instance.b", "declared", None)
    ]
    assert project.changes[0].resource.module_path == ("module.a",)


def test_planned_values_alone_have_no_base() -> None:
    resource = {"address": "aws_instance.b", "mode": "managed", "type": "aws_instance", "name": "b", "values": INSTANCE}
    project = load({"format_version": "1.0", "planned_values": {"root_module": {"resources": [resource]}}})
    assert not project.has_base
    assert project.changes[0].action == "declared"


def test_drift_is_said_and_not_counted() -> None:
    entry = change("aws_instance.a", INSTANCE, INSTANCE)
    project = load(plan(entry, resource_drift=[change("aws_instance.a", {"instance_type": "p5.48xlarge"}, INSTANCE)]))
    assert len(project.changes) == 1
    assert any("changed outside Terraform" in diagnostic.message for diagnostic in project.diagnostics)
