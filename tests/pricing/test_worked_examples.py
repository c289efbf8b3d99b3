"""Every file beside this one holds figures worked out by hand from the vendor's billing rule and the dated list prices.

- name: what is shown
  region: us-east-1                    # optional
  as_of: 2026-11-20                    # optional
  resources: {ADDRESS: {attributes}}
  unknown: {ADDRESS: {attribute: true}}            # optional: known only after apply
  references: {ADDRESS: {attribute: [ADDRESS.id]}} # optional: what an expression refers to
  usage: {ADDRESS: {key: value}}                   # optional
  expect:
    ADDRESS: "0.045 * 730 + 0.045 * 100"           # USD a month: the working itself
    ADDRESS: {cost: null | "working", status: partly_priced, low: "...", high: "...", reason: part of the text,
              components: {NAME: "working" or null}}
"""

from __future__ import annotations

import ast
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from finops_guard.check import Options, check
from tests.plans import change, plan

FOLDER = Path(__file__).parent
EXAMPLES = [
    pytest.param(example, id=f"{path.stem}: {example['name']}")
    for path in sorted(FOLDER.glob("*.yaml"))
    for example in yaml.safe_load(path.read_text(encoding="utf-8"))
]


def working(text: Any) -> Decimal:
    """The value of an arithmetic expression, in Decimal."""

    def value(node: ast.AST) -> Decimal:
        if isinstance(node, ast.Expression):
            return value(node.body)
        if isinstance(node, ast.Constant):
            return Decimal(ast.get_source_segment(str(text), node) or "0")
        if isinstance(node, ast.BinOp):
            left, right = value(node.left), value(node.right)
            operations = {
                ast.Add: left.__add__,
                ast.Sub: left.__sub__,
                ast.Mult: left.__mul__,
                ast.Div: left.__truediv__,
            }
            return operations[type(node.op)](right)
        raise ValueError(f"{text}: only numbers and + - * / are allowed")

    return value(ast.parse(str(text), mode="eval"))


@pytest.mark.parametrize("example", EXAMPLES)
def test_worked_example(example: dict[str, Any], tmp_path: Path) -> None:
    unknown = example.get("unknown", {})
    changes = [
        change(address, dict(attributes or {}), unknown=unknown.get(address))
        for address, attributes in example["resources"].items()
    ]
    document = plan(*changes, region=example.get("region", "us-east-1"), references=example.get("references"))
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document, default=str), encoding="utf-8")
    usage = None
    if "usage" in example:
        usage = tmp_path / "usage.yaml"
        usage.write_text(yaml.safe_dump({"version": 0.1, "resource_usage": example["usage"]}), encoding="utf-8")
    as_of = example.get("as_of", date(2026, 11, 20))
    report = check(
        Options(paths=[str(path)], usage=str(usage) if usage else None, policies="none", as_of=as_of, config="none")
    )
    resources = {entry["address"]: entry for project in report["projects"] for entry in project["resources"]}
    for address, expected in example["expect"].items():
        compare(address, resources[address], expected if isinstance(expected, dict) else {"cost": expected})


def compare(address: str, resource: dict[str, Any], expected: dict[str, Any]) -> None:
    """Assert what the example expects of one resource; amounts to a hundredth of a cent."""
    after = resource["after"]
    described = json.dumps(after["components"], indent=1, default=str)
    for key, name in (("cost", "monthly_cost"), ("low", "min"), ("high", "max")):
        if key in expected:
            same_amount(f"{address} {name}", after[name], expected[key], described)
    if "status" in expected:
        assert resource["status"] == expected["status"], f"{address}: {resource['reason']}\n{described}"
    if "reason" in expected:
        assert expected["reason"] in (resource["reason"] or ""), address
    for name, cost in expected.get("components", {}).items():
        found = [
            part
            for part in after["components"]
            if " > ".join([*part["path"], part["name"]]) == name or part["name"] == name
        ]
        assert found, f"{address} has no component {name}: {described}"
        same_amount(f"{address} {name}", found[0]["monthly_cost"], cost, described)


def same_amount(what: str, actual: Any, expected: Any, described: str) -> None:
    if expected is None:
        assert actual is None, f"{what} is {actual}\n{described}"
    else:
        assert actual is not None, f"{what} has no figure\n{described}"
        assert abs(Decimal(str(actual)) - working(expected)) < Decimal("0.0001"), f"{what} is {actual}\n{described}"
