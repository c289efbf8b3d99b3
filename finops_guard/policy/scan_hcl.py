"""A light scan of HCL: comments, and the blocks at the top level with their lines. No expression is read.

It knows what hides a `#` or a brace (strings, `${}` inside them, heredocs), and refuses a text that it cannot follow.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace

from finops_guard.model import Diagnostic, Span
from finops_guard.policy.suppressions import MARK, Block, Comment, Scan, suppressions_in

CODE = re.compile(r"#[^\n]*|//[^\n]*|/\*|<<-?[ \t]*([A-Za-z_][\w-]*)[^\n]*\n|[\"{}\n]")
STRING = re.compile(r'\\.|\$\$\{|%%\{|[$%]\{|["\n]', re.DOTALL)
HEADER = re.compile(r'\s*([A-Za-z_][\w-]*)((?:[ \t]+(?:"[^"\n]*"|[A-Za-z_][\w-]*))*)\s*')
LABEL = re.compile(r'"([^"]*)"|([A-Za-z_][\w-]*)')
SOURCE = re.compile(r'[ \t]*source[ \t]*=[ \t]*"(\.\.?(?:/[^"$%\\\n]*)?)"')
NO_BLOCK = ("",)  # labels of a pair of braces that is no block


class _Unreadable(Exception):
    """The text is not HCL, or not what this scan can follow; `position` is where it stopped."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


def scan_hcl(text: str, file: str) -> Scan:
    """The suppressions and blocks of a .tf file. One that cannot be followed to its end gives none, and says so."""
    scanner = _Scanner(text)
    try:
        scanner.run()
    except _Unreadable as stopped:
        if MARK not in text:
            return Scan()
        span = Span(file, scanner.line(stopped.position))
        return Scan(diagnostics=(Diagnostic("cannot be followed: no suppression in it is honoured", None, span),))
    resources = [block for block in scanner.blocks if block.labels[0] == "resource" and len(block.labels) == 3]
    return replace(suppressions_in(scanner.comments, resources, file), blocks=tuple(scanner.blocks))


class _Scanner:
    """Walks the text once. `stack` holds the depth of braces of each piece of code, and None for a string."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.comments: list[Comment] = []
        self.blocks: list[Block] = []
        self.stack: list[int | None] = [0]
        self.statement = 0  # where the statement at the top level starts
        self.opened: tuple[tuple[str, ...], int] = (NO_BLOCK, 0)  # labels and position of the block at the top level
        self.source: str | None = None

    def run(self) -> None:
        """Fill `comments` and `blocks`. Raises _Unreadable."""
        position = 0
        while True:
            in_string = self.stack[-1] is None
            match = (STRING if in_string else CODE).search(self.text, position)
            if match is None:
                break
            position = self._in_string(match) if in_string else self._in_code(match)
        if self.stack != [0]:
            raise _Unreadable(len(self.text))

    def line(self, position: int) -> int:
        """The line of a position, from 1."""
        return bisect_right(self.starts, position)

    def _in_string(self, match: re.Match[str]) -> int:
        found = match.group()
        if found == '"':
            self.stack.pop()
        elif found == "\n":
            raise _Unreadable(match.start())
        elif found in ("${", "%{"):
            self.stack.append(0)
        return match.end()

    def _in_code(self, match: re.Match[str]) -> int:
        found = match.group()
        if found == '"':
            self._note_source(match.start())
            self.stack.append(None)
        elif found == "{":
            self._open(match.start())
        elif found == "}":
            self._close(match.start())
        elif found == "/*":
            return self._block_comment(match)
        elif found.startswith("<<"):
            return self._heredoc(match)
        elif found == "\n":
            self._next_statement(match.end())
        else:
            self._comment(match.start(), found)
        return match.end()

    def _next_statement(self, position: int) -> None:
        if self.stack == [0]:
            self.statement = position

    def _open(self, position: int) -> None:
        if self.stack == [0]:
            match = HEADER.fullmatch(self.text, self.statement, position)
            labels = tuple(quoted or plain for quoted, plain in LABEL.findall(match[2])) if match else ()
            self.opened = ((match[1], *labels) if match else NO_BLOCK, position)
            self.source = None
        self.stack[-1] = (self.stack[-1] or 0) + 1

    def _close(self, position: int) -> None:
        depth = self.stack[-1] or 0
        if depth:
            self.stack[-1] = depth - 1
        elif len(self.stack) > 1:
            self.stack.pop()  # the end of ${...}: back to the string
        else:
            raise _Unreadable(position)
        if self.stack == [0]:
            labels, start = self.opened
            self.blocks.append(Block(labels, self.line(start), self.line(position), self.source))
            self.statement = position + 1

    def _note_source(self, position: int) -> None:
        """The local directory that a module names, when it is plain text."""
        if self.stack == [1] and self.opened[0][0] == "module":
            match = SOURCE.match(self.text, self.starts[self.line(position) - 1])
            self.source = match[1] if match else self.source

    def _comment(self, start: int, text: str) -> None:
        line = self.line(start)
        self.comments.append(Comment(text.rstrip(), line, start - self.starts[line - 1] + 1))

    def _block_comment(self, match: re.Match[str]) -> int:
        end = self.text.find("*/", match.end())
        if end < 0:
            raise _Unreadable(match.start())
        position = match.end()
        for text in self.text[match.end() : end].split("\n"):
            self._comment(position, text)
            position += len(text) + 1
        self._next_statement(end + 2)
        return end + 2

    def _heredoc(self, match: re.Match[str]) -> int:
        end = re.compile(rf"^[ \t]*{re.escape(match[1])}[ \t\r]*$", re.MULTILINE).search(self.text, match.end())
        if end is None:
            raise _Unreadable(match.start())
        return end.end()
