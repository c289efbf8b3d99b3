"""Globs and regular expressions of rules. Their subjects come from a pull request, so no pattern may take for ever."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from importlib import import_module
from typing import Any

LONGEST_SUBJECT = 2000
LONGEST_SUBJECT_CUBIC = 300  # for patterns whose time may grow with the third power of the length
LONGEST_PATTERN = 500
UNBOUNDED = 100  # more repeats than this count as "any number"
REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


class BadPattern(Exception):
    """A regular expression that is not valid, or that could take too long."""


class TooLong(Exception):
    """A subject that is longer than the pattern may be tried on."""


def regex(pattern: str) -> Callable[[str], bool]:
    """A function that says whether the pattern is found in a text. Raises BadPattern now, TooLong when called."""
    if len(pattern) > LONGEST_PATTERN:
        raise BadPattern(f"longer than {LONGEST_PATTERN} characters")
    try:
        compiled = re.compile(pattern)
        degree = _degree(import_module("re._parser").parse(pattern))
    except (re.error, RecursionError, OverflowError) as problem:
        raise BadPattern(f"not a regular expression: {problem}") from None
    degree += 0 if pattern.startswith(("^", "\\A")) else 1
    if degree > 3:
        raise BadPattern(
            "too many unlimited repeats (such as .*): it could take for ever on a long text; anchor it with ^"
        )
    limit = LONGEST_SUBJECT if degree < 3 else LONGEST_SUBJECT_CUBIC

    def found(subject: str) -> bool:
        if len(subject) > limit:
            raise TooLong(f"longer than {limit} characters")
        return compiled.search(subject) is not None

    return found


def _degree(parsed: Any, inside: bool = False) -> int:
    """How many unlimited repeats stand one after the other; one inside another, or around alternatives, is refused."""
    total = 0
    for operation, argument in parsed:
        name = str(operation)
        if name in REPEATS:
            low, high, body = argument
            varies = high != low
            if inside and varies:
                raise BadPattern("a repeat inside a repeat could take for ever; write it without nesting")
            total += (1 if varies and high > UNBOUNDED else 0) + _degree(body, inside or (varies and high > 1))
        elif name == "BRANCH":
            if inside:
                raise BadPattern("alternatives (|) inside a repeat could take for ever; write them without the repeat")
            total += max(_degree(branch) for branch in argument[1])
        elif name in ("SUBPATTERN", "ATOMIC_GROUP", "ASSERT", "ASSERT_NOT"):
            total += _degree(argument[-1] if isinstance(argument, tuple) else argument, inside)
        elif name in ("GROUPREF", "GROUPREF_EXISTS"):
            raise BadPattern("references to groups could take for ever; write the pattern without them")
    return total


@lru_cache(maxsize=4096)
def glob(pattern: str) -> Callable[[str], bool]:
    """A function that says whether a text is like the pattern; `*` and `?` are wild, all else (also `[`) is plain."""
    if "*" not in pattern and "?" not in pattern:
        return lambda text: text == pattern
    parts = re.split(r"([*?])", re.sub(r"\*+", "*", pattern))
    # Each star takes as little as it can and never gives back: for globs that is right, and linear.
    source, piece = "", ""
    for part in parts:
        if part == "*":
            source += f"(?>{piece})" if not source else f"(?>.*?{piece})"
            piece = ""
        else:
            piece += "." if part == "?" else re.escape(part)
    if "*" in pattern:
        source += f".*{piece}" if source else piece
    else:
        source = piece
    compiled = re.compile(source, re.DOTALL)
    return lambda text: compiled.fullmatch(text) is not None


def any_glob(patterns: Iterable[str]) -> Callable[[str], bool]:
    """A function that says whether a text is like one of the patterns."""
    tests = [glob(pattern) for pattern in patterns]
    return lambda text: any(test(text) for test in tests)
