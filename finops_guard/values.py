"""Attribute values as code states them: known, absent, or unknown. An unknown is a value, never an absence.

Pricing functions and rules read attributes only through `Values`, so that no unknown is taken for a default in silence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, overload

LARGEST = Decimal(10) ** 15  # beyond any quantity that can be billed: a typo or an attack


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that cannot be known before the apply, or must not be read.

    `computed` is True when no expression in the code gives it (the provider decides), so a vendor's default may stand
    in for it; it is False when an expression gives it, and then nothing may.
    """

    reason: str
    references: tuple[str, ...] = ()
    computed: bool = False

    def __bool__(self) -> bool:
        raise UnknownValue("a value", self)

    def __str__(self) -> str:
        return f"{self.reason} ({', '.join(self.references[:2])})" if self.references else self.reason


class UnknownValue(Exception):
    """A pricing function needed an attribute that is Unknown. `pricing.estimate` turns it into an unpriced component."""

    def __init__(self, name: str, unknown: Unknown) -> None:
        super().__init__(f"{name} {unknown}")
        self.name = name
        self.unknown = unknown


class BadValue(Exception):
    """An attribute holds something that its type does not allow, such as a word where a number belongs."""


class RefusedValue(BadValue):
    """A value that nothing may be worked out from: absurdly large, or wrong in the user's own usage file. Ends the run."""


class Values:
    """Typed access to a mapping of attributes, with Terraform's loose types ("5" is 5, "true" is True).

    A missing attribute, a null and an Unknown that the provider computes give the default; an Unknown that an
    expression gives raises UnknownValue.
    """

    __slots__ = ()
    attributes: Mapping[str, Any]

    def get(self, name: str) -> Any:
        """The raw value: None when absent or null, possibly an Unknown."""
        return self.attributes.get(name)

    def known(self, name: str) -> Any:
        """The raw value, or None when absent, null or computed by the provider; raises UnknownValue."""
        value = self.attributes.get(name)
        if isinstance(value, Unknown):
            if value.computed:
                return None
            raise UnknownValue(name, value)
        return value

    def computed(self, name: str) -> bool:
        """True when the value is known only after apply and no expression gives it: the provider decides."""
        value = self.attributes.get(name)
        return isinstance(value, Unknown) and value.computed

    @overload
    def text(self, name: str) -> str | None: ...
    @overload
    def text(self, name: str, default: str) -> str: ...
    def text(self, name: str, default: str | None = None) -> str | None:
        """A string; numbers and booleans are spelled as Terraform does. The empty string counts as absent."""
        value = self.known(name)
        if value is None or value == "":
            return default
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, list | dict):
            raise BadValue(f"{name} should be a string, not {_kind(value)}")
        return str(value)

    @overload
    def number(self, name: str) -> Decimal | None: ...
    @overload
    def number(self, name: str, default: Decimal | int) -> Decimal: ...
    def number(self, name: str, default: Decimal | int | None = None) -> Decimal | None:
        """A number, also when it is written as a string. Raises BadValue for anything else, RefusedValue for absurd sizes."""
        value = self.known(name)
        if value is None or value == "":
            return None if default is None else Decimal(default)
        return as_number(name, value)

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean, also when it is written as a string."""
        value = self.known(name)
        if value is None or value == "":
            return default
        if isinstance(value, bool):
            return value
        if value in ("true", "1", 1):
            return True
        if value in ("false", "0", 0):
            return False
        raise BadValue(f"{name} should be true or false, not {value!r}")

    def blocks(self, name: str) -> list[Block]:
        """Nested blocks, in order; one block written as a map counts as a list of one. Raises UnknownValue."""
        value = self.known(name)
        if value is None:
            return []
        items = value if isinstance(value, list) else [value]
        blocks = []
        for item in items:
            if isinstance(item, Unknown):
                raise UnknownValue(name, item)
            if isinstance(item, Mapping):
                blocks.append(Block(item))
        return blocks

    def block(self, name: str) -> Block:
        """The first nested block of that name, or an empty one."""
        blocks = self.blocks(name)
        return blocks[0] if blocks else Block({})

    def texts(self, name: str) -> list[str]:
        """A list of strings; a single value counts as a list of one. Raises UnknownValue when an element is unknown."""
        value = self.known(name)
        if value is None:
            return []
        items = value if isinstance(value, list) else [value]
        for item in items:
            if isinstance(item, Unknown):
                raise UnknownValue(name, item)
        return [str(item) for item in items if item is not None]

    def count_of(self, name: str) -> int | None:
        """How many elements a list has, even when the elements themselves are unknown; None when absent or computed."""
        value = self.known(name)
        return len(value) if isinstance(value, list | dict) else None

    def __contains__(self, name: str) -> bool:
        return self.attributes.get(name) is not None


@dataclass(frozen=True, slots=True)
class Block(Values):
    """A nested block of attributes."""

    attributes: Mapping[str, Any]

    def __bool__(self) -> bool:
        return bool(self.attributes)


def as_number(name: str, value: Any) -> Decimal:
    """`value` as a Decimal. Raises BadValue for what is no number, RefusedValue for numbers that no bill can hold."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal | float):
        raise BadValue(f"{name} should be a number, not {_kind(value)}")
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise BadValue(f"{name} should be a number, not {str(value)[:40]!r}") from None
    if not number.is_finite() or abs(number) > LARGEST:
        raise RefusedValue(f"{name} is too large to be true: {str(value)[:40]}")
    return number


def _kind(value: Any) -> str:
    names = {bool: "true or false", list: "a list", dict: "a map", str: "text"}
    return names.get(type(value), type(value).__name__)


def walk(value: Any) -> Iterator[Any]:
    """Every leaf below `value`, without recursion."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, Mapping):
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
        else:
            yield item
