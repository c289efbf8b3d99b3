"""The baseline: findings that were there when the rules were adopted. Pure; it may shrink and never grows by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from finops_guard.model import Finding

SCHEMA_VERSION = "1"
COUNTED_STATES = ("open", "unknown")


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What a finding is recognised by: rule, address and problem, not its place in a file.

    `unknown`: nobody could say whether the rule was broken; such an entry never covers a finding that is certain.
    """

    rule: str
    address: str
    problem: str
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Baseline:
    """How many findings of each key are let off; `source` is the file."""

    counts: Mapping[Key, int] = field(default_factory=dict)
    source: str = ""

    def __len__(self) -> int:
        return len(self.counts)


def key_of(found: Finding) -> Key | None:
    """The key of a finding about a resource; None for one about a project, the run, or a waiver.

    Those are about the change, not about what was there: a baseline of them would let every later change pass.
    """
    if found.scope != "resource" or found.address is None or found.waiver is not None:
        return None
    return Key(found.rule, found.address, found.problem or "", found.state == "unknown")


def keys_of(findings: Iterable[Finding]) -> Counter[Key]:
    """The keys of all findings that count, and how often each occurs."""
    return Counter(key for found in findings if found.state in COUNTED_STATES and (key := key_of(found)) is not None)


def changed(old: Mapping[Key, int], without: Mapping[Key, int], added: Mapping[Key, int]) -> dict[Key, int]:
    """The counts without some and with some."""
    return dict(Counter(old) - Counter(without) + Counter(added))


def document_of(counts: Mapping[Key, int]) -> dict[str, Any]:
    """The baseline as the file holds it (schemas/baseline.json), sorted, so that a change of it is easily read."""
    return {"schema_version": SCHEMA_VERSION, "entries": [_entry(key, counts[key]) for key in sorted(counts)]}


def _entry(key: Key, count: int) -> dict[str, Any]:
    entry: dict[str, Any] = {"rule": key.rule, "address": key.address, "problem": key.problem}
    if key.unknown:
        entry["unknown"] = True
    if count > 1:
        entry["count"] = count
    return entry


def baseline_of(document: Mapping[str, Any], source: str) -> Baseline:
    """The baseline that a document describes, as the schema has checked it. The same entry twice counts twice."""
    counts: Counter[Key] = Counter()
    for entry in document["entries"]:
        key = Key(entry["rule"], entry["address"], entry["problem"], entry.get("unknown", False))
        counts[key] += int(entry.get("count", 1))
    return Baseline(dict(counts), source)
