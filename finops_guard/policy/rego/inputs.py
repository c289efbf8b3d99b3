"""What Rego rules get: the policy input as plain data, no more of it than some rule names. Pure.

An Unknown is {"unknown": reason}; what the provider decides by itself is absent, as in YAML rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from finops_guard.policy.document import FIELDS, ResourceDocument, RunDocument
from finops_guard.policy.keys import AtLeast
from finops_guard.policy.rego.peer import peer_document, unpriced
from finops_guard.policy.rego.reads import NAME, PEER_FIELDS, RESOURCE_FIELDS, SUMS, Path, Reads
from finops_guard.policy.rule import CostCenters
from finops_guard.values import Unknown

ALWAYS = (
    "address", "type", "source_type", "provider", "region", "environment", "project", "module", "change", "tags",
)  # fmt: skip
MOST_NAMED = 3
NOT_JUDGED = {"unchanged": "no-op", "deleted": "delete"}


def fields_of(reads: Iterable[Reads]) -> list[str]:
    """The fields of a resource that some rule may read."""
    wanted = {str(path[0]) for one in reads for path in one.below}
    return [name for name in FIELDS if name in RESOURCE_FIELDS and (name in wanted or name in ALWAYS)]


def resource(document: ResourceDocument, fields: Sequence[str], null: bool = False) -> dict[str, Any]:
    """One resource. `null`: what is unknown is null, to see whether a finding rests on it."""
    found = {name: plain(document.get(name), null, None if name in SUMS else FIELDS[name]) for name in fields}
    return {**found, NAME: found["address"]}


def plain(value: Any, null: bool = False, inner: Sequence[str] | None = None) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Unknown):
        return None if null else {"unknown": str(value)}
    if inner is not None:
        return {name: plain(value.get(name), null) for name in inner}
    if isinstance(value, Mapping):
        return {
            str(name): plain(item, null)
            for name, item in value.items()
            if not (isinstance(item, Unknown) and item.computed)
        }
    if isinstance(value, list | tuple):
        return [None if isinstance(item, Unknown) and item.computed else plain(item, null) for item in value]
    return number(value) if isinstance(value, Decimal) else value


def number(value: Decimal) -> int | float:
    """A number without a needless point: 8, not 8.0."""
    return int(value) if value == value.to_integral_value() else float(value)


def shared(run: RunDocument, top: set[str], fields: Sequence[str]) -> dict[str, Any]:
    """The input besides `resource` and `resources`: only what some rule names."""
    result: dict[str, Any] = {"schema_version": "1"}
    for name, action in NOT_JUDGED.items():
        if name in top:
            result[name] = [resource(one, fields) for one in run.documents() if one.change == action]
    for name in SUMS:
        if name in top:
            result[name] = plain(getattr(run, name), inner=FIELDS[name])
    if not PEER_FIELDS.isdisjoint(top):
        result |= peer_document(run.estimate)
    return result


def cost_centers(centers: CostCenters) -> dict[str, Any]:
    """data.cost_centers: by id, with team, figures (USD/month) and owners."""
    return {
        center.id: {
            "team": center.team,
            "owner": center.owner,
            **{name: number(value) for name, value in center.numbers.items()},
            "owners": [
                {
                    "name": one.name, "role": one.role, "logins": dict(one.logins),
                    "authority": None if one.authority is None else number(one.authority),
                }
                for one in center.owners
            ],
        }
        for center in centers.by_id.values()
    }  # fmt: skip


def doubts(document: ResourceDocument, reads: Reads) -> list[str]:
    """What a rule reads of a resource that nobody can know yet, with the reason."""
    if reads.handles_unknown:
        return []
    found: dict[str, None] = {}
    for path in sorted(reads.below, key=str):
        if path[0] in SUMS:
            continue  # of a resource, it is the name of its project
        name = "address" if path[0] == NAME else str(path[0])
        for where, unknown in _unknowns(document.get(name), path[1:], name, reads):
            found[f"{where}: {unknown}"] = None
    return list(found)


def doubts_of_run(run: RunDocument, reads: Reads) -> list[str]:
    """What a rule reads of the run as a whole that is not known, or not in full, with the reason."""
    if reads.handles_unknown:
        return []
    found = []
    for name in sorted(reads.sums):
        first, _, rest = name.partition(".")
        value = getattr(run, first).get(rest)
        unknown = value if isinstance(value, Unknown) else getattr(value, "unknown", None)
        found += [f"{name}: {unknown}"] if unknown is not None else []
    without = unpriced(run.estimate) if reads.of_peer else []
    if without:
        found.append(f"{len(without)} resource{'s have' if len(without) > 1 else ' has'} no price: {_some(without)}")
    return found


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")


def _unknowns(value: Any, path: Path, where: str, reads: Reads) -> Iterator[tuple[str, Unknown]]:
    """The Unknowns at a path and below it. A name that is computed may be any that the rules have as text."""
    if isinstance(value, Unknown):
        if not value.computed:
            yield where, value
        return
    if isinstance(value, AtLeast):
        yield where, value.unknown
        return
    if isinstance(value, Mapping):
        step = path[0] if path else None
        for name, item in value.items():
            if name == step or (step is None and (name in reads.strings or _is_field(where, name))):
                yield from _unknowns(item, path[1:], f"{where}.{name}", reads)
    elif hasattr(value, "get"):
        for name in FIELDS.get(where) or ():
            if not path or path[0] in (None, name):
                yield from _unknowns(value.get(name), path[1:], f"{where}.{name}", reads)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _unknowns(item, path[1:] if path and path[0] is None else path, where, reads)


def _is_field(where: str, name: str) -> bool:
    return name in (FIELDS.get(where) or ())
