"""Suppressions in code: `# finops-guard:skip=ID: reason` inside a block, and Metadata of CloudFormation. Pure.

Text in; out come the suppressions with the lines of the block that each stands in. What cannot be honoured is said.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from finops_guard.model import Diagnostic, Resource, Span

MARK = "finops-guard"  # a text without it needs no scan
MENTION = re.compile(rf"{MARK}\s*:\s*(?:skip|ignore|disable|suppress)", re.IGNORECASE)
SKIP = re.compile(rf"{MARK}:skip=(?P<rule>[^\s:,]+)[ \t]*(?::(?P<reason>.*))?$")
HINT = f"write `{MARK}:skip=ID: reason`"
INDEX = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|-?\d+)\]')

Place = tuple[tuple[str, ...], str, str]  # names of the modules, type, name


@dataclass(frozen=True, slots=True)
class Comment:
    """A line of a comment: its text, and where it starts."""

    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code: what it declares ("resource", type, name), and its first and last line."""

    labels: tuple[str, ...]
    first_line: int
    last_line: int
    source: str | None = None  # of a module: the local directory that it names


@dataclass(frozen=True, slots=True)
class Suppression:
    """A rule that one block asks to be let off from. `span` is where the request stands."""

    rule: str
    reason: str
    span: Span
    block: Block

    def covers(self, span: Span | None) -> bool:
        """True for what is declared inside the block."""
        inside = span is not None and span.file == self.span.file and span.line is not None
        return inside and self.block.first_line <= (span.line if span and span.line else 0) <= self.block.last_line


@dataclass(frozen=True, slots=True)
class Scan:
    """What a text holds."""

    suppressions: tuple[Suppression, ...] = ()
    blocks: tuple[Block, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def suppressions_in(comments: Iterable[Comment], blocks: Sequence[Block], file: str) -> Scan:
    """The suppressions of some comments, each with the block that it stands in; what is malformed is said.

    The blocks are in the order of their lines, and none is inside another.
    """
    found: list[Suppression] = []
    problems: list[Diagnostic] = []
    starts = [block.first_line for block in blocks]
    for comment in comments:
        if not MENTION.search(comment.text):
            continue
        span = Span(file, comment.line, comment.column)
        match = SKIP.search(comment.text)
        reason = (match["reason"] or "").strip() if match else ""
        index = bisect_right(starts, comment.line) - 1
        block = blocks[index] if index >= 0 and comment.line <= blocks[index].last_line else None
        if match is None:
            problems.append(Diagnostic(f"this suppression cannot be read and is not honoured; {HINT}", None, span))
        elif not reason:
            text = f"the suppression of {match['rule']} gives no reason and is not honoured; {HINT}"
            problems.append(Diagnostic(text, None, span))
        elif block is None:
            text = f"the suppression of {match['rule']} stands in no resource and is not honoured; move it inside one"
            problems.append(Diagnostic(text, None, span))
        else:
            found.append(Suppression(match["rule"], reason, span, block))
    return Scan(tuple(found), tuple(blocks), tuple(problems))


def from_metadata(metadata: Any, block: Block, file: str) -> Scan:
    """The suppressions of a CloudFormation resource: `Metadata: {finops-guard: {skip: [{id, reason}]}}`.

    An entry may also be the text "ID: reason". `block`: the lines of the resource.
    """
    stated = metadata.get(MARK) if isinstance(metadata, Mapping) else None
    if stated is None:
        return Scan()
    entries = stated.get("skip") if isinstance(stated, Mapping) else None
    span = Span(file, block.first_line)
    found: list[Suppression] = []
    problems: list[Diagnostic] = []
    if not isinstance(entries, list):
        text = f"Metadata of {MARK} is not honoured; write {{skip: [{{id: ID, reason: TEXT}}]}}"
        return Scan(diagnostics=(Diagnostic(text, None, span),))
    for entry in entries:
        rule, reason = _metadata_entry(entry)
        if rule and reason:
            found.append(Suppression(rule, reason, span, block))
        else:
            text = f"the suppression of {rule or 'no rule'} in Metadata gives no reason and is not honoured"
            problems.append(Diagnostic(text, None, span))
    return Scan(tuple(found), (block,), tuple(problems))


def _metadata_entry(entry: Any) -> tuple[str, str]:
    if isinstance(entry, str):
        rule, _, reason = entry.partition(":")
        return rule.strip(), reason.strip()
    if isinstance(entry, Mapping) and set(entry) <= {"id", "reason"}:
        return str(entry.get("id") or "").strip(), str(entry.get("reason") or "").strip()
    return "", ""


class Skips:
    """The suppressions of a run, found by resource."""

    def __init__(
        self, by_place: Mapping[Place, Iterable[Suppression]] | None = None, in_files: Iterable[Suppression] = ()
    ) -> None:
        self.by_place = {place: tuple(found) for place, found in (by_place or {}).items()}
        self.by_file: dict[str, list[Suppression]] = {}
        for one in in_files:
            self.by_file.setdefault(one.span.file, []).append(one)

    def __iter__(self) -> Iterator[Suppression]:
        for group in (*self.by_place.values(), *self.by_file.values()):
            yield from group

    def of(self, resource: Resource, rule: str) -> Suppression | None:
        """The suppression of a rule that stands where a resource is declared."""
        span = resource.span
        near = self.by_file.get(span.file, ()) if span is not None else ()
        inside = next((one for one in near if one.rule == rule and one.covers(span)), None)
        if inside is not None or not self.by_place:
            return inside
        return next((one for one in self.by_place.get(place_of(resource.address), ()) if one.rule == rule), None)


@lru_cache(maxsize=16384)
def place_of(address: str) -> Place:
    """Where a Terraform address is declared: `module.a["x"].aws_instance.web[0]` -> (("a",), "aws_instance", "web")."""
    parts = INDEX.sub("", address.split(" (deposed ")[0]).split(".")
    modules = []
    while len(parts) > 3 and parts[0] == "module":
        modules.append(parts[1])
        parts = parts[2:]
    return (tuple(modules), parts[0], parts[1]) if len(parts) == 2 else ((), address, "")
