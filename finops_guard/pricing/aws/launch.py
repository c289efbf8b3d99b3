"""What an EC2 instance is launched with, read alike from instances, launch templates and launch configurations.

The result is a `Block` of raw values with the names below; an Unknown stays one until the line that needs it reads it.

    instance_type, tenancy, on_host, market ("spot"), ebs_optimized, monitoring, cpu_credits, public_ip, windows,
    no_type (why instance_type is missing), root (a block), disks (blocks with device_name)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from finops_guard.model import Resource
from finops_guard.values import Block, Unknown, Values

ROOT_DEVICES = {"/dev/sda1", "/dev/sda", "/dev/xvda", "sda1", "xvda"}  # what public AMIs call their root device
AFTER_APPLY = "known only after apply"
BY_REQUIREMENTS = "the instance type is chosen at launch by instance_requirements"
Raw = dict[str, Any]


def of_instance(instance: Resource) -> Raw:
    """The values that an aws_instance or aws_spot_instance_request states itself."""
    raw = {
        "instance_type": stated(instance, "instance_type"),
        "tenancy": stated(instance, "tenancy"),
        "on_host": _on_host(instance),
        "market": _first_stated(instance, "instance_market_options.market_type", "instance_lifecycle"),
        "ebs_optimized": stated(instance, "ebs_optimized"),
        "monitoring": stated(instance, "monitoring"),
        "cpu_credits": stated(instance, "credit_specification.cpu_credits"),
        "public_ip": stated(instance, "associate_public_ip_address"),
        "windows": stated(instance, "get_password_data"),
        "root": _first(stated(instance, "root_block_device")),
        "disks": _without_attached(instance, stated(instance, "ebs_block_device")),
    }
    return _known(raw)


def of_configuration(configuration: Resource) -> Raw:
    """The values of an aws_launch_configuration; detailed monitoring is on unless it says otherwise."""
    spot_price = stated(configuration, "spot_price")
    monitoring = stated(configuration, "enable_monitoring")
    raw = {
        "instance_type": stated(configuration, "instance_type"),
        "tenancy": stated(configuration, "placement_tenancy"),
        "market": "spot" if spot_price is not None else None,
        "ebs_optimized": stated(configuration, "ebs_optimized"),
        "monitoring": True if monitoring is None else monitoring,
        "public_ip": stated(configuration, "associate_public_ip_address"),
        "root": _first(stated(configuration, "root_block_device")),
        "disks": stated(configuration, "ebs_block_device"),
    }
    return _known(raw)


def of_template(template: Resource) -> Raw:
    """The values of an aws_launch_template; a mapping of the root device becomes the root disk."""
    root, disks = _mappings(stated(template, "block_device_mappings"))
    raw = {
        "instance_type": stated(template, "instance_type"),
        "tenancy": stated(template, "placement.tenancy"),
        "on_host": _stated_any(template, "placement.host_id", "placement.host_resource_group_arn"),
        "market": stated(template, "instance_market_options.market_type"),
        "ebs_optimized": stated(template, "ebs_optimized"),
        "monitoring": stated(template, "monitoring.enabled"),
        "cpu_credits": stated(template, "credit_specification.cpu_credits"),
        "public_ip": stated(template, "network_interfaces.associate_public_ip_address"),
        "no_type": BY_REQUIREMENTS if stated(template, "instance_requirements") is not None else None,
        "root": root,
        "disks": disks,
    }
    return _known(raw)


def merged(template: Raw, own: Raw) -> Block:
    """What an instance gets: its own values, else the template's; disks with the same device name become one."""
    values = {**template, **own}
    if isinstance(template.get("root"), Mapping) and isinstance(own.get("root"), Mapping):
        values["root"] = {**template["root"], **_known(own["root"])}
    if isinstance(template.get("disks"), list) and isinstance(own.get("disks"), list):
        values["disks"] = _merged_disks(template["disks"], own["disks"])
    return Block(values)


def stated(values: Values, path: str) -> Any:
    """The raw value at a dotted path through first blocks: None when absent, empty or left to the provider."""
    current: Any = values.attributes
    for step in path.split("."):
        current = _first(current)
        if isinstance(current, Unknown):
            break
        current = current.get(step) if isinstance(current, Mapping) else None
    if isinstance(current, Unknown) and current.computed:
        return None
    return None if current == "" or current == [] else current


def settled_disk(block: Mapping[str, Any]) -> tuple[Block, list[str]]:
    """A disk block without the values that nothing in the code refers to, and their names.

    Inside a `dynamic` block a plan does not tell an attribute that the code leaves out from one that it computes; but
    an expression that is known only after apply names what it refers to, so without a reference AWS decides.
    """
    left_out = [name for name, value in block.items() if isinstance(value, Unknown) and _left_out(value)]
    dynamic = [name for name in left_out if not block[name].computed]
    return Block({name: value for name, value in block.items() if name not in left_out}), dynamic


def _left_out(value: Unknown) -> bool:
    return value.computed or (value.reason == AFTER_APPLY and not value.references)


def _stated_any(values: Values, *paths: str) -> bool | None:
    """True when code states one of the values, known or not."""
    return True if any(stated(values, path) is not None for path in paths) else None


def _first_stated(values: Values, *paths: str) -> Any:
    found = (stated(values, path) for path in paths)
    return next((value for value in found if value is not None), None)


def _on_host(instance: Resource) -> bool | None:
    return _stated_any(instance, "host_id", "host_resource_group_arn")


def _first(value: Any) -> Any:
    if isinstance(value, list):
        return value[0] if value else None
    return value


def _known(raw: Mapping[str, Any]) -> Raw:
    """Without what nothing states, so that a template's value can stand in."""
    return {
        name: value
        for name, value in raw.items()
        if not (value is None or (isinstance(value, Unknown) and value.computed))
    }


def _without_attached(instance: Resource, disks: Any) -> Any:
    """The disks of an instance without volumes that an aws_volume_attachment adds: those are resources of their own.

    The provider lists every attached volume in `ebs_block_device` once the instance exists.
    """
    if not isinstance(disks, list):
        return disks
    attachments = instance.referrers("aws_volume_attachment", "instance_id")
    names = [attachment.get("device_name") for attachment in attachments]
    known = {name for name in names if isinstance(name, str)}
    return [disk for disk in disks if not (isinstance(disk, Mapping) and _name(disk) in known)]


def _mappings(mappings: Any) -> tuple[Any, Any]:
    """Root disk and other disks of a template; instance-store and suppressed devices cost nothing."""
    if not isinstance(mappings, list):
        return None, mappings
    root, disks = None, []
    for mapping in mappings:
        if not isinstance(mapping, Mapping):
            disks.append(mapping)
            continue
        ebs = _first(mapping.get("ebs"))
        if isinstance(ebs, Unknown):
            disks.append(ebs)
        elif isinstance(ebs, Mapping):
            disk = {**ebs, "device_name": mapping.get("device_name")}
            if root is None and _name(disk) in ROOT_DEVICES:
                root = disk
            else:
                disks.append(disk)
    return root, disks


def _merged_disks(template: Iterable[Any], own: Iterable[Any]) -> list[Any]:
    by_name: dict[Any, Any] = {}
    for disk in (*template, *own):
        name = _name(disk) if isinstance(disk, Mapping) else None
        if name is None:
            by_name[object()] = disk
        else:
            by_name[name] = {**by_name.get(name, {}), **_known(disk)}
    return list(by_name.values())


def _name(disk: Mapping[str, Any]) -> str | None:
    name = disk.get("device_name")
    return name if isinstance(name, str) else None
