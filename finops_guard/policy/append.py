"""Add an item to a list in a YAML text without touching anything else: comments, order and quotes stay. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


class CannotAdd(Exception):
    """The list is written in a way that an item cannot safely be added to."""


def with_item(text: str, name: str, item: Mapping[str, Any]) -> str:
    """The text with one more item at the end of the list `name` at the top level. The text must be valid YAML."""
    import yaml

    ending = "\r\n" if "\r\n" in text else "\n"
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    value = next((value for key, value in root.value if key.value == name), None) if root is not None else None
    if value is None:
        raise CannotAdd(f"there is no list {name}")
    if value.value in ("", []):  # `name:` or `name: []`
        return _filled(text, value, _lines(item, 2, ending), ending)
    if value.flow_style:
        raise CannotAdd(f"the list {name} is written in one line; write its items one below the other first")
    place = _line_after(text, _last(value.value[-1]))
    head = text[:place]
    if not head.endswith("\n"):
        head += ending
    return head + _lines(item, value.start_mark.column, ending) + text[place:]


def _filled(text: str, value: Any, item: str, ending: str) -> str:
    """An empty list with its first item: `[]` goes, a comment behind it stays."""
    before, behind = text[: value.start_mark.index], text[value.end_mark.index :]
    comment, newline, after = behind.partition("\n")
    return f"{before.rstrip(' ')}{comment.rstrip()}{newline or ending}{item}{after}"


def _line_after(text: str, last: Any) -> int:
    """Where the line after a piece of text starts."""
    index: int = last.end_mark.index
    if last.end_mark.column == 0 and index > last.start_mark.index:  # a text of several lines (| or >) ends there
        return index
    end = text.find("\n", index)
    return len(text) if end < 0 else end + 1


def _last(node: Any) -> Any:
    """The last piece of a node that has text: the end of a block itself may lie behind comments."""
    while not isinstance(node.value, str) and node.value and not node.flow_style:
        piece = node.value[-1]
        node = piece[1] if isinstance(piece, tuple) else piece
    return node


def _lines(item: Mapping[str, Any], indent: int, ending: str) -> str:
    """An item in YAML. Text that could be read otherwise is quoted, so it cannot break out of its place."""
    lines: list[str] = []
    for name, value in item.items():
        if value is not None:
            shown = json.dumps(value, ensure_ascii=False) if isinstance(value, str) and not _is_plain(value) else value
            lines.append(f"{' ' * indent}{'  ' if lines else '- '}{name}: {shown}{ending}")
    return "".join(lines)


def _is_plain(text: str) -> bool:
    """True for a text that YAML reads as the same text without quotes."""
    import yaml

    if not text.isprintable() or not text[:1].isalnum():
        return False
    try:
        return bool(yaml.safe_load(f"a: {text}\n") == {"a": text})
    except (yaml.YAMLError, ValueError):
        return False
