"""Usage: the quantities that code does not state, read from a usage file.

    version: 0.1
    resource_type_default_usage: {aws_lambda_function: {monthly_requests: 100000}}
    resource_usage:
      aws_nat_gateway.main: {monthly_data_processed_gb: 100}
      module.web.*: {monthly_hrs: 400}
      aws_lambda_function.worker[*]: {monthly_requests: {low: 1000, expected: 5000, high: 20000}}

A value for the exact address wins over a wildcard, and a wildcard over the default of the type; the keys are those that
users of the leading peer have already. Keys that nothing takes and addresses that match nothing are reported.

Below all that a shipped profile may assume quantities by type: they are `assumed`, not `usage`, and name the profile.
"""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from finops_guard.errors import UsageError
from finops_guard.files.text import Document, load_yaml
from finops_guard.model import Diagnostic, Quantity, Resource, Span
from finops_guard.values import BadValue, RefusedValue, as_number

TOP_LEVEL = ("version", "resource_type_default_usage", "resource_usage", "llm_usage")
BOUNDS = ("low", "expected", "high")
PROFILES = Path(__file__).parent.parent / "data" / "profiles"


@dataclass(frozen=True, slots=True)
class Profile:
    """What a shipped usage profile assumes of one type: dotted keys; its title is the source of what rests on it."""

    title: str
    values: Mapping[str, Any]

    def has(self, name: str) -> bool:
        """Whether it has the key, or a key below it."""
        return name in self.values or any(key.startswith(f"{name}.") for key in self.values)


@dataclass(slots=True)
class Usage:
    """The usage values of one resource. Reads are recorded, so that keys which nothing takes can be named."""

    values: Mapping[str, Any] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    prefix: str = ""
    where: str = "usage file"
    file: UsageFile | None = field(default=None, repr=False, compare=False)
    profile: Profile | None = field(default=None, repr=False, compare=False)  # asked for what `values` does not say

    def of(self, resource: Resource) -> Usage:
        """The usage of another resource that decides about this one, such as its autoscaling target."""
        return self.file.for_resource(resource) if self.file else Usage()

    def number(self, name: str, default: Decimal | int | None = None, assume: str | None = None) -> Quantity:
        """A monthly quantity; without a value and a default, a Quantity that says which key is missing.

        Raises RefusedValue when the value is no number. With a default, `assume` says what is assumed.
        """
        value = self._take(name)
        if value is None:
            assumed = self._from_profile(name)
            if assumed is not None and self.profile is not None:
                number = _positive(f"{self.prefix}{name}", assumed)
                text = f"{self.prefix}{name} = {number:,f}"
                return Quantity(number, "assumed", assumption=text, source=self.profile.title)
            if default is None:
                text = f"depends on usage: set {self.prefix}{name}"
                return Quantity(None, "usage", reason=text, needs_usage=True)
            return Quantity(Decimal(default), "assumed", assumption=assume, source="default")
        if isinstance(value, Mapping):
            low, expected, high = (_positive(f"{self.prefix}{name}.{bound}", value.get(bound)) for bound in BOUNDS)
            text = f"{self.prefix}{name} = {expected:,f} ({low:,f} to {high:,f})"
            return Quantity(expected, "usage", low, high, assumption=text, source=self.where)
        number = _positive(f"{self.prefix}{name}", value)
        return Quantity(number, "usage", assumption=f"{self.prefix}{name} = {number:,f}", source=self.where)

    def value(self, name: str) -> Decimal | None:
        """The expected value of a key, or None."""
        value = self._take(name)
        if value is None:
            value = self._from_profile(name)
        if isinstance(value, Mapping):
            value = value.get("expected")
        return None if value is None else _positive(f"{self.prefix}{name}", value)

    def text(self, name: str) -> str | None:
        """A word, such as an operating system."""
        value = self._take(name)
        if isinstance(value, list | Mapping):
            raise RefusedValue(f"{self.prefix}{name} should be a word")
        return None if value is None else str(value)

    def nested(self, name: str) -> Usage:
        """The usage of a part: `standard: {storage_gb: 10}` or `standard.storage_gb: 10`."""
        value = self._take(name)
        nested = dict(value) if isinstance(value, Mapping) else {}
        start = f"{name}."
        nested.update({key[len(start) :]: found for key, found in self.values.items() if key.startswith(start)})
        return Usage(nested, self.asked, f"{self.prefix}{start}", self.where, profile=self.profile)

    def __contains__(self, name: str) -> bool:
        return self._take(name) is not None or (self.profile is not None and self.profile.has(f"{self.prefix}{name}"))

    def _take(self, name: str) -> Any:
        self.asked.add(f"{self.prefix}{name}")
        return self.values.get(name)

    def _from_profile(self, name: str) -> Any:
        return self.profile.values.get(f"{self.prefix}{name}") if self.profile else None


