"""What the embedded engine (rego-cpp) gets wrong without a word, refused before it runs. Pure.

Measured with rego-cpp 1.5.2 against OPA 1.22.2 (tests/policy/rego/): a variable that is first met in the brackets of a ref
inside another term (an argument, an array, a set, an object, a comparison of two refs) makes the rule find nothing, and so
does a name that nothing defines, which OPA calls unsafe. A missed finding is the worst that a guard can do, so both are
errors. The check errs on the strict side: what it refuses can always be written so that both engines agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from finops_guard.errors import PolicyError
from finops_guard.policy.rego.text import GOES_ON, GOES_ON_WORDS, OPENING, Clause, Module, Token, closing

WORDS = frozenset(
    {"if", "else", "contains", "in", "not", "some", "every", "with", "as", "default", "true", "false", "null", "input",
     "data", "set", "package", "import"}
)  # fmt: skip
COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">="})
INSIDE = re.compile(r"\{([^{}]*)\}")
BASES = re.compile(r"(?<![\w.\"])[A-Za-z_]\w*(?![\w.]*\()")  # names at the start of a ref that are not called
ADVICE = "bind it first: some r in input.resources (or r := input.resources[i]); or install opa"


def refuse_silent(modules: Sequence[Module]) -> None:
    """Raise PolicyError with file and line for the first thing of which the embedded engine would say nothing."""
    rules = {module.package: set[str]() for module in modules}
    for module in modules:
        rules[module.package] |= {clause.name.split(".")[0] for clause in module.rules}
    for module in modules:
        known = WORDS | rules[module.package] | module.imports.keys()
        for clause in module.rules:
            _Walk(module, known).clause(clause)


def calls(modules: Iterable[Module]) -> Mapping[str, tuple[Module, Token]]:
    """The functions that modules call, with one place of each; those that they define themselves are left out."""
    found: dict[str, tuple[Module, Token]] = {}
    for module in modules:
        own = {clause.name for clause in module.rules} | module.imports.keys()
        for clause in module.rules:
            for name, token in _calls(clause.tokens):
                if name.split(".")[0] not in {*own, "data", *WORDS}:
                    found.setdefault(name, (module, token))
    return found


def _calls(tokens: Sequence[Token]) -> Iterator[tuple[str, Token]]:
    for position, token in enumerate(tokens):
        if token.text == "(" and token.kind == "sign" and position and tokens[position - 1].kind == "name":
            if tokens[position - 1].end != token.start:
                continue
            start = position - 1
            while start > 1 and tokens[start - 1].text == "." and tokens[start - 2].kind == "name":
                start -= 2
            yield "".join(one.text for one in tokens[start:position]), tokens[start]


class _Walk:
    """Goes through one rule in the order in which it is written; `known` are names that mean something everywhere."""

    def __init__(self, module: Module, known: Set[str]) -> None:
        self.module = module
        self.known = known

    def clause(self, clause: Clause) -> None:
        tokens = clause.tokens
        bound = _arguments(clause)
        if clause.body is None:
            self._nested(tokens[_after_name(tokens) :], bound)
            return
        position = clause.body
        heads = [tokens[_after_name(tokens) : position]]
        bodies = []
        while position < len(tokens):
            token = tokens[position]
            if token.text == "else":
                end = _next_body(tokens, position + 1)
                heads.append(tokens[position + 1 : end])
                position = end
            elif token.text == "{" and token.kind == "sign":
                end = closing(tokens, position)
                bodies.append(tokens[position + 1 : end])
                position = end + 1
            elif token.text == "if":
                position += 1
                if position < len(tokens) and tokens[position].text != "{":
                    end = next((at for at in range(position, len(tokens)) if tokens[at].text == "else"), len(tokens))
                    bodies.append(tokens[position:end])
                    position = end
            else:
                position += 1
        for index, head in enumerate(heads):
            inside = set(bound)
            if index < len(bodies):
                self.body(bodies[index], inside)
            self._nested(head, inside)

    def body(self, tokens: Sequence[Token], bound: set[str]) -> None:
        """The statements of a body; what they bind is added to `bound`."""
        for statement in _statements(tokens):
            self._statement(statement, bound)

    def _statement(self, tokens: Sequence[Token], bound: set[str]) -> None:
        first = tokens[0].text
        if first == "some":
            self._some(tokens[1:], bound)
        elif first == "every":
            self._every(tokens, bound)
        elif first == "not":
            self._nested(tokens[1:], bound)
        else:
            self._plain(tokens, bound)

    def _some(self, tokens: Sequence[Token], bound: set[str]) -> None:
        """`some i` declares what a later ref binds; `some k, v in xs` binds it."""
        split = next((at for at, token in enumerate(tokens) if token.text == "in"), None)
        if split is None:
            return
        self._nested(tokens[split + 1 :], bound)
        bound |= {token.text for token in tokens[:split] if token.kind == "name"}

    def _every(self, tokens: Sequence[Token], bound: set[str]) -> None:
        split = next((at for at, token in enumerate(tokens) if token.text == "in"), len(tokens))
        brace = next((at for at in range(len(tokens) - 1, -1, -1) if _opens_last(tokens, at)), len(tokens))
        self._nested(tokens[split + 1 : brace], bound)
        inside = bound | {token.text for token in tokens[1:split] if token.kind == "name"}
        self.body(tokens[brace + 1 : -1], inside)

    def _plain(self, tokens: Sequence[Token], bound: set[str]) -> None:
        """A statement that is a ref, a comparison of one, or an assignment may bind the variables of that one ref."""
        split = next((at for at, one in _outside(tokens) if one.text in (":=", "=")), None)
        if split is not None:
            left, right = tokens[:split], tokens[split + 1 :]
            for side in (right,) if tokens[split].text == ":=" else (right, left):
                if tokens[split].text == ":=" or not _pattern_names(side):
                    self._simple_or_nested(side, bound)
            both = (left,) if tokens[split].text == ":=" else (left, right)
            bound |= {name for side in both for name in _pattern_names(side)}
            return
        split = next((at for at, one in _outside(tokens) if one.text in COMPARISONS), None)
        if split is not None:
            left, right = tokens[:split], tokens[split + 1 :]
            binding, other = (left, right) if self._new(left, bound) else (right, left)
            self._simple_or_nested(binding, bound)
            self._nested(other, bound)
            return
        self._simple_or_nested(tokens, bound)

    def _simple_or_nested(self, tokens: Sequence[Token], bound: set[str]) -> None:
        """One ref alone binds the variables in its brackets; anything else must have them bound already."""
        if not _is_ref(tokens):
            if len(tokens) > 1 and tokens[0].text == "walk" and tokens[1].text == "(":
                bound |= {one.text for one in tokens[2:] if one.kind == "name" and one.text not in self.known}
            self._nested(tokens, bound)
            return
        self._base(tokens[0], bound)
        for inner in _brackets(tokens):
            if len(inner) == 1 and inner[0].kind == "name":
                bound |= {inner[0].text} - {"_"}
            else:
                self._nested(inner, bound)

    def _new(self, tokens: Sequence[Token], bound: set[str]) -> bool:
        return _is_ref(tokens) and any(
            len(inner) == 1 and inner[0].kind == "name" and inner[0].text not in bound | self.known
            for inner in _brackets(tokens)
        )

    def _nested(self, tokens: Sequence[Token], bound: set[str]) -> None:
        """Terms within others: every name must be bound by now; comprehensions bind their own."""
        position = 0
        while position < len(tokens):
            token = tokens[position]
            if token.kind in ("string", "raw") and token.text.startswith("$"):
                self._template(token, bound)
            if token.kind == "sign" and token.text in ("[", "{"):
                end = closing(tokens, position)
                inner = tokens[position + 1 : end]
                split = next((at for at, one in _outside(inner) if one.text == "|" and _opens_body(inner, at)), None)
                if split is not None and not _follows_ref(tokens, position):
                    inside = set(bound)
                    self.body(inner[split + 1 :], inside)
                    self._nested(inner[:split], inside)
                    position = end + 1
                    continue
            is_base = token.kind == "name" and not (position and tokens[position - 1].text == ".")
            if is_base and not _is_called(tokens, position):
                self._base(token, bound)
            position += 1

    def _template(self, token: Token, bound: set[str]) -> None:
        """The names inside a text: $"{name}"."""
        for part in INSIDE.findall(token.value):
            for name in BASES.findall(part):
                self._base(replace(token, kind="name", text=name), bound)

    def _base(self, token: Token, bound: set[str]) -> None:
        if token.kind == "name" and token.text not in bound and token.text not in self.known:
            what = (
                "an iteration inside another term" if token.text == "_" else f"{token.text!r} is not bound before this"
            )
            self._fail(token, what)

    def _fail(self, token: Token, what: str) -> None:
        raise PolicyError(
            f"{what}; the embedded Rego engine would find nothing here, and say nothing",
            self.module.span(token.line, token.column),
            ADVICE,
        )


def _arguments(clause: Clause) -> set[str]:
    """The names in the argument list of a function."""
    start = _after_name(clause.tokens)
    if start < len(clause.tokens) and clause.tokens[start].text == "(":
        return {one.text for one in clause.tokens[start : closing(clause.tokens, start)] if one.kind == "name"}
    return set()


def _after_name(tokens: Sequence[Token]) -> int:
    position = 2 if tokens[0].text == "default" else 1
    while position + 1 < len(tokens) and tokens[position].text == "." and tokens[position + 1].kind == "name":
        position += 2
    return position


def _next_body(tokens: Sequence[Token], position: int) -> int:
    """Where the body of an `else` begins: its `if`, or a bare brace."""
    while position < len(tokens):
        token = tokens[position]
        if token.text == "if" or (token.text == "{" and tokens[position - 1].text not in (":=", "=")):
            return position
        if token.kind == "sign" and token.text in OPENING:
            position = closing(tokens, position)
        position += 1
    return position


def _statements(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    start = 0
    for position, token in _outside(tokens):
        if position > start and (token.text == ";" or (token.first and _is_complete(tokens[position - 1]))):
            yield tokens[start:position]
            start = position
        if token.text == ";":
            start = position + 1
    if start < len(tokens):
        yield tokens[start:]


def _is_complete(before: Token) -> bool:
    return before.text not in GOES_ON and before.text not in GOES_ON_WORDS


def _outside(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """The tokens that stand in no bracket, opening ones included."""
    depth = 0
    for position, token in enumerate(tokens):
        closes = token.kind == "sign" and token.text in OPENING.values()
        depth -= closes
        if depth == 0 and not closes:
            yield position, token
        depth += token.kind == "sign" and token.text in OPENING


def _is_ref(tokens: Sequence[Token]) -> bool:
    """True for one ref and nothing else: name(.name | [...])*, without a call."""
    if not tokens or tokens[0].kind != "name":
        return False
    position = 1
    while position < len(tokens):
        if tokens[position].text == "." and position + 1 < len(tokens):
            position += 2
        elif tokens[position].text == "[":
            position = closing(tokens, position) + 1
        else:
            return False
    return True


def _brackets(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    for position, token in _outside(tokens):
        if token.text == "[" and token.kind == "sign":
            yield tokens[position + 1 : closing(tokens, position)]


def _pattern_names(tokens: Sequence[Token]) -> set[str]:
    """The names that unification binds: a name alone, or those in an array."""
    if len(tokens) == 1 and tokens[0].kind == "name":
        return {tokens[0].text}
    if tokens and tokens[0].text == "[" and all(one.kind == "name" or one.text in "[]," for one in tokens):
        return {one.text for one in tokens if one.kind == "name"}
    return set()


def _opens_last(tokens: Sequence[Token], position: int) -> bool:
    return tokens[position].text == "{" and closing(tokens, position) == len(tokens) - 1


def _opens_body(tokens: Sequence[Token], position: int) -> bool:
    return position > 0 and position + 1 < len(tokens)


def _follows_ref(tokens: Sequence[Token], position: int) -> bool:
    """True for the bracket of a ref: x[...], with no space between."""
    before = tokens[position - 1] if position else None
    return (
        tokens[position].text == "["
        and before is not None
        and (before.kind == "name" or before.text in ("]", ")"))
        and before.end == tokens[position].start
    )


def _is_called(tokens: Sequence[Token], position: int) -> bool:
    """True for the name of a function that is called."""
    end = position + 1
    while end + 1 < len(tokens) and tokens[end].text == "." and tokens[end + 1].kind == "name":
        end += 2
    return end < len(tokens) and tokens[end].text == "(" and tokens[end - 1].end == tokens[end].start
