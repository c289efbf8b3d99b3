"""Use of language models that no code holds: the entries of `llm_usage` in the usage file become resources `llm.NAME`.

    llm_usage:
      - {name: support-bot, provider: anthropic, model: claude-sonnet-4-5, input_tokens: 400000000,
         cached_tokens: 300000000, output_tokens: 20000000, tags: {cost_center: cc-110}}

Tokens are per month. Every mistake is a UsageError with file and line: a wrong quantity must not become a small one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from finops_guard.environment import canonical, from_tags
from finops_guard.errors import UsageError
from finops_guard.files.text import Document
from finops_guard.model import DECLARED_IN_USAGE, Change, Environment, Resource
from finops_guard.values import BadValue, as_number

TYPE = "llm_usage"
TOKENS = ("input_tokens", "output_tokens", "cached_tokens", "cache_write_tokens")
WORDS = ("name", "provider", "model")
FLAGS = ("batch", "long_context")
KEYS = (*WORDS, *TOKENS, *FLAGS, "tier", "region", "environment", "tags")
TIERS = ("standard", "batch", "flex", "priority")
BOUNDS = ("low", "expected", "high")
NAME = re.compile(r"\w[\w.-]*")


def changes(document: Document | None) -> Iterator[Change]:
    """One declared resource for each entry; nothing when the usage file has none."""
    content = document.value if document else None
    entries = content.get(TYPE) if isinstance(content, dict) else None
    if document is None or entries is None:
        return
    if not isinstance(entries, list):
        raise UsageError(f"{TYPE} is a list of entries", document.span(TYPE), "start each one with `- name:`")
    names: set[str] = set()
    for index, entry in enumerate(entries):
        resource = _resource(document, index, entry)
        if resource.address in names:
            raise UsageError(f"two entries of {TYPE} are called {entry['name']}", document.span(TYPE, index))
        names.add(resource.address)
        yield Change(resource.address, "declared", None, resource, DECLARED_IN_USAGE)


def _resource(document: Document, index: int, entry: Any) -> Resource:
    place = document.span(TYPE, index)
    if not isinstance(entry, dict):
        raise UsageError(f"an entry of {TYPE} is a mapping, not {entry!r}", place)
    for name in entry:
        if name not in KEYS:
            raise UsageError(
                f"unknown key {name!r}{_nearest(str(name))}",
                document.span(TYPE, index, name),
                f"known: {', '.join(KEYS)}",
            )
    for key in WORDS:
        _word(document, index, entry, key)
    if not NAME.fullmatch(entry["name"]):
        raise UsageError(
            "name is made of letters, digits, dots, dashes and underscores", document.span(TYPE, index, "name")
        )
    _check_tokens(document, index, entry)
    _check_choice(document, index, entry)
    return Resource(
        address=f"llm.{entry['name']}",
        type=TYPE,
        source_type=TYPE,
        provider=entry["provider"].lower(),
        region=_optional_word(document, index, entry, "region"),
        region_origin="usage file" if entry.get("region") else "not stated",
        attributes={key: entry.get(key) for key in KEYS if entry.get(key) is not None},
        tags=_tags(document, index, entry.get("tags")),
        environment=_environment(document, index, entry),
        span=place,
    )


def _word(document: Document, index: int, entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value.strip():
        what = "is not stated" if value is None else f"should be a word, not {value!r}"
        raise UsageError(f"{key} {what}", document.span(TYPE, index, key))
    return value.strip()


def _optional_word(document: Document, index: int, entry: Mapping[str, Any], key: str) -> str | None:
    return None if entry.get(key) is None else _word(document, index, entry, key)


def _check_tokens(document: Document, index: int, entry: Mapping[str, Any]) -> None:
    """Numbers or low, expected and high; tokens in the cache are a part of those sent."""
    if entry.get("input_tokens") is None and entry.get("output_tokens") is None:
        raise UsageError("neither input_tokens nor output_tokens is stated", document.span(TYPE, index))
    amounts = {key: _bounds(document, index, key, entry.get(key)) for key in TOKENS}
    cache = [amounts[key] for key in ("cached_tokens", "cache_write_tokens")]
    for bound, most in enumerate(amounts["input_tokens"]):
        if sum(part[bound] for part in cache) > most:
            key = "cached_tokens" if entry.get("cached_tokens") is not None else "cache_write_tokens"
            raise UsageError(
                "more tokens read from and written to the cache than input_tokens",
                document.span(TYPE, index, key),
                "input_tokens are all tokens sent, those in the cache included",
            )


def _bounds(document: Document, index: int, key: str, value: Any) -> list[Any]:
    """Low, expected and high number of tokens; three times the same for a plain number, 0 when it is not stated."""
    if isinstance(value, Mapping):
        if set(value) != set(BOUNDS):
            raise UsageError(f"{key} needs low, expected and high", document.span(TYPE, index, key))
        found = [_number(document, index, key, value[bound]) for bound in BOUNDS]
        if found != sorted(found):
            raise UsageError(f"{key}: low, expected and high should rise", document.span(TYPE, index, key))
        return found
    return [0 if value is None else _number(document, index, key, value)] * 3


def _number(document: Document, index: int, key: str, value: Any) -> Any:
    try:
        number = as_number(key, value)
    except BadValue as bad:
        hint = "write the whole number of tokens a month, such as 400000000"
        raise UsageError(str(bad), document.span(TYPE, index, key), hint) from None
    if number < 0:
        raise UsageError(f"{key} cannot be negative", document.span(TYPE, index, key))
    return number


def _check_choice(document: Document, index: int, entry: Mapping[str, Any]) -> None:
    for key in FLAGS:
        if not isinstance(entry.get(key), bool | None):
            raise UsageError(f"{key} should be true or false, not {entry[key]!r}", document.span(TYPE, index, key))
    tier = entry.get("tier")
    if tier is not None and tier not in TIERS:
        raise UsageError(f"tier should be one of {', '.join(TIERS)}, not {tier!r}", document.span(TYPE, index, "tier"))
    if entry.get("batch") and tier not in (None, "batch"):
        raise UsageError(f"batch and tier {tier} exclude each other", document.span(TYPE, index, "tier"))


def _tags(document: Document, index: int, tags: Any) -> dict[str, str]:
    if tags is None:
        return {}
    if not isinstance(tags, dict):
        raise UsageError("tags is a mapping of names to values", document.span(TYPE, index, "tags"))
    for name, value in tags.items():
        if isinstance(value, list | dict):
            raise UsageError(f"the tag {name} should have one value", document.span(TYPE, index, "tags", name))
    return {str(name): "" if value is None else str(value) for name, value in tags.items()}


def _environment(document: Document, index: int, entry: Mapping[str, Any]) -> Environment | None:
    stated = _optional_word(document, index, entry, "environment")
    return Environment(canonical(stated), "usage file") if stated else from_tags(entry.get("tags") or {})


def _nearest(word: str) -> str:
    close = difflib.get_close_matches(word, KEYS, n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""
