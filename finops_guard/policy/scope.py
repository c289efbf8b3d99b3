"""Who is meant besides types: providers, regions, modules, accounts, tags, projects, environments. Pure.

The same keys stand in the `match` of a rule and in an override. What an input cannot know makes the answer Unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from finops_guard.environment import canonical
from finops_guard.model import Resource
from finops_guard.policy.patterns import any_glob
from finops_guard.values import Unknown

if TYPE_CHECKING:
    from finops_guard.policy.document import ResourceDocument

Answer = bool | Unknown
Narrow = Callable[["ResourceDocument"], Answer]

ROOT_MODULE = "."  # how a pattern names the code outside all modules
KEYS = ("providers", "regions", "modules", "accounts", "projects", "tags")
ARN_ACCOUNT = re.compile(r"arn:[^:]*:[^:]*:[^:]*:(\d{12}):")
SUBSCRIPTION = re.compile(r"/subscriptions/([^/]+)")
ACCOUNT_NAMES = {"aws": ("owner_id", "account_id"), "azurerm": ("subscription_id",), "google": ("project",)}


def narrow(definition: Mapping[str, Any], with_environments: bool = False) -> Narrow | None:
    """A function that says whether a resource is meant by all keys given; None when there is none of them.

    `with_environments`: the key `environments` counts, too (a rule's match has its own way with it).
    """
    tests = [_TESTS[name](definition[name]) for name in KEYS if name in definition]
    if with_environments and "environments" in definition:
        tests.insert(0, _environments(definition["environments"]))
    if len(tests) <= 1:
        return tests[0] if tests else None
    return lambda document: _all(tests, document)


def both(first: Narrow | None, second: Narrow | None) -> Narrow | None:
    """True when both are; Unknown when one is and none is false."""
    if first is None or second is None:
        return first or second
    tests = (first, second)
    return lambda document: _all(tests, document)


def _all(tests: Sequence[Narrow], document: ResourceDocument) -> Answer:
    result: Answer = True
    for test in tests:
        answer = test(document)
        if answer is False:
            return False
        if isinstance(answer, Unknown) and result is True:
            result = answer
    return result


def _field(name: str, missing: Answer) -> Callable[[Sequence[str]], Narrow]:
    """A test of a field by patterns; `missing` is the answer when it is absent."""

    def make(patterns: Sequence[str]) -> Narrow:
        fits = any_glob(patterns)

        def test(document: ResourceDocument) -> Answer:
            value = document.get(name)
            if value is None:
                return missing
            return value if isinstance(value, Unknown) else fits(str(value))

        return test

    return make


def _modules(patterns: Sequence[str]) -> Narrow:
    fits = any_glob(patterns)
    return lambda document: fits(document.get("module") or ROOT_MODULE)


def _environments(names: Sequence[str]) -> Narrow:
    wanted = frozenset(map(canonical, names))

    def test(document: ResourceDocument) -> Answer:
        value = document.get("environment")
        return value if isinstance(value, Unknown) else value in wanted

    return test


def _tags(wanted: Mapping[str, Any]) -> Narrow:
    """Every tag named has a value like one of the patterns; a resource without the tag is not meant."""
    fits = {
        str(name): any_glob([str(one) for one in (value if isinstance(value, list) else [value])])
        for name, value in wanted.items()
    }

    def test(document: ResourceDocument) -> Answer:
        tags = document.get("tags")
        if isinstance(tags, Unknown):
            return tags
        result: Answer = True
        for name, is_like in fits.items():
            value = tags.get(name)
            if isinstance(value, Unknown):
                result = value
            elif value is None or not is_like(str(value)):
                return False
        return result

    return test


NO_REGION = Unknown("nothing says in which region this is")
NO_ACCOUNT = Unknown("nothing says in which account this is")
_TESTS: Mapping[str, Callable[[Any], Narrow]] = {
    "providers": _field("provider", False),
    "regions": _field("region", NO_REGION),
    "modules": _modules,
    "accounts": _field("account", NO_ACCOUNT),
    "projects": _field("project", False),
    "tags": _tags,
}


def account_of(resource: Resource) -> str | Unknown:
    """The AWS account, Azure subscription or Google project that a resource's attributes name; else Unknown.

    A plan seldom names the account of what does not exist yet.
    """
    attributes = resource.attributes
    for name in ACCOUNT_NAMES.get(resource.provider, ()):
        value = attributes.get(name)
        if isinstance(value, str) and value:
            return value
    arn, identifier = attributes.get("arn"), attributes.get("id")
    match = ARN_ACCOUNT.match(arn) if isinstance(arn, str) else None
    if match is None and resource.provider == "azurerm" and isinstance(identifier, str):
        match = SUBSCRIPTION.match(identifier)
    return match[1] if match else NO_ACCOUNT
