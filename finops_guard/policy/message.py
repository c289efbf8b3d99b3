"""Messages of rules: `{name}` is a value, `{?...}` is left out when a value in it is not known. No attribute access."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from finops_guard.policy.shape import suggestion
from finops_guard.values import Unknown

LONGEST_VALUE = 200
CENT = Decimal("0.01")
TENTH = Decimal("0.1")
MONEY = {
    "monthly_cost", "saving", "projected", "limit", "total", "funding", "hard_cap", "cost.before", "cost.after",
    "cost.at_min", "cost.at_max", "cost.list", "totals.before", "totals.after", "unattributed", "unit_cost",
    "unit_cost.gpu_hour", "unit_cost.vcpu_hour", "unit_cost.million_tokens", "project.approved_budget",
    "project.funding_requested", "project.estimate", "project.actual", "project.rise",
}  # fmt: skip
SIGNED_MONEY = {"delta", "totals.delta"}
PERCENT = {
    "percent", "delta_percent", "totals.delta_percent", "coverage_percent", "minimum_percent", "threshold",
    "project.over_budget_percent", "project.actual_over_budget_percent", "project.rise_percent",
    "project.tokens_percent",
}  # fmt: skip
OPEN_FAMILIES = (
    "tags.",
)  # any name below these is allowed; raw attributes are not: they may hold what nobody should print
TOKEN = re.compile(r"\{\?|\{([^{}?][^{}]*)\}|[{}]")

Lookup = Callable[[str], Any]


class BadTemplate(Exception):
    """A message with a wrong placeholder; `hint` names the nearest right one."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A value to be filled in."""

    name: str


@dataclass(frozen=True, slots=True)
class Optional:
    """A part that is left out when one of its values is not known."""

    parts: tuple[str | Placeholder, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A message, taken apart once."""

    parts: tuple[str | Placeholder | Optional, ...]

    def fill(self, lookup: Lookup) -> str:
        """The message with the values that `lookup` gives."""
        return "".join(_fill(part, lookup) for part in self.parts)


def template(text: str, known: Iterable[str]) -> Template:
    """Take a message apart. Raises BadTemplate for a placeholder that is not known, with the nearest one."""
    names = list(known)
    parts: list[str | Placeholder | Optional] = []
    optional: list[str | Placeholder] | None = None
    position = 0
    for token in TOKEN.finditer(text):
        target: list[Any] = parts if optional is None else optional
        if token.start() > position:
            target.append(text[position : token.start()])
        position = token.end()
        if token.group(1):
            name = token.group(1).strip()
            if name not in names and not name.startswith(OPEN_FAMILIES):
                raise BadTemplate(f"unknown placeholder {{{name[:60]}}}", suggestion(name, names))
            target.append(Placeholder(name))
        elif token.group() == "{?" and optional is None:
            optional = []
        elif token.group() == "}" and optional is not None:
            parts.append(Optional(tuple(optional)))
            optional = None
        else:
            raise BadTemplate(f"a brace without its partner at character {token.start() + 1}")
    if optional is not None:
        raise BadTemplate("{? without its }")
    return Template((*parts, text[position:]))


def _fill(part: str | Placeholder | Optional, lookup: Lookup) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, Placeholder):
        return show(part.name, lookup(part.name))
    values = [lookup(inner.name) for inner in part.parts if isinstance(inner, Placeholder)]
    if any(value is None or isinstance(value, Unknown) or value == [] for value in values):
        return ""
    return "".join(_fill(inner, lookup) for inner in part.parts)


def show(name: str, value: Any) -> str:
    """A value as people read it: money as $1,234.56, percent with one digit, lists with commas."""
    if value is None or isinstance(value, Unknown) or value == []:
        return "not known"
    if isinstance(value, list):
        return clean(", ".join(show(name, item) for item in value[:5]) + (", …" if len(value) > 5 else ""))
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return getattr(value, "prefix", "") + _number(name, Decimal(value))
    return clean(str(value))


def _number(name: str, value: Decimal) -> str:
    if name in MONEY:
        return money(value)
    if name in SIGNED_MONEY:
        return signed_money(value)
    if name in PERCENT:
        return percent(value)
    return f"{value.normalize():,f}" if value else "0"


def money(value: Decimal) -> str:
    """USD to the cent: $1,234.56."""
    rounded = value.quantize(CENT, ROUND_HALF_UP)
    return f"-${-rounded:,}" if rounded < 0 else f"${abs(rounded):,}"


def signed_money(value: Decimal) -> str:
    """USD to the cent with its sign: +$1,234.56."""
    return money(value) if value.quantize(CENT, ROUND_HALF_UP) < 0 else f"+{money(value)}"


def percent(value: Decimal) -> str:
    """A percentage with one digit, without ".0": 93.5, 100."""
    rounded = value.quantize(TENTH, ROUND_HALF_UP)
    return f"{rounded.to_integral_value():,}" if rounded == rounded.to_integral_value() else f"{rounded:,}"


def clean(text: str) -> str:
    """Text from a pull request on one line, without control characters, cut when it is very long."""
    if len(text) <= LONGEST_VALUE and text.isprintable():
        return text
    plain = "".join(character if character.isprintable() else " " for character in text[: LONGEST_VALUE + 1])
    return f"{plain[:LONGEST_VALUE]}…" if len(text) > LONGEST_VALUE else plain
