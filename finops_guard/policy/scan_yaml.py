"""A light scan of YAML and JSON: comments, Metadata, and the lines of each resource (a document, an item, a logical id).

Works on what a parser says of the text, without building values; tags such as !Ref do not matter.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from finops_guard.model import Diagnostic, Span
from finops_guard.policy.suppressions import MARK, Block, Comment, Scan, from_metadata, suppressions_in

MARKED = re.compile(rf"(?:^|(?<=[ \t]))#[^\n]*{MARK}[^\n]*", re.MULTILINE)
NESTED = {"Resources": "mapping", "items": "sequence"}  # keys of a document below which its resources stand
DEEPEST = 100
METADATA = ("Metadata", MARK, "skip")  # below a logical id of CloudFormation


@dataclass(slots=True)
class _Part:
    """A resource: its first line, the column of its key (from 0; -1: a whole document), and its last line."""

    name: str
    first: int
    column: int
    last: int = 0
    stated: list[Any] = field(default_factory=list)  # what Metadata of CloudFormation asks for


@dataclass(slots=True)
class _Document:
    """What the events of one document have told so far."""

    whole: _Part
    parts: list[_Part] = field(default_factory=list)
    is_nested: bool = False


def scan_yaml(text: str, file: str) -> Scan:
    """The suppressions and resources of a YAML file. One that cannot be parsed gives none, and says so."""
    if MARK not in text:
        return Scan()
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    scalars: list[tuple[tuple[int, int], tuple[int, int]]] = []
    try:
        documents = list(_documents(yaml, yaml.parse(text, Loader=loader), scalars, text.count("\n") + 1))
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        mark = getattr(problem, "problem_mark", None)
        span = Span(file, mark.line + 1 if mark else None)
        return Scan(diagnostics=(Diagnostic("not YAML: no suppression in it is honoured", None, span),))
    comments = _comments(text, scalars)
    parts = [part for one in documents for part in (one.parts if one.is_nested else [one.whole])]
    starts = [part.first for part in parts]
    inside: list[Comment] = []
    outside: list[Comment] = []
    for comment in comments:
        index = bisect_right(starts, comment.line) - 1
        (inside if index >= 0 and _is_inside(comment, parts[index]) else outside).append(comment)
    blocks = [Block((part.name,), part.first, part.last) for part in parts]
    scans = [suppressions_in(inside, blocks, file), suppressions_in(outside, (), file)]
    for part, block in zip(parts, blocks, strict=True):
        if part.stated:
            scans.append(from_metadata({MARK: {"skip": part.stated}}, block, file))
    return Scan(
        tuple(one for scan in scans for one in scan.suppressions),
        tuple(blocks),
        tuple(one for scan in scans for one in scan.diagnostics),
    )


def _is_inside(comment: Comment, part: _Part) -> bool:
    """A comment belongs to a resource when it stands on its lines and is indented deeper than its key."""
    if not part.first <= comment.line <= part.last:
        return False
    return comment.line == part.first or comment.column - 1 > part.column


def _comments(text: str, scalars: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> list[Comment]:
    """The lines with our mark behind a `#` that is not inside a value."""
    found = []
    lines = [0, *(match.end() for match in re.finditer("\n", text))]
    for match in MARKED.finditer(text):
        line = bisect_right(lines, match.start())
        place = (line - 1, match.start() - lines[line - 1])
        index = bisect_right(scalars, place, key=lambda scalar: scalar[0]) - 1
        if index < 0 or place >= scalars[index][1]:
            found.append(Comment(match.group().rstrip(), line, place[1] + 1))
    return found


def _documents(yaml: Any, events: Any, scalars: list[Any], lines: int) -> Iterator[_Document]:
    """The documents with their resources. A document ends where the next one starts."""
    document: _Document | None = None
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            first = event.start_mark.line + 1 if event.explicit else 1
            if document is not None:
                _end(document, first - 1)
                yield document
            document = _Document(_Part("document", first if document is not None else 1, -1))
            walk = _Walk(document)
        elif document is not None and isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent):
            if isinstance(event, yaml.ScalarEvent):
                start, end = event.start_mark, event.end_mark
                scalars.append(((start.line, start.column), (end.line, end.column)))
            walk.take(yaml, event)
    if document is not None:
        _end(document, lines)
        yield document


def _end(document: _Document, last: int) -> None:
    """Each resource reaches to the line before the next one."""
    document.whole.last = last
    for part, following in zip(document.parts, document.parts[1:], strict=False):
        part.last = min(part.last, following.first - 1)


class _Walk:
    """Follows the nesting of one document and notes the entries below `Resources` and `items`."""

    def __init__(self, document: _Document) -> None:
        self.document = document
        self.stack: list[str] = []  # "mapping" or "sequence"
        self.keys: list[str | None] = []  # of each mapping: the key whose value is next
        self.open: _Part | None = None

    def take(self, yaml: Any, event: Any) -> None:
        """One node, or the end of one."""
        if isinstance(event, yaml.CollectionEndEvent):
            self.stack.pop()
            self.keys.pop()
            self._ended(event)
            return
        depth = len(self.stack)
        is_key = depth > 0 and self.stack[-1] == "mapping" and self.keys[-1] is None
        below = depth == 2 and self.keys[0] in NESTED and self.stack[1] == NESTED[self.keys[0] or ""]
        if below and (is_key or self.stack[1] == "sequence"):
            column = event.start_mark.column - (0 if is_key else 1)
            self.open = _Part(str(getattr(event, "value", "item")), event.start_mark.line + 1, column)
            self.document.parts.append(self.open)
            self.document.is_nested = True
        if not is_key and self.open is not None and tuple(self.keys[2:5]) == METADATA:
            self._metadata(event)
        if isinstance(event, yaml.CollectionStartEvent):
            if len(self.stack) > DEEPEST:
                raise ValueError("nested too deeply")
            self.stack.append("mapping" if isinstance(event, yaml.MappingStartEvent) else "sequence")
            self.keys.append(None)
        elif is_key:
            self.keys[-1] = str(getattr(event, "value", ""))
        else:
            self._ended(event)

    def _metadata(self, event: Any) -> None:
        """One value below Metadata: a text, or a map with id and reason. What is neither is kept as it is, to be said."""
        assert self.open is not None
        value, depth = getattr(event, "value", None), len(self.stack)
        if depth == 6:
            self.open.stated.append({} if value is None else str(value))
        elif depth == 7 and self.open.stated and isinstance(self.open.stated[-1], dict):
            self.open.stated[-1][str(self.keys[6])] = value
        elif depth == 5 and value is not None:
            self.open.stated.append("")

    def _ended(self, event: Any) -> None:
        """A value has ended: its mapping waits for the next key, and the resource reaches at least to here."""
        if self.open is not None and len(self.stack) >= 2:
            self.open.last = event.end_mark.line + 1
        if self.stack and self.stack[-1] == "mapping":
            self.keys[-1] = None
        if len(self.stack) < 2:
            self.open = None
