"""Commitments: what they cover, what is paid beside list, and when they end."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

import finops_guard
from finops_guard.check import Options, check
from finops_guard.errors import ConfigError
from finops_guard.pricing.catalog import open_catalog
from finops_guard.pricing.commitments import price_share, read_commitments
from tests.plans import change, plan

AS_OF = date(2026, 11, 20)
PLAN = {"provider": "aws", "kind": "savings_plan", "service": "ec2", "coverage_percent": 70, "discount_percent": 30}
INSTANCE = change(
    "aws_instance.web",
    {"instance_type": "m5.large", "root_block_device": [{"volume_type": "gp3", "volume_size": 100}]},
)
HOURS = Decimal("0.096") * 730  # m5.large with Linux in us-east-1
DISK = Decimal("0.08") * 100


def commitment(**changes: Any) -> dict[str, Any]:
    return PLAN | {"ends": "2028-06-30"} | changes


def checked(
    folder: Path, *commitments: dict[str, Any], resource: dict[str, Any] = INSTANCE, **more: Any
) -> dict[str, Any]:
    (folder / "plan.json").write_text(json.dumps(plan(resource)), encoding="utf-8")
    usage = more.pop("usage", None)
    if usage is not None:
        (folder / "usage.yaml").write_text(json.dumps({"resource_usage": usage}), encoding="utf-8")
    config = folder / "config.yaml"
    config.write_text(json.dumps({"version": 1, "commitments": list(commitments)} | more), encoding="utf-8")
    return check(
        Options(
            [str(folder / "plan.json")], str(config), "none", str(folder / "usage.yaml") if usage is not None else None,
            as_of=AS_OF,
        )
    )  # fmt: skip


def after(report: dict[str, Any]) -> dict[str, Any]:
    side: dict[str, Any] = report["projects"][0]["resources"][0]["after"]
    return side


def test_the_effective_price_stands_beside_list(tmp_path: Path) -> None:
    report = checked(tmp_path, commitment())
    side = after(report)
    compute = next(part for part in side["components"] if part["unit"] == "hours" and "Instance" in part["name"])
    assert compute["unit_price"] == Decimal("0.096") * Decimal("0.79")  # 0.7 x 0.7 of list + 0.3 x list
    assert side["monthly_cost"] == side["list_cost"] - HOURS * Decimal("0.21")
    assert report["totals"]["after_list"] == side["list_cost"]


def test_disks_and_addresses_are_not_covered(tmp_path: Path) -> None:
    plain = {part["name"]: part["monthly_cost"] for part in after(checked(tmp_path))["components"]}
    covered = {part["name"]: part["monthly_cost"] for part in after(checked(tmp_path, commitment()))["components"]}
    assert [name for name in plain if plain[name] != covered[name]] == ["Instance usage (Linux, on-demand, m5.large)"]
    assert DISK in covered.values()


def test_a_discount_is_taken_off_what_is_left(tmp_path: Path) -> None:
    side = after(checked(tmp_path, commitment(), discounts={"aws/ec2": 10}))
    assert side["monthly_cost"] == side["list_cost"] - HOURS + HOURS * Decimal("0.79") * Decimal("0.9")


def test_two_commitments_cover_no_more_than_everything() -> None:
    both = read_commitments([commitment(), commitment(kind="reserved", coverage_percent=50, discount_percent=40)])
    assert price_share("aws/ec2/instance/m5.large/linux/shared", both) == 1 - Decimal("0.21") - Decimal(
        "0.3"
    ) * Decimal("0.4")
    assert price_share("aws/ebs/gp3/storage", both) == 1


@pytest.mark.parametrize("usage", [{"spot_price": 0.03}, {"spot_discount_percent": 60}])
def test_spot_is_not_covered(tmp_path: Path, usage: dict[str, Any]) -> None:
    spot = change("aws_spot_instance_request.s", {"instance_type": "m5.large"})
    values = {"aws_spot_instance_request.s": usage}
    assert (
        after(checked(tmp_path, commitment(), resource=spot, usage=values))["monthly_cost"]
        == after(checked(tmp_path, resource=spot, usage=values))["monthly_cost"]
    )


def test_a_reservation_stated_as_usage_is_not_discounted_again(tmp_path: Path) -> None:
    usage = {"aws_instance.web": {"reserved_instance_term": "1_year"}}
    assert (
        after(checked(tmp_path, commitment(kind="reserved"), usage=usage))["monthly_cost"]
        == after(checked(tmp_path, usage=usage))["monthly_cost"]
    )


def test_own_prices_are_not_discounted(tmp_path: Path) -> None:
    prices = tmp_path / "prices.yaml"
    prices.write_text("version: 1\nproducts: {aws/ec2/instance/m5.large/linux/shared: 0.05}\n", encoding="utf-8")
    side = after(checked(tmp_path, commitment(), prices="prices.yaml"))
    assert any(part["unit_price"] == Decimal("0.05") for part in side["components"])


@pytest.mark.parametrize(
    ("ends", "counts", "text"),
    [
        ("2026-11-19", False, "ended on 2026-11-19: it is not counted"),
        ("2026-11-20", True, "in 0 days"),
        ("2027-02-18", True, "ends on 2027-02-18, in 90 days: the 21 % that it saves end with it"),
        ("2027-02-19", True, None),
    ],
)
def test_the_end(tmp_path: Path, ends: str, counts: bool, text: str | None) -> None:
    report = checked(tmp_path, commitment(ends=ends, term="1_year", payment="no_upfront"))
    side = after(report)
    assert (side["monthly_cost"] < side["list_cost"]) is counts
    messages = [entry["message"] for entry in report["diagnostics"]]
    assert len(messages) == (0 if text is None else 1)
    if text is not None:
        assert messages[0].startswith("Savings Plan for aws/ec2 (1 year, no upfront) ")
        assert text in messages[0]
        assert report["diagnostics"][0]["level"] == "warning"


def test_an_ending_commitment_is_no_fault_of_the_usage_file(tmp_path: Path) -> None:
    assert checked(tmp_path, commitment(ends="2026-12-01"), strict_usage=True)["diagnostics"]


def test_the_report_says_what_it_rests_on(tmp_path: Path) -> None:
    texts = [entry["text"] for entry in checked(tmp_path, commitment())["assumptions"] if entry["address"] is None]
    assert "list prices in USD less the discounts and commitments you stated, without tax or credits" in texts
    assert "Savings Plan for aws/ec2: covers 70 % at 30 % off, until 2028-06-30" in texts


def test_a_day_as_yaml_writes_it(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(plan(INSTANCE)), encoding="utf-8")
    config = tmp_path / "config.yaml"
    config.write_text(
        "commitments: [{provider: aws, kind: reserved, service: ec2, coverage_percent: 100, discount_percent: 33.3,"
        " ends: 2028-06-30}]\n",
        encoding="utf-8",
    )
    side = after(check(Options([str(tmp_path / "plan.json")], str(config), "none", as_of=AS_OF)))
    assert side["monthly_cost"] == side["list_cost"] - HOURS * Decimal("0.333")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"service": "s3"}, "no Savings Plan covers aws/s3"),
        ({"kind": "reserved", "service": "lambda"}, "no reservation covers aws/lambda"),
        ({"provider": "azurerm"}, "no Savings Plan covers azurerm/ec2"),
        ({"coverage_percent": 101}, "coverage_percent"),
        ({"discount_percent": -1}, "discount_percent"),
        ({"ends": "2027-02-30"}, "2027-02-30 is not a day"),
        ({"ends": "next year"}, "ends"),
        ({"term": "2_year"}, "term"),
        ({"coverage": 3}, "unknown key 'coverage'"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, changes: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=r"config\.yaml") as problem:
        checked(tmp_path, commitment(**changes))
    assert text in str(problem.value)


def test_every_scope_names_products_of_the_book() -> None:
    names = [name for (name,) in open_catalog().connection.execute("SELECT name FROM product")]
    with (Path(finops_guard.__file__).parent / "data" / "commitment_scopes.csv").open(encoding="utf-8") as file:
        patterns = [row["products"] for row in csv.DictReader(file)]
    for pattern in patterns:
        found = [name for name in names if fnmatchcase(name, pattern)]
        assert found or pattern == "aws/memorydb/node/*", pattern
        assert not [name for name in found if "spot" in name or "storage" in name or "reserved" in name]
