"""Write small Terraform plans for tests: the shape of `terraform show -json`, without the noise."""

from __future__ import annotations

from typing import Any

AWS = "registry.terraform.io/hashicorp/aws"


def change(
    address: str,
    after: dict[str, Any] | None = None,
    before: dict[str, Any] | None = None,
    actions: list[str] | None = None,
    unknown: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """One entry of `resource_changes`; the actions follow from the sides unless given."""
    if actions is None:
        if before is None:
            actions = ["create"]
        elif after is None:
            actions = ["delete"]
        else:
            actions = ["no-op"] if before == after else ["update"]
    *modules, kind, name = address.split("[")[0].split(".") if "[" not in address else _split(address)
    entry: dict[str, Any] = {
        "address": address,
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider_name": provider_name(kind),
        "change": {"actions": actions, "before": before, "after": after, "after_unknown": unknown or {}},
    }
    if modules:
        entry["module_address"] = ".".join(modules)
    if address.endswith("]"):
        key = address[address.rindex("[") + 1 : -1]
        entry["index"] = int(key) if key.isdigit() else key.strip('"')
    return entry | more


def _split(address: str) -> list[str]:
    parts = address.rsplit(".", 2)
    return [*([parts[0]] if len(parts) == 3 else []), parts[-2], parts[-1].split("[")[0]]


def provider_name(kind: str) -> str:
    """The full provider name of a resource type."""
    return f"registry.terraform.io/hashicorp/{kind.split('_')[0]}"


def plan(
    *changes: dict[str, Any],
    region: str | None = "us-east-1",
    references: dict[str, dict[str, list[str]]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A plan of root-module resources. `references`: {"aws_x.y": {"attribute": ["aws_z.w.id", "aws_z.w"]}}."""
    expressions: dict[str, Any] = {"region": {"constant_value": region}} if region else {}
    resources = []
    for address in dict.fromkeys(entry["address"].split("[")[0] for entry in changes):
        kind, name = address.split(".")[-2:]
        refs = {name: {"references": list(refs)} for name, refs in (references or {}).get(address, {}).items()}
        resources.append(
            {
                "address": address,
                "mode": "managed",
                "type": kind,
                "name": name,
                "provider_config_key": kind.split("_")[0],
                "expressions": refs,
            }
        )
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {}},
        "resource_changes": list(changes),
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "full_name": AWS, "expressions": expressions}},
            "root_module": {"resources": resources},
        },
    } | more
