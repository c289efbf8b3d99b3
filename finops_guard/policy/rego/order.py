"""Two things that the embedded engine does otherwise than OPA, put right before it runs. Pure.

It compares values of different types by their text, so that `null < 30` is false where OPA says true; and `sprintf` with a
wrong verb has no value there, so that the rule finds nothing, where OPA finds it with an odd message. Both are replaced by
functions of the module HELPERS.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from finops_guard.policy.rego.text import GOES_ON, GOES_ON_WORDS, OPENING, Clause, Token, closing

PACKAGE = "__finops_guard_helpers__"
HELPERS = f"""package {PACKAGE}

rank(x) := 0 if is_null(x)
rank(x) := 1 if is_boolean(x)
rank(x) := 2 if is_number(x)
rank(x) := 3 if is_string(x)
rank(x) := 4 if is_array(x)
rank(x) := 5 if is_object(x)
rank(x) := 6 if is_set(x)

lt(a, b) := a < b if rank(a) == rank(b)
lt(a, b) := rank(a) < rank(b) if rank(a) != rank(b)

le(a, b) := a <= b if rank(a) == rank(b)
le(a, b) := rank(a) < rank(b) if rank(a) != rank(b)

gt(a, b) := lt(b, a)
ge(a, b) := le(b, a)

text(format, values) := result if {{
	result := sprintf(replace(format, "%s", "%v"), values)
}} else := concat(" ", [format, json.marshal(values)])
"""
NAMES = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
DELIMITERS = frozenset({",", ":", ";", "|", ":=", "=", "==", "!=", *NAMES})
WORDS = frozenset({"not", "if", "with", "in", "else", "some"})

Edit = tuple[int, int, str]


def order_edits(clause: Clause) -> Iterator[Edit]:
    """The comparisons by order and the formatted texts of a rule, as calls of the helpers."""
    tokens = clause.tokens
    for position, token in enumerate(tokens):
        if (
            token.kind == "name"
            and token.text == "sprintf"
            and position + 1 < len(tokens)
            and tokens[position + 1].text == "("
        ):
            yield token.start, token.end, f"data.{PACKAGE}.text"
        elif token.kind == "sign" and token.text in NAMES:
            yield from _comparison(tokens, position)


def _comparison(tokens: Sequence[Token], position: int) -> Iterator[Edit]:
    left, right = _start(tokens, position), _end(tokens, position)
    if left >= position or right <= position + 1:
        return
    operator = tokens[position]
    call = f"data.{PACKAGE}.{NAMES[operator.text]}"
    first, last = tokens[left], tokens[right - 1]
    own = [_iterates(tokens[left:position]), _iterates(tokens[position + 1 : right])]
    if any(own) and _is_statement(tokens, left):
        # A ref that binds a variable must stand by itself; only one of the two does (guard.py).
        name = f"__compared_{operator.start}"
        if own[0]:
            yield first.start, first.start, f"{name} := "
            yield tokens[position - 1].end, operator.end, f"; {call}({name}, "
            yield last.end, last.end, ")"
            return
    yield first.start, first.start, f"{call}("
    yield operator.start, operator.end, ","
    yield last.end, last.end, ")"


def _start(tokens: Sequence[Token], position: int) -> int:
    """Where the left operand of the operator at `position` starts."""
    depth = 0
    for index in range(position - 1, -1, -1):
        token = tokens[index]
        if token.kind == "sign" and token.text in OPENING.values():
            depth += 1
        elif token.kind == "sign" and token.text in OPENING:
            if depth == 0:
                return index + 1
            depth -= 1
        elif depth == 0 and _delimits(token):
            return index + 1
        if depth == 0 and token.first and index and _ends_statement(tokens[index - 1]):
            return index
    return 0


def _end(tokens: Sequence[Token], position: int) -> int:
    """Where the right operand ends."""
    index = position + 1
    while index < len(tokens):
        token = tokens[index]
        is_later = index > position + 1
        if is_later and token.first and _ends_statement(tokens[index - 1]):
            return index
        if token.kind == "sign" and token.text in OPENING.values():
            return index
        if _delimits(token):
            return index
        index = closing(tokens, index) + 1 if token.kind == "sign" and token.text in OPENING else index + 1
    return index


def _delimits(token: Token) -> bool:
    return token.text in DELIMITERS if token.kind == "sign" else token.kind == "name" and token.text in WORDS


def _ends_statement(before: Token) -> bool:
    return before.text not in GOES_ON and before.text not in GOES_ON_WORDS


def _is_statement(tokens: Sequence[Token], left: int) -> bool:
    """True when the comparison is a statement by itself, not a value or an argument."""
    before = tokens[left - 1] if left else None
    return before is None or before.text in (";", "{", "|", "if") or tokens[left].first


def _iterates(tokens: Sequence[Token]) -> bool:
    """True for a ref with a name in its brackets, which may be one that it binds."""
    return any(
        token.text == "["
        and index + 2 < len(tokens)
        and tokens[index + 1].kind == "name"
        and tokens[index + 2].text == "]"
        for index, token in enumerate(tokens)
    )
