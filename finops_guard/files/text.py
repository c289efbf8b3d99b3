"""Reading JSON and YAML that nobody vouches for: with limits on size and depth, without duplicate keys, with marks.

Every problem becomes one error of the caller's kind, with file and line.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from finops_guard.errors import FinopsGuardError, InputError
from finops_guard.model import Span

MAX_JSON_BYTES = 512 * 1024 * 1024
MAX_YAML_BYTES = 5 * 1024 * 1024
MAX_YAML_DEPTH = 60
MAX_YAML_NODES = 200_000
LONGEST_NUMBER = 60

ErrorType = type[FinopsGuardError]
SPACE = re.compile(r"[ \t\r\n]*")
BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read_bytes(path: str, error: ErrorType = InputError, limit: int = MAX_JSON_BYTES) -> bytes:
    """The bytes of a file, or of standard input for "-". Raises `error` when it cannot be read or is too large."""
    if path == "-":
        data = sys.stdin.buffer.read(limit + 1)
    else:
        try:
            if os.path.isdir(path):
                raise error(f"{path} is a directory, not a file")
            if os.path.getsize(path) > limit:
                raise error(
                    f"{path} is larger than {limit // 1024**2} MiB", hint="raise max_input_mb in the configuration"
                )
            data = Path(path).read_bytes()
        except FileNotFoundError:
            raise error(f"{path}: no such file") from None
        except OSError as problem:
            raise error(f"{path}: cannot be read: {problem.strerror or problem}") from None
        except ValueError:
            raise error(f"{path!r} is not a file name") from None
    if len(data) > limit:
        raise error(f"{path} is larger than {limit // 1024**2} MiB")
    return data


def decode(data: bytes, name: str, error: ErrorType = InputError) -> str:
    """Text from bytes in UTF-8, or in UTF-16 with a byte-order mark (PowerShell's `>` writes it)."""
    encoding = next((codec for mark, codec in BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise error(f"{name} is not text in UTF-8 or UTF-16", Span(name)) from None


def parse_json(text: str, name: str, error: ErrorType = InputError) -> Any:
    """JSON with Decimal numbers. Refuses duplicate keys, NaN, Infinity, absurd numbers and endless nesting."""
    start = len(text) - len(text.lstrip())
    with _json_errors(text, name, error):
        value, end = _decoder(name, error).raw_decode(text, start)
    if text[end:].strip():
        line = text.count("\n", 0, end) + 1
        raise error("not JSON: text after the end of the value", Span(name, line))
    return value


def parse_json_object(
    text: str, start: int, name: str, unread: Collection[str] = (), error: ErrorType = InputError
) -> tuple[dict[str, Any], int]:
    """The JSON object that starts at `start`, and where it ends. Refuses what `parse_json` refuses.

    The values of `unread` keys are checked for their syntax only and come out as Unread: large parts that are not needed
    cost a third of the time and no memory.
    """
    strict = _decoder(name, error)
    lenient = json.JSONDecoder(parse_constant=strict.parse_constant, parse_int=len)
    result: dict[str, Any] = {}
    with _json_errors(text, name, error):
        position = _after_space(text, start + 1)
        if text[position : position + 1] == "}":
            return result, position + 1
        while True:
            if text[position : position + 1] != '"':
                raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, position)
            key, position = strict.raw_decode(text, position)
            position = _after_space(text, position)
            if text[position : position + 1] != ":":
                raise json.JSONDecodeError("Expecting ':' delimiter", text, position)
            if key in result:
                raise _duplicate_key(key, name, error)
            position = _after_space(text, position + 1)
            if key in unread:
                result[key] = Unread(text, position, name, error)
                position = lenient.raw_decode(text, position)[1]
            else:
                result[key], position = strict.raw_decode(text, position)
            position = _after_space(text, position)
            if text[position : position + 1] == "}":
                return result, position + 1
            if text[position : position + 1] != ",":
                raise json.JSONDecodeError("Expecting ',' delimiter", text, position)
            position = _after_space(text, position + 1)


@dataclass(frozen=True, slots=True)
class Unread:
    """A value of a JSON object whose syntax was checked and that nobody has needed yet."""

    text: str
    start: int
    name: str
    error: ErrorType

    def read(self) -> Any:
        """The value, with all that `parse_json` refuses refused."""
        with _json_errors(self.text, self.name, self.error):
            return _decoder(self.name, self.error).raw_decode(self.text, self.start)[0]


def _after_space(text: str, position: int) -> int:
    match = SPACE.match(text, position)
    return match.end() if match else position


def _decoder(name: str, error: ErrorType) -> json.JSONDecoder:
    """A decoder that refuses what could hide a cost or exhaust the machine."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(items)
        if len(result) != len(items):
            twice = next(key for index, (key, _) in enumerate(items) if key in dict(items[:index]))
            raise _duplicate_key(twice, name, error)
        return result

    def integer(digits: str) -> int:
        if len(digits) > LONGEST_NUMBER:
            raise error(f"a number of {len(digits)} digits", Span(name))
        return int(digits)

    def fraction(digits: str) -> Decimal:
        number = Decimal(digits)
        if len(digits) > LONGEST_NUMBER or abs(number.adjusted()) > LONGEST_NUMBER:
            raise error(f"the number {digits[:20]} is too long or too large", Span(name))
        return number

    def constant(word: str) -> Any:
        raise error(f"{word} is not a JSON value", Span(name))

    return json.JSONDecoder(object_pairs_hook=pairs, parse_float=fraction, parse_int=integer, parse_constant=constant)


def _duplicate_key(key: str, name: str, error: ErrorType) -> FinopsGuardError:
    return error(f"the key {key[:80]!r} occurs twice in one object: one of the two would be hidden", Span(name))


@contextmanager
def _json_errors(text: str, name: str, error: ErrorType) -> Iterator[None]:
    """Problems of the JSON decoder as ours, with line and column."""
    try:
        yield
    except json.JSONDecodeError as problem:
        at_end = problem.pos >= len(text.rstrip()) or problem.msg.startswith("Unterminated")
        what = "the JSON ends too early: the file is truncated" if at_end else f"not JSON: {problem.msg}"
        raise error(what, Span(name, problem.lineno, problem.colno)) from None
    except RecursionError:
        raise error("nested too deeply", Span(name)) from None


@dataclass(slots=True)
class Document:
    """A YAML document: its value, and where each key stands. `lines` maps a path of keys to (line, column)."""

    name: str
    value: Any
    marks: dict[tuple[Any, ...], tuple[int, int]] = field(default_factory=dict)

    def span(self, *path: Any) -> Span | None:
        """Where the key at `path` stands, or its nearest known parent."""
        for length in range(len(path), -1, -1):
            mark = self.marks.get(path[:length])
            if mark:
                return Span(self.name, *mark)
        return Span(self.name)


def load_yaml(path: str, error: ErrorType) -> Document:
    """Read one YAML file with marks. Raises `error` with file, line and column."""
    return parse_yaml(decode(read_bytes(path, error, MAX_YAML_BYTES), path, error), path, error)


def parse_yaml(text: str, name: str, error: ErrorType) -> Document:
    """One YAML document with marks; duplicate keys, aliases that explode and Python tags are refused."""
    import yaml

    loader_type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check_expansion(yaml, loader_type, text, name, error)
        loader = loader_type(text)
        try:
            node = loader.get_single_node()
            document = Document(name, None)
            document.value = _construct(yaml, loader, node, (), document, error) if node else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        span = Span(name, mark.line + 1, mark.column + 1) if mark else Span(name)
        raise error(f"not YAML: {problem.problem or problem.context}", span) from None
    except yaml.YAMLError as problem:
        raise error(f"not YAML: {str(problem).splitlines()[0]}", Span(name)) from None
    except (RecursionError, ValueError) as problem:
        raise error(f"not YAML: {problem}", Span(name)) from None
    return document


def _construct(yaml: Any, loader: Any, node: Any, path: tuple[Any, ...], document: Document, error: ErrorType) -> Any:
    """Build the value of a node and note where its keys stand; merge keys (`<<`) are resolved first."""
    document.marks.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, yaml.MappingNode):
        own = {key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)}
        duplicates = len(own) != sum(isinstance(key, yaml.ScalarNode) for key, _ in node.value)
        if duplicates:
            _refuse_duplicate(yaml, node, document.name, error)
        loader.flatten_mapping(node)
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node, deep=True)
            if isinstance(key, list | dict):
                raise error("a key must be plain text", _span(document.name, key_node))
            document.marks[(*path, key)] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            result[key] = _construct(yaml, loader, value_node, (*path, key), document, error)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [
            _construct(yaml, loader, item, (*path, index), document, error) for index, item in enumerate(node.value)
        ]
    value = loader.construct_object(node, deep=True)
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise error(f"{node.value} is not a number that can be used", _span(document.name, node))
        return Decimal(node.value.replace("_", ""))
    return value


def _refuse_duplicate(yaml: Any, node: Any, name: str, error: ErrorType) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode):
            if key.value in seen:
                raise error(f"the key {key.value[:80]!r} occurs twice", _span(name, key))
            seen.add(key.value)


def _span(name: str, node: Any) -> Span:
    return Span(name, node.start_mark.line + 1, node.start_mark.column + 1)


def _check_expansion(yaml: Any, loader_type: Any, text: str, name: str, error: ErrorType) -> None:
    """Refuse, before anything is built, YAML that nests too deeply or whose aliases expand too far."""
    sizes: dict[str, int] = {}
    open_nodes: list[list[Any]] = []

    def grow(nodes: int, event: Any) -> None:
        if open_nodes:
            open_nodes[-1][1] += nodes
            if open_nodes[-1][1] > MAX_YAML_NODES:
                raise error(f"expands to more than {MAX_YAML_NODES} values", _event_span(name, event))

    for event in yaml.parse(text, Loader=loader_type):
        if isinstance(event, yaml.CollectionStartEvent):
            open_nodes.append([event.anchor, 1])
            if len(open_nodes) > MAX_YAML_DEPTH:
                raise error(f"nested more than {MAX_YAML_DEPTH} levels deep", _event_span(name, event))
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, nodes = open_nodes.pop()
            if anchor:
                sizes[anchor] = nodes
            grow(nodes, event)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in sizes:
                raise error(f"the alias *{event.anchor} refers to itself or to nothing", _event_span(name, event))
            grow(sizes[event.anchor], event)
        elif isinstance(event, yaml.ScalarEvent):
            if event.anchor:
                sizes[event.anchor] = 1
            grow(1, event)


def _event_span(name: str, event: Any) -> Span:
    return Span(name, event.start_mark.line + 1, event.start_mark.column + 1)
