"""Rego as text: tokens, and the clauses of a module. Pure.

This is no compiler: the engine decides what a module means. It tells which rules there are, which fields they read, in
which dialect (v0 or v1) they are written, and where.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from finops_guard.errors import PolicyError
from finops_guard.model import Span

TOKEN = re.compile(
    r"""(?P<space>[ \t\r]+)
      | (?P<newline>\n)
      | (?P<comment>\#[^\n]*)
      | (?P<string>\$?"(?:[^"\\\n]|\\.)*")
      | (?P<raw>\$?`[^`]*`)
      | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
      | (?P<name>[A-Za-z_]\w*)
      | (?P<sign>:=|==|!=|<=|>=|[\[\](){}.,;:|&<>=+\-*/%])""",
    re.VERBOSE,
)
OPENING = {"[": "]", "(": ")", "{": "}"}
GOES_ON = frozenset(
    {":=", "=", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "|", "&", ",", ".", ":"}
)  # after these a statement is not at its end
GOES_ON_WORDS = frozenset({"if", "else", "contains", "in", "not", "some", "every", "with", "as", "default", "import"})
STARTS_NOTHING = frozenset({"else", "if", "contains", "in", "with", "as"})
VALUES = ("string", "raw", "number")


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `first` is True when it is the first on its line."""

    kind: str  # name, string, raw, number, sign
    text: str
    start: int
    line: int
    column: int
    first: bool

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def value(self) -> str:
        """The text of a string without its quotes."""
        return self.text.lstrip("$")[1:-1]


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment, without its number sign."""

    text: str
    line: int
    alone: bool  # nothing else stands on its line


@dataclass(frozen=True, slots=True)
class Clause:
    """A statement at the top of a module: a package, an import, or one body of a rule.

    `body` is where the body starts among the tokens: at the `if` of v1, or the bare brace of v0; None without one.
    """

    kind: str  # package, import, rule
    name: str
    tokens: Sequence[Token]
    body: int | None = None
    bare: bool = False

    @property
    def line(self) -> int:
        return self.tokens[0].line

    @property
    def is_function(self) -> bool:
        """True when arguments follow the name."""
        after = 1 + 2 * self.name.count(".") + (self.tokens[0].text == "default")
        return len(self.tokens) > after and self.tokens[after].text == "("

    @property
    def head(self) -> Sequence[Token]:
        """The tokens before the body."""
        return self.tokens if self.body is None else self.tokens[: self.body]


@dataclass(frozen=True, slots=True)
class Module:
    """One file, taken apart."""

    path: str
    text: str
    package: str
    package_line: int
    imports: dict[str, str] = field(default_factory=dict)  # name -> path: input, data.lib.tags
    rules: Sequence[Clause] = ()
    comments: Sequence[Comment] = ()

    @property
    def is_v0(self) -> bool:
        """True for the dialect before OPA 1.0, in which a body follows its head without `if`."""
        return any(clause.bare for clause in self.rules)

    def span(self, line: int, column: int | None = None) -> Span:
        return Span(self.path, line, column)


def module(text: str, path: str) -> Module:
    """Take a file apart. Raises PolicyError with file and line for what no engine would read either."""
    tokens, comments = _tokens(text, path)
    clauses = list(_clauses(tokens, path))
    packages = [clause for clause in clauses if clause.kind == "package"]
    if not packages or clauses[0] is not packages[0]:
        raise PolicyError("a Rego file begins with its package", Span(path, 1), "such as: package finops.tagging")
    imports = {}
    for clause in clauses:
        if clause.kind == "import":
            imports[_alias(clause)] = clause.name
    rules = tuple(clause for clause in clauses if clause.kind == "rule")
    return Module(path, text, packages[0].name, packages[0].line, imports, rules, tuple(comments))


def _alias(clause: Clause) -> str:
    if len(clause.tokens) > 2 and clause.tokens[-2].text == "as":
        return clause.tokens[-1].text
    return clause.name.rsplit(".", 1)[-1]


def _tokens(text: str, path: str) -> tuple[list[Token], list[Comment]]:
    tokens: list[Token] = []
    comments: list[Comment] = []
    position, line, line_start, first = 0, 1, 0, True
    while position < len(text):
        match = TOKEN.match(text, position)
        if match is None:
            what = "text without its closing quote" if text[position] in '"`$' else f"the character {text[position]!r}"
            raise PolicyError(f"not Rego: {what}", Span(path, line, position - line_start + 1))
        kind = str(match.lastgroup)
        if kind == "comment":
            comments.append(Comment(match.group()[1:], line, first))
        elif kind not in ("space", "newline"):
            tokens.append(Token(kind, match.group(), position, line, position - line_start + 1, first))
            first = False
        lines = match.group().count("\n")
        if lines:
            line += lines
            line_start = position + match.group().rindex("\n") + 1
            first = first or kind == "newline"
        position = match.end()
    return tokens, comments


