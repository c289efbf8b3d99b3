"""Read the JSON of a plan or state into a Project.

A plan gives both sides of each change. A state, and a plan without `resource_changes`, gives `declared` resources: there
is no base, so no delta.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finops_guard import environment
from finops_guard.errors import InputError
from finops_guard.inputs.interface import ReadOptions
from finops_guard.inputs.terraform_plan import document as documents
from finops_guard.inputs.terraform_plan.configuration import Configuration, as_dict, as_list, module_path
from finops_guard.inputs.terraform_plan.places import Places, provider_of
from finops_guard.inputs.terraform_plan.references import PlanGraph, type_and_name
from finops_guard.inputs.terraform_plan.unknowns import hide_sensitive, mark_unknown
from finops_guard.model import Action, Change, Diagnostic, Environment, Project, Resource, Span
from finops_guard.values import Unknown

ACTIONS: dict[tuple[str, ...], Action] = {
    ("no-op",): "no-op",
    ("create",): "create",
    ("read",): "read",
    ("update",): "update",
    ("delete",): "delete",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
}
# `removed { lifecycle { destroy = false } }`: Terraform lets go of the object, which goes on existing and costing.
FORGET = {("forget",), ("create", "forget")}


def read(path: str, data: bytes, options: ReadOptions) -> Project:
    """Read a plan or state. Raises InputError with the file and a hint; never anything else, whatever the bytes are."""
    name = "<stdin>" if path == "-" else path
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    document = documents.parse(data, name)
    kind = documents.kind(document, name)
    if document.get("errored") is True and not options.allow_errored:
        hint = "mend the configuration and plan again"
        raise InputError("the plan is incomplete: Terraform stopped with an error", Span(name), hint)
    reader = _Reader(name, document, options)
    with_changes = isinstance(document.get("resource_changes"), list)
    root = document.get("values") if kind == "state" else document.get("planned_values")
    changes = tuple(reader.changes(document["resource_changes"]) if with_changes else reader.declared(as_dict(root)))
    return Project(
        options.name or _project_name(path),
        f"terraform_{kind}",
        path,
        changes,
        reader.environment,
        digest,
        has_base=with_changes,
        tool_version=_version(document),
        diagnostics=tuple(reader.diagnostics(kind, with_changes)),
    )


def _version(document: Mapping[str, Any]) -> str | None:
    version = document.get("terraform_version")
    return version[:40] if isinstance(version, str) else None


def _project_name(path: str) -> str:
    if path == "-":
        return "stdin"
    file = Path(path)
    generic = file.stem.lower() in ("plan", "tfplan", "state", "terraform")
    return str(file.parent) if generic and str(file.parent) not in (".", "") else file.stem


@dataclass(slots=True)
class _Side:
    """What both sides of a change share."""

    address: str
    type: str
    provider: str
    module_path: tuple[str, ...]
    config: Mapping[str, Any] | None
    provider_key: str | None


class _Reader:
    """Turns the parts of one document into Changes. The document's values are used in place: there is one copy."""

    def __init__(self, name: str, document: dict[str, Any], options: ReadOptions) -> None:
        self.name = name
        self.document = document
        self.options = options
        variables = as_dict(document.get("variables"))
        self.configuration = Configuration(as_dict(document.get("configuration")), variables)
        self.places = Places(self.configuration, options)
        self.before, self.after = PlanGraph(self.configuration), PlanGraph(self.configuration)
        self.environment = self._environment(variables)

    def _environment(self, variables: Mapping[str, Any]) -> Environment:
        if self.options.environment:
            return self.options.environment
        values = {key: as_dict(value).get("value") for key, value in variables.items()}
        named = environment.from_tags(values)
        if named:
            return Environment(named.value, named.origin.replace("tag", "variable"))
        return environment.from_path(self.name) or Environment(None, "not stated")

    def changes(self, entries: list[Any]) -> Iterator[Change]:
        """The managed resources of `resource_changes`; data sources cost nothing and are no resources of the change."""
        for number, entry in enumerate(entries):
            if not isinstance(entry, dict) or not isinstance(entry.get("change"), dict):
                raise InputError(f"resource_changes[{number}] is not a resource change", Span(self.name))
            if entry.get("mode", "managed") == "managed" and not str(entry.get("address", "")).startswith("data."):
                yield self._change(entry)

    def _change(self, entry: dict[str, Any]) -> Change:
        side = self._side(entry)
        change = entry["change"]
        raw_actions = change.get("actions")
        actions = tuple(map(str, raw_actions)) if isinstance(raw_actions, list) else ()
        if actions not in ACTIONS and actions not in FORGET:
            raise InputError(
                f"{side.address}: unknown actions {list(actions)}",
                Span(self.name),
                "a newer finops-guard may know them",
            )
        before, after = change.get("before"), change.get("after")
        if isinstance(before, dict):
            hide_sensitive(before, change.get("before_sensitive"))
        if isinstance(after, dict) or (after is None and change.get("after_unknown") is True):
            after = {} if after is None else after
            mark_unknown(after, change.get("after_unknown"), self._expressions(side.config))
            hide_sensitive(after, change.get("after_sensitive"))
        return self._with_sides(entry, side, actions, as_values(before), as_values(after))

    def _with_sides(
        self,
        entry: dict[str, Any],
        side: _Side,
        actions: tuple[str, ...],
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
    ) -> Change:
        note = _note(entry)
        action = ACTIONS.get(actions, "no-op")
        if actions in FORGET:
            note = "no longer managed: the object goes on existing and costing"
            if actions == ("forget",):
                after = before
        if action == "delete":
            after = None
        elif action == "create":
            before = None
        elif action == "no-op" and after is None:
            after = before
        if before is None and after is None:
            after = {}
        old = None if before is None else self._resource(side, before, after or {}, self.before)
        if action == "no-op" and old is not None and before is not None and (after is before or after == before):
            new: Resource | None = old
            self.after.add(old, side.config)
        else:
            new = None if after is None else self._resource(side, after, before or {}, self.after)
        return Change(side.address, action, old, new, note)

    def declared(self, root: dict[str, Any]) -> Iterator[Change]:
        """The resources of `planned_values` or of a state."""
        stack = [as_dict(root.get("root_module"))]
        while stack:
            module = stack.pop()
            stack += [as_dict(child) for child in reversed(as_list(module.get("child_modules")))]
            for entry in as_list(module.get("resources")):
                if not isinstance(entry, dict) or entry.get("mode", "managed") != "managed":
                    continue
                side = self._side(entry | {"module_address": module.get("address")})
                values = as_dict(entry.get("values"))
                hide_sensitive(values, entry.get("sensitive_values"))
                yield Change(side.address, "declared", None, self._resource(side, values, {}, self.after), _note(entry))

    def _side(self, entry: Mapping[str, Any]) -> _Side:
        address, kind = entry.get("address"), entry.get("type")
        if not isinstance(kind, str) or not kind:
            raise InputError(f"a resource without a type: {str(address)[:80]!r}", Span(self.name))
        if not isinstance(address, str) or not address:
            address = f"{kind}.{entry.get('name', '?')}"
        module_address = entry.get("module_address")
        path = module_path(module_address if isinstance(module_address, str) else None)
        config = self.configuration.resource(path, type_and_name(address)) if self.configuration.present else None
        key = config.get("provider_config_key") if config else None
        if entry.get("deposed"):
            address = f"{address} (deposed {entry['deposed']})"
        provider = provider_of(entry.get("provider_name"), kind)
        return _Side(address, kind, provider, path, config, key if isinstance(key, str) else None)

    def _expressions(self, config: Mapping[str, Any] | None) -> dict[str, Any] | None:
        return None if config is None else as_dict(config.get("expressions"))

    def _resource(self, side: _Side, values: dict[str, Any], other: Mapping[str, Any], graph: PlanGraph) -> Resource:
        region, origin = self.places.region(side.provider, side.provider_key, values, other)
        if origin in ("arn", "zone") and side.provider_key and region:
            self.places.siblings.setdefault(side.provider_key, region)
        tags = self._tags(side, values)
        resource = Resource(
            side.address,
            side.type,
            side.type,
            side.provider,
            region,
            origin,
            values,
            tags,
            self.options.environment or environment.from_tags(tags) or self.environment,
            None,
            side.module_path,
            graph,
        )
        graph.add(resource, side.config)
        return resource

    def _tags(self, side: _Side, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """All tags or labels that the resource will carry, default tags of the provider included."""
        for name in ("tags_all", "effective_labels", "terraform_labels"):
            complete = values.get(name)
            if isinstance(complete, dict) and complete:
                return _with_unknown_tags(complete, values)
        own: dict[str, Any] = {}
        for name in ("tags", "labels", "user_labels", "resource_labels"):
            value = values.get(name)
            if isinstance(value, dict):
                own |= value
        for block in as_list(values.get("tag")):  # aws_autoscaling_group and a few others
            if isinstance(block, dict) and isinstance(block.get("key"), str):
                own[block["key"]] = block.get("value")
        defaults = self.places.default_tags(side.provider, side.provider_key)
        return {**defaults, **own} if defaults and side.provider in ("aws", "google") else own

    def diagnostics(self, kind: str, with_changes: bool) -> Iterator[Diagnostic]:
        """What the user should know about this document."""
        span = Span(self.name)
        if kind == "plan" and not self.configuration.present:
            text = "the plan holds no configuration: references are matched by value, regions may be assumed"
            yield Diagnostic(text, span=span, level="note")
        if kind == "plan" and not with_changes:
            yield Diagnostic(
                "the plan holds no resource_changes: there is no base and no delta", span=span, level="note"
            )
        if self.document.get("complete") is False:
            yield Diagnostic("the plan is partial (targeted or deferred): what it leaves out is not priced", span=span)
        drift = len(as_list(self.document.get("resource_drift")))
        if drift:
            text = f"{drift} resource(s) were changed outside Terraform; that is not counted as part of this change"
            yield Diagnostic(text, span=span, level="note")
        for place in sorted(self.places.assumed):
            yield Diagnostic(f"no region is stated: prices of {place} are assumed", span=span)


def _with_unknown_tags(complete: dict[str, Any], values: Mapping[str, Any]) -> Mapping[str, Any]:
    """`tags_all` with what `tags` knows better: an Unknown that stands only there."""
    own = values.get("tags")
    if not isinstance(own, dict):
        return complete
    missing = {name: value for name, value in own.items() if isinstance(value, Unknown) and name not in complete}
    return complete | missing if missing else complete


def as_values(side: Any) -> dict[str, Any] | None:
    """One side of a change; a side that is no object (providers without a schema) has no attributes."""
    if side is None:
        return None
    return side if isinstance(side, dict) else {}


def _note(entry: Mapping[str, Any]) -> str | None:
    change = as_dict(entry.get("change"))
    if change.get("importing"):
        return "imported: it exists already and is newly managed"
    if entry.get("previous_address"):
        return f"moved from {entry['previous_address']}"
    if entry.get("deposed"):
        return "deposed: left over from an earlier replacement"
    if entry.get("tainted"):
        return "tainted"
    return None
