"""Rego of before OPA 1.0 as today's, for the embedded engine, which would take `deny[msg] { … }` for an object. Pure.

Only heads change, and lines move only where one holds several statements. What cannot be put into v1 without
moving code is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from finops_guard.errors import PolicyError
from finops_guard.policy.rego.order import order_edits
from finops_guard.policy.rego.text import Clause, Module, Token, closing

Edit = tuple[int, int, str]  # from, to, what stands there instead


def as_v1(module: Module) -> str:
    """The text of a module as the embedded engine gets it. Raises PolicyError for several bodies in a row."""
    edits = [_line_of_its_own(clause) for clause in module.rules if not clause.tokens[0].first]
    if module.is_v0:
        edits += [edit for clause in module.rules for edit in _edits(clause, module)]
    edits += [edit for clause in module.rules for edit in order_edits(clause)]
    edits.sort(key=lambda edit: edit[:2])
    text, position = "", 0
    for start, end, instead in edits:
        text += module.text[position:start] + instead
        position = end
    return text + module.text[position:]


def _line_of_its_own(clause: Clause) -> Edit:
    """A rule behind another statement on one line: OPA takes it, the embedded engine does not."""
    start = clause.tokens[0].start
    return start, start, "\n"


def _edits(clause: Clause, module: Module) -> Iterator[Edit]:
    tokens = clause.tokens
    start = 1 if tokens[0].text == "default" else 0
    yield from _set_head(tokens, start, clause)
    if not clause.bare or clause.body is None:
        return
    position = clause.body
    is_set = _is_set(tokens, start, position)
    yield from _if(tokens[position], needed=not is_set)
    position = closing(tokens, position) + 1
    while position < len(tokens):
        token = tokens[position]
        if token.text == "{" and tokens[position - 1].text == "}":
            raise PolicyError(
                f"a second body of {clause.name} in a row",
                module.span(token.line, token.column),
                "write the head again before it, or install opa",
            )
        if token.text == "{" and tokens[position - 1].text not in (":=", "="):
            yield from _if(token, needed=True)
            position = closing(tokens, position)
        elif token.text in ("{", "[", "("):
            position = closing(tokens, position)
        position += 1


def _if(brace: Token, needed: bool) -> Iterator[Edit]:
    if needed:
        yield brace.start, brace.start, " if "


def _is_set(tokens: Sequence[Token], start: int, end: int) -> bool:
    """True for a head `name[term]` that ends here: an element of a set, in v0."""
    first = start + 1
    while first + 1 < len(tokens) and tokens[first].text == "." and tokens[first + 1].kind == "name":
        first += 2
    return first < end and tokens[first].text == "[" and closing(tokens, first) == end - 1


def _set_head(tokens: Sequence[Token], start: int, clause: Clause) -> Iterator[Edit]:
    end = len(tokens) if clause.body is None else clause.body
    if not _is_set(tokens, start, end) or (clause.body is not None and not clause.bare):
        return
    first = next(position for position, token in enumerate(tokens) if token.text == "[")
    last = closing(tokens, first)
    yield tokens[first].start, tokens[first].end, " contains "
    yield tokens[last].start, tokens[last].end, " if " if clause.bare else " "