def _clauses(tokens: Sequence[Token], path: str) -> Iterator[Clause]:
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token.text in ("package", "import") and token.kind == "name":
            end = _end_of_ref(tokens, position + 1)
            if token.text == "import" and end + 1 < len(tokens) and tokens[end].text == "as":
                end += 2
            name = _ref_name(tokens[position + 1 : end])
            if not name:
                _fail(path, token, f"{token.text} names nothing")
            yield Clause(token.text, name, tokens[position:end])
        elif token.kind == "name":
            end = _end_of_rule(tokens, position, path)
            yield _rule(tokens[position:end])
        else:
            _fail(path, token, f"{token.text[:40]!r} does not start a rule")
        position = end


def _fail(path: str, token: Token, message: str, hint: str | None = None) -> NoReturn:
    raise PolicyError(f"not Rego: {message}", Span(path, token.line, token.column), hint)


def _end_of_ref(tokens: Sequence[Token], position: int) -> int:
    """Where a ref that starts here ends: name(.name | ["name"])*."""
    position += 1
    while position < len(tokens):
        if tokens[position].text == "." and position + 1 < len(tokens):
            position += 2
        elif tokens[position].text == "[" and position + 2 < len(tokens) and not tokens[position].first:
            position += 3
        else:
            break
    return min(position, len(tokens))


def _ref_name(tokens: Sequence[Token]) -> str:
    parts = [
        token.text if token.kind == "name" else token.value
        for token in tokens
        if token.kind in ("name", "string") and token.text != "as"
    ]
    if len(tokens) > 1 and tokens[-2].text == "as":
        parts.pop()
    return ".".join(parts)


def _end_of_rule(tokens: Sequence[Token], start: int, path: str) -> int:
    """Where the rule that starts here ends. Raises PolicyError for brackets that do not match."""
    open_brackets: list[Token] = []
    for position in range(start, len(tokens)):
        token = tokens[position]
        if not open_brackets and position > start and _starts_rule(tokens[position - 1], token):
            return position
        if token.kind == "sign" and token.text in OPENING:
            open_brackets.append(token)
        elif (
            token.kind == "sign"
            and token.text in OPENING.values()
            and (not open_brackets or OPENING[open_brackets.pop().text] != token.text)
        ):
            _fail(path, token, f"{token.text!r} without its partner")
    if open_brackets:
        _fail(path, open_brackets[-1], f"{open_brackets[-1].text!r} without its partner")
    return len(tokens)


def _starts_rule(before: Token, token: Token) -> bool:
    if token.kind != "name" or token.text in STARTS_NOTHING:
        return False
    if before.text == "}" and before.kind == "sign":
        return True
    return token.first and before.text not in GOES_ON and before.text not in GOES_ON_WORDS


def _rule(tokens: Sequence[Token]) -> Clause:
    start = 1 if tokens[0].text == "default" and len(tokens) > 1 else 0
    name = tokens[start].text
    position = start + 1
    while position + 1 < len(tokens) and tokens[position].text == "." and tokens[position + 1].kind == "name":
        name += f".{tokens[position + 1].text}"
        position += 2
    body, bare = _body(tokens)
    return Clause("rule", name, tokens, body, bare)


def _body(tokens: Sequence[Token]) -> tuple[int | None, bool]:
    depth = 0
    for position, token in enumerate(tokens):
        if token.kind == "name" and token.text == "if" and depth == 0:
            return position, False
        if token.kind != "sign":
            continue
        if token.text == "{" and depth == 0 and position and not _wants_term(tokens[position - 1]):
            return position, True
        depth += (token.text in OPENING) - (token.text in OPENING.values())
    return None, False


def _wants_term(before: Token) -> bool:
    """True when a brace after this token opens a set or object, not a body."""
    return before.text in GOES_ON or before.text in ("contains", "in")


def closing(tokens: Sequence[Token], position: int) -> int:
    """Where the bracket that opens at `position` closes."""
    depth = 0
    for index in range(position, len(tokens)):
        if tokens[index].kind == "sign":
            depth += (tokens[index].text in OPENING) - (tokens[index].text in OPENING.values())
            if depth == 0:
                return index
    return len(tokens) - 1
