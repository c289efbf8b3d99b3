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


def _read(name: str) -> list[dict[str, str]]:
    path = DATA / name
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
