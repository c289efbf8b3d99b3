"""Our own check of shapes says the same as a full JSON Schema validator."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from finops_guard.errors import PolicyError
from finops_guard.files.schema import plain, schema
from finops_guard.files.text import Document, load_yaml
from finops_guard.policy.load import shipped_directory
from finops_guard.policy.shape import KEYWORDS, check_shape

FILES = [*sorted(shipped_directory().rglob("*.yaml")), shipped_directory() / "cost-centers.yaml.example"]


def schema_of(file: Path) -> str:
    return "cost-centers" if "cost-centers" in file.name else "policy"


def keywords(value: Any, inside_names: bool = False) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            if not inside_names:
                yield name
            if name not in ("const", "enum") or inside_names:
                yield from keywords(item, not inside_names and name in ("properties", "$defs"))
    elif isinstance(value, list):
        for item in value:
            yield from keywords(item)


@pytest.mark.parametrize("name", ["policy", "cost-centers", "policy-input"])
def test_the_schemas_are_valid(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("name", ["policy", "cost-centers"])
def test_the_schemas_use_only_what_we_check(name: str) -> None:
    assert set(keywords(schema(name))) <= KEYWORDS


def spoiled(value: Any) -> Iterator[Any]:
    """The same value with one thing wrong, many times."""
    if isinstance(value, dict):
        yield {**value, "surplus": 1}
        for name, item in value.items():
            yield {other: kept for other, kept in value.items() if other != name}
            for bad in (None, 7, -1, "?", "", [], {}, True, *spoiled(item)):
                yield {**value, name: bad}
    elif isinstance(value, list):
        yield []
        for index, item in enumerate(value):
            for bad in spoiled(item):
                yield [*value[:index], bad, *value[index + 1 :]]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_it_agrees_with_a_full_validator(file: Path) -> None:
    name = schema_of(file)
    validator = Draft202012Validator(schema(name), format_checker=Draft202012Validator.FORMAT_CHECKER)
    document = load_yaml(str(file), PolicyError)
    if name == "policy":  # one rule with one test is enough of each
        for rule in document.value["policies"]:
            rule["tests"] = rule["tests"][:1]
        document.value["policies"] = document.value["policies"][:2]
    check_shape(document, schema(name), "it")
    for number, value in enumerate(spoiled(copy.deepcopy(document.value))):
        if number % 3:
            continue
        try:
            check_shape(Document("x", value), schema(name), "it")
            ours = True
        except PolicyError:
            ours = False
        assert ours == validator.is_valid(plain(value)), value