def _positive(name: str, value: Any) -> Decimal:
    try:
        number = as_number(name, value)
    except BadValue as bad:
        raise RefusedValue(str(bad)) from None
    if number < 0:
        raise RefusedValue(f"{name} cannot be negative")
    return number


@dataclass(slots=True)
class UsageFile:
    """A usage file, read and checked; `for_resource` answers what it says of one resource."""

    document: Document | None = None
    type_defaults: dict[str, dict[str, Any]] = field(default_factory=dict)
    exact: dict[str, dict[str, Any]] = field(default_factory=dict)
    wildcards: dict[str, dict[str, Any]] = field(default_factory=dict)
    matched: set[str] = field(default_factory=set)
    asked_by_address: dict[str, set[str]] = field(default_factory=dict)
    asked_by_type: dict[str, set[str]] = field(default_factory=dict)
    profiles: dict[str, Profile] = field(default_factory=dict)  # by type; below everything that the file says

    def for_resource(self, resource: Resource) -> Usage:
        """Type default, then wildcards in file order, then the exact address; the later wins key by key."""
        values: dict[str, Any] = {}
        address = resource.address
        asked: set[str] = set()
        if resource.type in self.type_defaults:
            values.update(self.type_defaults[resource.type])
            asked = self.asked_by_type.setdefault(resource.type, set())
        for pattern, usage in self.wildcards.items():
            if matches(address, pattern):
                self.matched.add(pattern)
                self.asked_by_address[pattern] = asked = self.asked_by_address.get(pattern, asked)
                values.update(usage)
        if address in self.exact:
            self.matched.add(address)
            asked = self.asked_by_address.setdefault(address, asked)
            values.update(self.exact[address])
        return Usage(values, asked, "", self._where(address), self, self.profiles.get(resource.type))

    def _where(self, address: str) -> str:
        if self.document is None:
            return "default"
        span = self.document.span("resource_usage", address) or self.document.span("resource_usage")
        return f"{Path(self.document.name).name}:{span.line}" if span else self.document.name

    def diagnostics(self, addresses: Iterable[str], types: Iterable[str]) -> list[Diagnostic]:
        """Addresses that match nothing and keys that no resource took, each with the nearest known one."""
        found = []
        known, present = list(addresses), set(types)
        for pattern in [*self.exact, *self.wildcards]:
            if pattern not in self.matched:
                span = self._span("resource_usage", pattern)
                found.append(
                    Diagnostic(f"usage for {pattern} matches no resource{nearest(pattern, known)}", pattern, span)
                )
                continue
            usage = self.exact.get(pattern) or self.wildcards.get(pattern) or {}
            found += self._unused(usage, self.asked_by_address.get(pattern, set()), pattern, "resource_usage")
        for resource_type, usage in self.type_defaults.items():
            if resource_type in present:
                asked = self.asked_by_type.get(resource_type, set())
                found += self._unused(usage, asked, resource_type, "resource_type_default_usage")
        return found

    def _unused(self, usage: Mapping[str, Any], asked: set[str], name: str, section: str) -> list[Diagnostic]:
        unused = [key for key in flat_keys(usage) if key not in asked]
        return [
            Diagnostic(
                f"{name} takes no usage key {key}{nearest(key, asked)}",
                name,
                self._span(section, name, key.split(".")[0]),
            )
            for key in unused
        ]

    def span(self, address: str) -> Span | None:
        """Where the usage of an address stands."""
        return self._span("resource_usage", address)

    def _span(self, *path: str) -> Span | None:
        return self.document.span(*path) if self.document else None


