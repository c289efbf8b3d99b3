"""The data tables that rules need: which types can hold tags, where machine classes stand, classes of resources."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, slots=True)
class MachineRow:
    """Where a type states its machine classes and how many run.

    `block`: the nested block that holds them, if any. `count` and `largest` (the maximum of a scaling group): names to
    try, one after the other; a leading "/" means the resource itself; "1" is one; "?" that the type does not say;
    "template" that it starts none by itself.
    """

    accelerated: bool  # machines of this service can carry GPUs
    block: str | None
    machine_class: str | None
    count: tuple[str, ...]
    largest: tuple[str, ...]


@lru_cache(maxsize=1)
def machine_rows() -> Mapping[str, tuple[MachineRow, ...]]:
    """data/machine_attributes.csv by type."""
    rows: dict[str, tuple[MachineRow, ...]] = {}
    for line in _read("machine_attributes.csv"):
        count, largest = (tuple(filter(None, line[name].split("|"))) for name in ("count", "max"))
        row = MachineRow(line["accelerated"] == "yes", line["block"] or None, line["class"] or None, count, largest)
        rows[line["type"]] = (*rows.get(line["type"], ()), row)
    return rows


@lru_cache(maxsize=1)
def classes_of_types() -> Mapping[str, tuple[str, ...]]:
    """data/resource_classes.csv: the classes of a resource type."""
    found: dict[str, tuple[str, ...]] = {}
    for line in _read("resource_classes.csv"):
        found[line["type"]] = (*found.get(line["type"], ()), line["class"])
    return found


@lru_cache(maxsize=1)
def taggable_types() -> Mapping[str, str]:
    """data/taggable_types.csv: where a type holds its tags (tags, tag_blocks, labels, none)."""
    return {line["type"]: line["where"] for line in _read("taggable_types.csv")}


@lru_cache(maxsize=1)
def types_with_tag_blocks() -> frozenset[str]:
    """Types whose tags stand in `tag` blocks."""
    return frozenset(name for name, where in taggable_types().items() if where == "tag_blocks")


@lru_cache(maxsize=1)
def aws_tag_types() -> Mapping[str, tuple[str, ...]]:
    """data/aws_tag_types.csv: what AWS tag policies call a type -> Terraform types."""
    found: dict[str, tuple[str, ...]] = {}
    for line in _read("aws_tag_types.csv"):
        found[line["aws_type"]] = (*found.get(line["aws_type"], ()), line["type"])
    return found


@lru_cache(maxsize=1)
def known_types() -> frozenset[str]:
    """Every resource type that a table of ours names."""
    names: set[str] = set(machine_rows()) | set(classes_of_types())
    for table in ("taggable_types.csv", "free_types.csv"):  # the type is the first column of both
        lines = (DATA / table).read_text(encoding="utf-8").splitlines()[1:]
        names.update(line.split(",", 1)[0] for line in lines)
    return frozenset(names)


@dataclass(frozen=True, slots=True)
class Guardrail:
    """What a stage asks of an AI service; `level`: required, advised or no."""

    name: str
    level: str
    reason: str


@lru_cache(maxsize=16)
def ai_guardrails(stage: str) -> tuple[Guardrail, ...]:
    """data/ai_guardrails.csv for a stage (concept, mvp, pilot, launch, scale, sunset)."""
    lines = [line for line in _read("ai_guardrails.csv") if line["stage"] == stage]
    return tuple(Guardrail(line["guardrail"], line["level"], line["reason"]) for line in lines)


def _read(name: str) -> list[dict[str, str]]:
    path = DATA / name
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
