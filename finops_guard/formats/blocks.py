"""Blocks of HTML for comments: tables, foldable sections, amounts. They hold no empty line that is not meant.

An empty line ends a block of HTML, and then Markdown is read again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from finops_guard.formats.money import MINUS, money, signed


@dataclass(frozen=True, slots=True)
class Table:
    """A table of HTML. Headings that start with ">" are right-aligned."""

    headings: tuple[str, ...]

    def html(self, rows: Iterable[tuple[str, ...]]) -> str:
        sides = ["right" if heading.startswith(">") else "left" for heading in self.headings]
        cells = "".join(
            f'<th align="{side}">{name.lstrip(">")}</th>' for name, side in zip(self.headings, sides, strict=True)
        )
        lines = [f"<table>\n<thead><tr>{cells}</tr></thead>\n<tbody>"]
        for row in rows:
            tags = ["<td>" if side == "left" else '<td align="right">' for side in sides]
            lines.append(f"<tr>{''.join(f'{start}{cell}</td>' for start, cell in zip(tags, row, strict=True))}</tr>")
        return "\n".join([*lines, "</tbody>\n</table>"])


def details(summary: str, *content: str, is_open: bool = False) -> str:
    inside = "\n\n".join(part for part in content if part)
    return f"<details{' open' if is_open else ''}>\n<summary>{summary}</summary>\n\n{inside}\n\n</details>"


def more(count: int, what: str) -> str:
    return f"<p><sub>+{count:,} more {what}</sub></p>" if count > 0 else ""


def usd(value: Any) -> str:
    return money(value, MINUS).replace("<", "&lt;")


def signed_usd(value: Any) -> str:
    return signed(value, MINUS).replace("<", "&lt;")
