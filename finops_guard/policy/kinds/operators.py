"""The operators of clauses. Each answers True, False, or None: a comparison with an Unknown is neither."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

from finops_guard.policy.keys import AtLeast
from finops_guard.policy.patterns import TooLong, glob, regex
from finops_guard.values import BadValue, Unknown, as_number

Truth = bool | None
Test = Callable[[Any], Truth]

# operator -> (what a clause with it says, the opposite); {key} and {value} are those of the clause
WORDS: Mapping[str, tuple[str, str]] = {
    "eq": ("{key} is {value}", "{key} is not {value}"),
    "ne": ("{key} is not {value}", "{key} is {value}"),
    "gt": ("{key} is more than {value}", "{key} is at most {value}"),
    "gte": ("{key} is at least {value}", "{key} is less than {value}"),
    "lt": ("{key} is less than {value}", "{key} is at least {value}"),
    "lte": ("{key} is at most {value}", "{key} is more than {value}"),
    "in": ("{key} is one of {value}", "{key} is none of {value}"),
    "not-in": ("{key} is none of {value}", "{key} is one of {value}"),
    "contains": ("{key} contains {value}", "{key} does not contain {value}"),
    "glob": ("{key} is like {value}", "{key} is not like {value}"),
    "regex": ("{key} matches {value}", "{key} does not match {value}"),
    "any-regex": ("one of {key} matches {value}", "none of {key} matches {value}"),
    "any-gt": ("one of {key} is more than {value}", "none of {key} is more than {value}"),
    "absent": ("{key} is absent", "{key} is set"),
    "present": ("{key} is set", "{key} is absent"),
}
COMPARE: Mapping[str, Callable[[Decimal, Decimal], bool]] = {"gt": gt, "gte": ge, "lt": lt, "lte": le, "any-gt": gt}
NUMERIC = tuple(COMPARE)
PATTERNS = ("regex", "any-regex", "glob")
LISTS = ("in", "not-in")
WITHOUT_VALUE = ("absent", "present")


def operator(name: str, wanted: Any) -> Test:
    """A test of a value against `wanted`. Raises BadPattern for a regular expression that cannot be used."""
    if name in NUMERIC:
        return _number_test(name, Decimal(str(wanted)))
    if name in ("regex", "any-regex"):
        found = _pattern_test(regex(wanted))
        return _any(found) if name == "any-regex" else _unless_unknown(found)
    if name == "glob":
        return _unless_unknown(_pattern_test(glob(str(wanted))))
    return _PLAIN[name](wanted)


def _unless_unknown(test: Callable[[Any], Truth]) -> Test:
    return lambda value: None if isinstance(value, Unknown) else test(value)


def _any(test: Callable[[Any], Truth]) -> Test:
    """True when one element passes; None when none does but one is unknown. A single value is a list of one."""

    def check(value: Any) -> Truth:
        if isinstance(value, Unknown):
            return None
        if value is None or value == []:
            return test(None)
        answers = [
            None if isinstance(item, Unknown) else test(item)
            for item in (value if isinstance(value, list | tuple) else [value])
            if not (isinstance(item, Unknown) and item.computed)
        ]
        return True if True in answers else None if None in answers else False

    return check


def _pattern_test(found: Callable[[str], bool]) -> Callable[[Any], Truth]:
    def check(value: Any) -> Truth:
        if value is None or isinstance(value, list | Mapping):
            return False
        try:
            return found(_text(value))
        except TooLong:
            return None

    return check


def _number_test(name: str, limit: Decimal) -> Test:
    compare = COMPARE[name]
    upward = name in ("gt", "gte", "any-gt")

    def check(value: Any) -> Truth:
        if type(value) is Decimal:  # what the policy input computes; the rest is what somebody wrote
            return compare(value, limit)
        if value is None or value == "" or value == []:
            return False
        try:
            number = as_number("it", value)
        except BadValue:
            return None
        answer = compare(number, limit)
        if isinstance(value, AtLeast) and answer is not upward:
            return None  # the part that is not known may carry it over the limit
        return answer

    return _any(check) if name == "any-gt" else _unless_unknown(check)


def same(value: Any, wanted: Any) -> bool:
    """Equality with Terraform's loose types: "5" is 5, "true" is true."""
    if isinstance(wanted, bool) or isinstance(value, bool):
        return _text(value) == _text(wanted)
    if isinstance(wanted, int | Decimal) and isinstance(value, str | int | Decimal):
        try:
            return as_number("it", value) == wanted
        except BadValue:
            return False
    if isinstance(wanted, str) and isinstance(value, int | Decimal):
        return _text(value) == wanted
    return bool(value == wanted)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _equal(wanted: Any) -> Test:
    def check(value: Any) -> Truth:
        return None if isinstance(value, Unknown | AtLeast) else same(value, wanted)

    return check


def _one_of(wanted: Any) -> Test:
    def check(value: Any) -> Truth:
        return None if isinstance(value, Unknown | AtLeast) else any(same(value, item) for item in wanted)

    return check


def _contains(wanted: Any) -> Test:
    def check(value: Any) -> Truth:
        if isinstance(value, Unknown):
            return None
        if isinstance(value, list | tuple):
            return _any(lambda item: same(item, wanted))(value)
        if isinstance(value, Mapping):
            return wanted in value
        return value is not None and _text(wanted) in _text(value)

    return check


def _not(test: Test) -> Test:
    def check(value: Any) -> Truth:
        answer = test(value)
        return None if answer is None else not answer

    return check


def is_absent(value: Any) -> bool:
    """Null, missing, and empty text, lists and maps (Terraform writes [] for a block that is not there)."""
    if isinstance(value, Unknown):
        return value.computed
    return value is None or value == "" or (isinstance(value, list | tuple | Mapping) and not value)


_PLAIN: Mapping[str, Callable[[Any], Test]] = {
    "eq": _equal,
    "ne": lambda wanted: _not(_equal(wanted)),
    "in": _one_of,
    "not-in": lambda wanted: _not(_one_of(wanted)),
    "contains": _contains,
    "absent": lambda wanted: is_absent,
    "present": lambda wanted: lambda value: not is_absent(value),
}
