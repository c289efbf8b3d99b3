"""Which usage keys the resources of a change take: every pricing function is run with a Usage that writes down its reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from finops_guard.model import CostComponent, Quantity, Resource
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.registry import pricing_function
from finops_guard.pricing.usage import Usage, UsageFile
from finops_guard.values import BadValue, UnknownValue

MARK = "usage key "  # the source of a recorded quantity, by which its line is found again
ANY_WORD = "any"
PASSES = (
    (False, False),
    (True, False),
    (True, True),
)  # (curious, words); as it is first: its lines say best what a key is for


@dataclass(slots=True)
class UsageKey:
    """One key of a usage file. `line` and `unit` are those of the billed line that rests on it, where one does."""

    name: str
    line: str | None = None
    unit: str | None = None
    default: Decimal | None = None  # what is assumed without a value


Keys = dict[str, UsageKey]


@dataclass(slots=True)
class Recorder(Usage):
    """A Usage that writes down what is asked for.

    When `curious`, it says yes to every "is there a value for this key?", and with `words` it has a word for every key that
    wants one, so that optional keys come to light too.
    """

    keys: Keys = field(default_factory=dict)
    parts: set[str] = field(default_factory=set)  # names that hold keys and are none themselves
    curious: bool = False
    words: bool = False
    recorder_of: Callable[[Resource], Recorder] | None = None

    def of(self, resource: Resource) -> Usage:
        """What is asked of another resource is a key of that one."""
        return self.recorder_of(resource) if self.recorder_of else Usage.of(self, resource)

    def number(self, name: str, default: Decimal | int | None = None, assume: str | None = None) -> Quantity:
        """The quantity, with a source by which `_note_line` knows it."""
        quantity = Usage.number(self, name, default, assume)
        if quantity.basis == "assumed":
            self.keys[f"{self.prefix}{name}"].default = quantity.value
        return replace(quantity, source=f"{MARK}{self.prefix}{name}")

    def text(self, name: str) -> str | None:
        """The word that is stated, or any."""
        return Usage.text(self, name) or (ANY_WORD if self.words else None)

    def nested(self, name: str) -> Usage:
        """The part, recorded to the same keys."""
        part = Usage.nested(self, name)
        self.parts.add(f"{self.prefix}{name}")
        return Recorder(
            part.values, self.asked, part.prefix, self.where, self.file, part.profile, self.keys, self.parts, self.curious,
            self.words, self.recorder_of,
        )  # fmt: skip

    def __contains__(self, name: str) -> bool:
        return Usage.__contains__(self, name) or self.curious

    def _take(self, name: str) -> object:
        full = f"{self.prefix}{name}"
        self.keys.setdefault(full, UsageKey(full))
        return Usage._take(self, name)


def usage_keys(resources: Iterable[Resource], file: UsageFile, facts: Facts) -> dict[str, Keys]:
    """The usage keys of each resource by address, in the order in which they are asked for. `file` is asked first."""
    recorders: dict[str, Recorder] = {}

    def recorder_of(resource: Resource) -> Recorder:
        if resource.address not in recorders:
            usage = file.for_resource(resource)
            recorders[resource.address] = Recorder(
                usage.values, set(), "", usage.where, file, usage.profile, recorder_of=recorder_of
            )
        return recorders[resource.address]

    for resource in resources:
        recorder = recorder_of(resource)
        for recorder.curious, recorder.words in PASSES:
            _record(resource, recorder, facts)
    return {address: found for address, recorder in recorders.items() if (found := _without_parts(recorder))}


def _record(resource: Resource, recorder: Recorder, facts: Facts) -> None:
    function = pricing_function(resource.type)
    if function is None:
        return
    try:
        for component in function(resource, recorder, facts):
            _note_line(component, recorder.keys)
    except (UnknownValue, BadValue):
        return  # what was asked until then is recorded; `check` reports the problem itself


def _note_line(component: CostComponent, keys: Keys) -> None:
    source = component.quantity.source or ""
    key = keys.get(source.removeprefix(MARK)) if source.startswith(MARK) else None
    if key is not None and key.line is None:
        key.line = " > ".join((*component.path, component.name))
        key.unit = component.unit


def _without_parts(recorder: Recorder) -> Keys:
    return {name: key for name, key in recorder.keys.items() if name not in recorder.parts}
