"""Which product key a row of a vendor's feed prices: read from pricebook/mapping/*.csv, never from code.

    service      the offer code or service name
    family       product families, "A|B"; empty: any
    term         OnDemand, Reserved, Consumption; empty: any
    conditions   "name = A|B; name ! A|B; name ~ regex": the attribute is one of, none of, or matches the whole of. Names
                 are compared without case and punctuation ("Pre Installed S/W" is preinstalledsw), so the CSV and the
                 JSON form of a feed have one mapping. `{region}` in a regex is the region prefix of AWS usage types.
    units        the feed's units, "A|B"
    product      the key, with `{attribute}` or `{attribute:vocabulary}`; named groups of the regexes count as attributes.
                 A word that the vocabulary (mapping/words.csv) lacks makes the rule not match.
    unit, per    the book's unit, and how many of them the feed's unit holds

Of two rules for one product the earlier one wins, row by row of the file.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from string import Formatter

from finops_guard.errors import PricingError
from finops_guard.model import Span

FOLDER = Path(__file__).parent.parent / "mapping"
REGION_PREFIX = r"(?:(?:EU|[A-Z]{3,4}\d)-)?"  # "USW2-", "EU-"; none in us-east-1. Not "TS-", which is part of a name
PRODUCT_KEY = re.compile(r"[a-z0-9][a-z0-9._+-]*(?:/[a-z0-9][a-z0-9._+-]*)+")
NOT_A_NAME = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True, slots=True)
class Condition:
    """What one attribute must be: one of `values`, none of them, or a match of `pattern`."""

    name: str
    operator: str
    values: frozenset[str]
    pattern: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a mapping file; `rank` is its place, the smaller the stronger."""

    rank: int
    service: str
    families: frozenset[str]
    term: str
    conditions: tuple[Condition, ...]
    units: frozenset[str]
    product: tuple[tuple[str, str | None, str], ...]  # (literal, attribute, vocabulary) pieces
    unit: str
    per: Decimal

    def key_pattern(self) -> str:
        """A regex of the product keys that the rule can give."""
        text = ""
        for literal, name, vocabulary in self.product:
            text += re.escape(literal)
            if name is not None and vocabulary not in ("", "lower"):
                text += f"(?:{'|'.join(map(re.escape, sorted(set(words()[vocabulary].values()))))})"
            elif name is not None:
                text += "[^/]+"
        return text


@dataclass(frozen=True, slots=True)
class Match:
    """What a row prices."""

    product: str
    rule: Rule


def plain_name(name: str) -> str:
    """An attribute's name without case and punctuation: the same in a feed's CSV and JSON forms."""
    return NOT_A_NAME.sub("", name.lower())


@lru_cache(maxsize=8)
def load_rules(provider: str) -> tuple[Rule, ...]:
    """The mapping of one provider (aws, azure, google). Raises PricingError with file and line."""
    path = FOLDER / f"{provider}.csv"
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        rules: list[Rule] = []
        for row in reader:
            try:
                rules.append(_rule(len(rules), row))
            except (ValueError, re.error, ArithmeticError, AttributeError, TypeError) as problem:
                raise PricingError(f"a bad mapping: {problem}", Span(str(path), reader.line_num)) from None
    return tuple(rules)


def services(provider: str) -> list[str]:
    """The services that the mapping knows, in its order."""
    return list(dict.fromkeys(rule.service for rule in load_rules(provider)))


def keys_of(rules: Iterable[Rule]) -> re.Pattern[str]:
    """Matches the product keys that any of the rules can give."""
    return re.compile("|".join(rule.key_pattern() for rule in rules) or r"(?!)")


