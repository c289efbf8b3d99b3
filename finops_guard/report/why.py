"""Why a resource costs what it costs, or costs more than before, in one short sentence.

Only attributes on the lists below are ever named, and never a sensitive one: the report holds no other attributes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from finops_guard.model import HOURS_PER_MONTH, CostComponent, EstimatedChange, Resource, ResourceEstimate
from finops_guard.values import Unknown

ZERO = Decimal(0)
SENSITIVE = "sensitive"

# The attribute that names what was chosen: "new m5.xlarge, ...".
CHOICES = (
    "instance_type", "instance_class", "node_type", "cache_node_type", "replication_instance_class",
    "host_instance_type", "volume_type", "storage_type", "vpc_endpoint_type", "load_balancer_type", "machine_type",
    "vm_size", "sku_name",
)  # fmt: skip

# Attributes whose change may be named: sizes, counts, classes and modes. No names, no network, no free text.
SHOWN = (
    *CHOICES,
    "acceleration_capacity", "allocated_storage", "architectures", "availability_mode", "az_mode", "billing_mode",
    "capacity_type", "cpu", "deployment_type", "desired_capacity", "desired_count", "desired_size", "disk_size",
    "engine", "engine_mode", "engine_version", "ephemeral_storage", "instance_count", "instance_num",
    "instance_tenancy", "iops",
    "kubernetes_version", "license_model", "market_type", "max_capacity", "max_size", "memory", "memory_size",
    "min_capacity", "min_size", "model_units", "multi_az", "node_count", "num_cache_clusters", "num_cache_nodes",
    "num_node_groups", "number_of_broker_nodes", "number_of_nodes", "performance_insights_enabled",
    "performance_insights_retention_period", "read_capacity", "replica_count", "replicas", "replicas_per_node_group",
    "retention_in_days", "shard_count", "size", "storage_capacity", "storage_class", "storage_mode", "storage_size",
    "storage_throughput", "storage_tier", "table_class", "tenancy", "throughput", "throughput_capacity",
    "throughput_mode", "type", "version", "volume_size", "write_capacity",
)  # fmt: skip

# Blocks whose attributes of the list above may be named too.
BLOCKS = (
    "block_device_mappings", "broker_node_group_info", "cluster_config", "ebs", "ebs_block_device", "ebs_options",
    "instance_market_options", "production_variants", "provisioned_throughput", "root_block_device", "scaling_config",
    "serverlessv2_scaling_configuration", "stream_mode_details",
)  # fmt: skip

RANK = {name: position for position, name in enumerate(SHOWN)}
MOST_PARTS = 3
SMALLEST_SHARE = Decimal("0.05")  # of the resource's cost: smaller lines are only counted
LONGEST_VALUE = 60


def why(changed: EstimatedChange) -> str:
    """One plain sentence: what was chosen and what it is multiplied by, or what changed. No trailing full stop."""
    action = changed.change.action
    if action in ("no-op", "read"):
        return "unchanged"
    if action == "delete":
        return "deleted"
    if action in ("create", "declared") or changed.before is None or changed.after is None:
        start = "" if action == "declared" else "new "
        return (start + _described(changed.change.resource, changed.current)).strip()
    start = "replaced: " if action == "replace" else ""
    changes = _attribute_changes(changed) or _component_changes(changed.before, changed.after)
    return start + (", ".join(changes) or "nothing that changes the price")


def multiplication(component: CostComponent) -> str:
    """`0.192/h x 730 h`: unit price and quantity of a line that has both."""
    price, quantity = component.unit_price, component.quantity.value
    if price is None or quantity is None:
        return ""
    unit = "h" if component.unit == "hours" else component.unit
    each = f"{plain_number(price)}/{singular(unit)}"
    if unit == "h" and quantity > HOURS_PER_MONTH and quantity % HOURS_PER_MONTH == 0:
        return f"{each} x 730 h x {plain_number(quantity / HOURS_PER_MONTH)}"
    return f"{each} x {plain_number(quantity)} {unit}"


def plain_number(number: Decimal) -> str:
    """All digits that count, thousands grouped, never an exponent."""
    rounded = round(number, 6) if abs(number) >= 1 else number
    text = f"{rounded:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def singular(unit: str) -> str:
    """`requests` -> `request`; units that are no plural stay as they are."""
    return unit[:-1] if unit.endswith("s") and not unit.endswith(("ss", "/s", "PS")) else unit


def _described(resource: Resource, side: ResourceEstimate) -> str:
    """`m5.xlarge, 0.192/h x 730 h; root_block_device > Storage 0.08/GB x 100 GB`: the largest line first."""
    attributes = resource.attributes
    chosen = next((text for name in CHOICES if name in attributes and (text := _value(attributes[name]))), None)
    lines = [part for part in side.components if part.monthly_cost and not part.one_time]
    if len(lines) > 1:
        lines.sort(key=lambda part: part.monthly_cost or ZERO, reverse=True)
    module = f"{'.'.join(resource.module_path)}."
    worth_naming = (side.monthly_cost or ZERO) * SMALLEST_SHARE
    named = [line for line in lines[:MOST_PARTS] if (line.monthly_cost or ZERO) >= worth_naming]
    parts = []
    for position, line in enumerate(named):
        name = chosen + "," if chosen and position == 0 else label(line).removeprefix(module)
        parts.append(f"{name} {multiplication(line)}")
    if len(lines) > len(named):
        parts.append(f"{len(lines) - len(named)} more")
    return "; ".join(parts) or chosen or resource.type


def label(component: CostComponent) -> str:
    """The name of a line with the part of the resource that it belongs to."""
    return " > ".join((*component.path, component.name)) if component.path else component.name


def _attribute_changes(changed: EstimatedChange) -> list[str]:
    before, after = changed.change.before, changed.change.after
    if before is None or after is None:
        return []
    changes = list(_changed_values(before.attributes, after.attributes, ""))
    for name in BLOCKS:
        if name not in before.attributes:
            continue
        old, new = _first(before.attributes[name]), _first(after.attributes.get(name))
        if old is not None and new is not None:
            changes += _changed_values(old, new, f"{name}.")
    return _limited(changes)


def _changed_values(before: Mapping[str, Any], after: Mapping[str, Any], prefix: str) -> Iterator[str]:
    names = [name for name, value in before.items() if name in RANK and after.get(name) != value]
    for name in sorted(names, key=RANK.__getitem__):
        was, will_be = _value(before[name]), _value(after.get(name))
        if was is not None and will_be is not None and was != will_be:
            yield f"{prefix}{name} {was} -> {will_be}"


def _first(block: Any) -> Mapping[str, Any] | None:
    item = block[0] if isinstance(block, list) and block else block
    return item if isinstance(item, dict) else None


def _value(value: Any) -> str | None:
    """A value as text; None for what is absent, sensitive or no single value."""
    if isinstance(value, Unknown):
        return None if value.reason == SENSITIVE else "(known after apply)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value[:LONGEST_VALUE] if value else None
    if isinstance(value, int | float | Decimal):
        return plain_number(Decimal(str(value)))
    return None


def _component_changes(before: ResourceEstimate, after: ResourceEstimate) -> list[str]:
    """What became of the lines, the largest difference first."""
    old = {(part.path, part.name): part for part in before.components}
    new = {(part.path, part.name): part for part in after.components}
    found = []
    for key in dict.fromkeys((*new, *old)):
        text = _became(old.get(key), new.get(key))
        if text:
            found.append((abs(_cost(new.get(key)) - _cost(old.get(key))), text))
    found.sort(key=lambda item: item[0], reverse=True)
    return _limited([text for _, text in found])


def _became(old: CostComponent | None, new: CostComponent | None) -> str | None:
    if new is None:
        return f"without {label(old)}" if old else None
    if old is None:
        return f"with {label(new)} {multiplication(new)}".strip()
    if old.quantity.value != new.quantity.value and old.quantity.value is not None and new.quantity.value is not None:
        return f"{label(new)} {plain_number(old.quantity.value)} -> {plain_number(new.quantity.value)} {new.unit}"
    if old.unit_price != new.unit_price and old.unit_price is not None and new.unit_price is not None:
        return f"{label(new)} {plain_number(old.unit_price)} -> {plain_number(new.unit_price)} per {singular(new.unit)}"
    return None


def _cost(component: CostComponent | None) -> Decimal:
    return (component.monthly_cost or ZERO) if component else ZERO


def _limited(parts: list[str]) -> list[str]:
    return [*parts[:MOST_PARTS], f"{len(parts) - MOST_PARTS} more"] if len(parts) > MOST_PARTS else parts
