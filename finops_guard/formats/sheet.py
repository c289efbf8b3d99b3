"""Lines of text in columns, each piece with a style: as plain text, or with colours for a terminal."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from io import StringIO

from finops_guard.formats.text import columns, elide, log_line

Piece = tuple[str, str]  # text, style of rich ("" for none)

NARROWEST_NAME = 24


@dataclass
class Sheet:
    """What has been written so far. `width` None: as wide as the text is, nothing is wrapped or cut."""

    width: int | None = None
    lines: list[list[Piece]] = field(default_factory=list)

    def text(self, text: str = "", style: str = "", indent: int = 0) -> None:
        """A paragraph, wrapped at the width."""
        start = " " * indent
        if self.width is None or columns(start + text) <= self.width:
            self.lines.append([(start + text, style)])
            return
        room = max(self.width - indent, NARROWEST_NAME)
        for line in textwrap.wrap(text, room, subsequent_indent="  ", break_on_hyphens=False):
            self.lines.append([(start + line, style)])

    def table(self, rows: list[Row]) -> None:
        """Rows with the numbers right-aligned below each other."""
        if not rows:
            return
        numbers = [max(len(row.numbers[index]) for row in rows) for index in range(len(rows[0].numbers))]
        taken = sum(number + 2 for number in numbers)
        longest = max(columns(row.name) + row.indent for row in rows if not row.wraps)
        if self.width is not None:
            longest = max(min(longest, self.width - taken), NARROWEST_NAME)
        for row in rows:
            if row.wraps:
                self.text(row.name, row.style, row.indent)
                continue
            name = " " * row.indent + elide(row.name, longest - row.indent)
            pieces: list[Piece] = [(name + " " * max(longest - columns(name), 0), row.style)]
            pieces += [
                (f"  {text:>{size}}", style) for text, size, style in zip(row.numbers, numbers, row.styles, strict=True)
            ]
            self.lines.append(pieces)

    def plain(self) -> str:
        """The text without colours."""
        return "".join(f"{log_line(''.join(text for text, _ in line).rstrip())}\n" for line in self.lines)

    def coloured(self) -> str:
        """The text with the colours of a terminal; plain where rich (the extra `terminal`) is not installed."""
        try:
            from rich.console import Console
            from rich.text import Text
        except ImportError:
            return self.plain()

        out = StringIO()
        console = Console(
            file=out, force_terminal=True, width=self.width, color_system="standard", no_color=False,
            legacy_windows=False, markup=False, emoji=False, highlight=False,
        )  # fmt: skip
        for line in self.lines:
            text = Text(no_wrap=True, overflow="ignore")
            for position, (part, style) in enumerate(line):
                text.append(log_line(part) if position == 0 else part, style)
            text.rstrip()
            console.print(text, soft_wrap=True)
        return out.getvalue()


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: a name, then numbers as text, one style for each. One that `wraps` is text without numbers."""

    name: str
    numbers: tuple[str, ...]
    styles: tuple[str, ...]
    style: str = ""
    indent: int = 0
    wraps: bool = False