@lru_cache(maxsize=1)
def words() -> dict[str, dict[str, str]]:
    """mapping/words.csv: vocabulary -> the feed's word -> ours."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    with (FOLDER / "words.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["vocabulary"]][row["word"]] = row["ours"]
    return dict(found)


def _rule(rank: int, row: Mapping[str, str]) -> Rule:
    conditions = tuple(_condition(text) for text in row["conditions"].split(";") if text.strip())
    pieces = tuple(
        (literal, plain_name(name) if name is not None else None, spec or "")
        for literal, name, spec, _ in Formatter().parse(row["product"])
    )
    unknown = {spec for _, _, spec in pieces if spec and spec != "lower"} - set(words())
    if unknown:
        raise ValueError(f"no vocabulary {', '.join(sorted(unknown))}")
    return Rule(
        rank, row["service"], frozenset(row["family"].split("|")) if row["family"] else frozenset(), row["term"],
        conditions, frozenset(unit.lower() for unit in row["units"].split("|")), pieces, row["unit"], Decimal(row["per"]),
    )  # fmt: skip


def _condition(text: str) -> Condition:
    match = re.fullmatch(r"\s*(\w+) ([=!~])(?: (.*))?\s*", text)
    if match is None:
        raise ValueError(f"condition {text!r}")
    name, operator, value = match[1], match[2], (match[3] or "").strip()
    if operator == "~":
        return Condition(plain_name(name), operator, frozenset(), re.compile(value.replace("{region}", REGION_PREFIX)))
    return Condition(plain_name(name), operator, frozenset(value.split("|")), None)


class Matcher:
    """The rules of one service, laid out for rows with given columns: the feed's, by name."""

    def __init__(self, rules: Iterable[Rule], columns: Sequence[str], terms: frozenset[str]) -> None:
        self.columns = [plain_name(column) for column in columns]
        self.index = {name: number for number, name in reversed(list(enumerate(self.columns)))}
        self.family = self.index.get("productfamily")
        self.any_family: list[Rule] = []
        self.by_family: dict[str, list[Rule]] = defaultdict(list)
        for rule in rules:
            if rule.term and rule.term not in terms:
                continue
            for family in rule.families:
                self.by_family[family].append(rule)
            if not rule.families:
                self.any_family.append(rule)

    def match(self, row: Sequence[str], term: str) -> list[Match]:
        """What a row prices, whatever its unit: usually nothing or one product."""
        family = row[self.family] if self.family is not None else ""
        candidates = self.by_family.get(family)
        if candidates is None and not self.any_family:
            return []
        return [
            Match(product, rule)
            for rule in (*(candidates or ()), *self.any_family)
            if (not rule.term or rule.term == term) and (product := self._product(rule, row)) is not None
        ]

    def _product(self, rule: Rule, row: Sequence[str]) -> str | None:
        groups: dict[str, str] = {}
        for condition in rule.conditions:
            number = self.index.get(condition.name)
            value = row[number] if number is not None else ""
            if condition.operator == "~":
                assert condition.pattern is not None
                match = condition.pattern.fullmatch(value)
                if match is None:
                    return None
                groups.update(match.groupdict())
            elif (value in condition.values) is (condition.operator == "!"):
                return None
        return self._key(rule, row, groups)

    def _key(self, rule: Rule, row: Sequence[str], groups: Mapping[str, str | None]) -> str | None:
        text = ""
        for literal, name, vocabulary in rule.product:
            text += literal
            if name is None:
                continue
            number = self.index.get(name)
            value = groups.get(name, row[number] if number is not None else "") or ""
            if vocabulary and vocabulary != "lower":
                known = words()[vocabulary].get(value)
                if known is None:
                    return None
                value = known
            text += value.lower().replace(" ", "-")
        return text if PRODUCT_KEY.fullmatch(text) else None


def needed_columns(rules: Iterable[Rule]) -> list[str]:
    """The attributes that rules look at: the columns of rows made from JSON products."""
    names = {"productfamily", "regioncode", "locationtype"}
    for rule in rules:
        names.update(condition.name for condition in rule.conditions)
        names.update(name for _, name, _ in rule.product if name is not None)
    return sorted(names)
