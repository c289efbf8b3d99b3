"""What the price book must hold for EC2: accelerators wherever listed, derived prices only where they may be."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

from finops_guard.model import Resource
from finops_guard.pricing.aws.launch import of_template, settled_disk
from finops_guard.pricing.aws.places import local_zone
from finops_guard.values import Unknown

PRICES = Path(__file__).parents[2] / "prices"


@cache
def linux() -> dict[tuple[str, str], tuple[float, str]]:
    """Shared Linux prices by instance type and region, with the kind of their source."""
    with (PRICES / "sources.csv").open(newline="", encoding="utf-8") as file:
        kinds = {row["source"]: row["kind"] for row in csv.DictReader(file)}
    with (PRICES / "aws" / "ec2.csv").open(newline="", encoding="utf-8") as file:
        return {
            (row["product"].split("/")[3], row["region"]): (float(row["usd"]), kinds[row["source"]])
            for row in csv.DictReader(file)
            if row["product"].startswith("aws/ec2/instance/") and row["product"].endswith("/linux/shared")
        }


@pytest.mark.parametrize(
    ("instance_type", "fewest"),
    [
        ("p4d.24xlarge", 15),
        ("p4de.24xlarge", 6),
        ("p5.48xlarge", 14),
        ("p5en.48xlarge", 12),
        ("p6-b200.48xlarge", 5),
        ("g5.xlarge", 17),
        ("g6.xlarge", 20),
        ("g6e.xlarge", 11),
        ("trn1.32xlarge", 3),
        ("inf1.xlarge", 22),
        ("inf2.xlarge", 14),
    ],
)
def test_accelerators_are_priced_wherever_they_are_listed(instance_type: str, fewest: int) -> None:
    regions = {region for name, region in linux() if name == instance_type}
    assert len(regions) >= fewest
    assert "us-east-1" in regions


def test_accelerators_have_no_derived_price() -> None:
    assert not [name for (name, _), (_, kind) in linux().items() if kind == "derived" and name[0] in "pgti"]


def test_a_derived_price_stands_alone_in_its_family_and_region() -> None:
    listed = {(name.split(".")[0], region) for (name, region), (_, kind) in linux().items() if kind != "derived"}
    derived = {(name.split(".")[0], region) for (name, region), (_, kind) in linux().items() if kind == "derived"}
    assert derived
    assert not derived & listed
    assert not [place for place in derived if place[1] in ("ap-south-1", "ap-south-2")]


def test_prices_of_bare_metal_are_not_those_of_dedicated_tenancy() -> None:
    assert linux()["c6g.metal", "us-east-1"][0] == 2.176


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("us-east-1a", None),
        ("us-gov-west-1a", None),
        (None, None),
        ("us-west-2-lax-1a", "us-west-2-lax-1"),
        ("us-east-1-wl1-bos-wlz-1", "us-east-1-wl1-bos1"),
    ],
)
def test_zones_with_prices_of_their_own(zone: str | None, name: str | None) -> None:
    assert local_zone(zone) == name


def test_only_what_nothing_refers_to_is_left_to_aws() -> None:
    referred = Unknown("known only after apply", ("data.aws_ami.a",))
    block, open_names = settled_disk(
        {"iops": Unknown("known only after apply"), "throughput": Unknown("sensitive"), "volume_size": referred}
    )
    assert open_names == ["iops"]
    assert set(block.attributes) == {"throughput", "volume_size"}


def test_instance_store_devices_of_a_template_are_no_disks() -> None:
    mappings = [
        {"device_name": "xvdb", "virtual_name": "ephemeral0"},
        {"device_name": "xvdc", "ebs": [{"volume_size": 1}]},
        {"device_name": "/dev/xvda", "ebs": [{"volume_size": 20}]},
    ]
    attributes = {"block_device_mappings": mappings}
    kind = "aws_launch_template"
    launch = of_template(Resource(f"{kind}.a", kind, kind, "aws", "us-east-1", "provider", attributes))
    assert launch["disks"] == [{"volume_size": 1, "device_name": "xvdc"}]
    assert launch["root"] == {"volume_size": 20, "device_name": "/dev/xvda"}