def matches(address: str, pattern: str) -> bool:
    """Whether a usage pattern (`*` stands for anything, brackets stand for themselves) names the address."""
    return fnmatch.fnmatchcase(address, pattern.replace("[", "[[]"))


def flat_keys(usage: Mapping[str, Any], prefix: str = "") -> list[str]:
    """The keys of a usage mapping, nested ones dotted; a low/expected/high mapping is one key."""
    keys = []
    for key, value in usage.items():
        if isinstance(value, Mapping) and not set(value) <= set(BOUNDS):
            keys += flat_keys(value, f"{prefix}{key}.")
        else:
            keys.append(f"{prefix}{key}")
    return keys


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean X?` for the most similar known word, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


def profile_names() -> list[str]:
    """The usage profiles that are shipped."""
    return sorted(path.stem for path in PROFILES.glob("*.yaml"))


def load_profile(name: str) -> dict[str, Profile]:
    """A shipped usage profile, by resource type. Raises UsageError when there is none of that name."""
    if name not in profile_names():
        hint = f"one of {', '.join(profile_names())}"
        raise UsageError(f"no usage profile is called {name!r}{nearest(name, profile_names())}", hint=hint)
    document = load_yaml(str(PROFILES / f"{name}.yaml"), UsageError)
    defaults = _section(document, "resource_type_default_usage")
    return {kind: Profile(f"profile {name}", _flat(usage)) for kind, usage in defaults.items()}


def _flat(usage: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested values by dotted key."""
    flat: dict[str, Any] = {}
    for key, value in usage.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat


def load_usage(path: str | None, profile: str | None = None) -> UsageFile:
    """Read a usage file, above a shipped profile; None gives an empty one. Raises UsageError with file and line."""
    usage = _load_file(path) if path is not None else UsageFile()
    usage.profiles = load_profile(profile) if profile is not None else {}
    return usage


def _load_file(path: str) -> UsageFile:
    document = load_yaml(path, UsageError)
    content = document.value or {}
    if not isinstance(content, dict):
        raise UsageError("a usage file is a mapping", Span(path, 1), "start with `version: 0.1` and `resource_usage:`")
    for key in content:
        if key not in TOP_LEVEL:
            hint = f"known keys: {', '.join(TOP_LEVEL)}"
            raise UsageError(f"unknown key {key!r}{nearest(str(key), TOP_LEVEL)}", document.span(key), hint)
    usage = UsageFile(document)
    usage.type_defaults = _section(document, "resource_type_default_usage")
    for address, values in _section(document, "resource_usage").items():
        (usage.wildcards if "*" in address else usage.exact)[address] = values
    return usage


def _section(document: Document, name: str) -> dict[str, dict[str, Any]]:
    section = document.value.get(name) or {}
    if not isinstance(section, dict):
        raise UsageError(f"{name} is a mapping of addresses to usage", document.span(name))
    for address, values in section.items():
        if values is None:
            section[address] = {}
        elif not isinstance(values, dict):
            raise UsageError(f"usage of {address} is a mapping, not {values!r}", document.span(name, address))
        else:
            _check_bounds(document, values, (name, address))
    return section


def _check_bounds(document: Document, values: Mapping[str, Any], path: tuple[str, ...]) -> None:
    for key, value in values.items():
        span = document.span(*path, key)
        if isinstance(value, Mapping):
            if set(value) & set(BOUNDS) and set(value) != set(BOUNDS):
                raise UsageError(f"{key} needs low, expected and high", span)
            _check_bounds(document, value, (*path, key))
        elif isinstance(value, (list, bool)):
            raise UsageError(f"{key} should be a number, a word or low/expected/high, not {value!r}", span)
