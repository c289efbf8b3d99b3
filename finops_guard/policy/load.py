"""Read rules: YAML files below the directories, checked against the schema and compiled. What is wrong is said now."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from finops_guard.environment import canonical
from finops_guard.errors import PolicyError
from finops_guard.files.schema import schema
from finops_guard.files.text import MAX_YAML_BYTES, Document, decode, parse_yaml, read_bytes
from finops_guard.model import Span
from finops_guard.policy.document import TOTALS, given_problem
from finops_guard.policy.kinds.interface import KINDS, Source, compiler
from finops_guard.policy.patterns import any_glob
from finops_guard.policy.rule import CostCenter, CostCenters, Match, Owner, Rule, RuleException, RuleSet
from finops_guard.policy.shape import check_shape, nearest, suggestion
from finops_guard.policy.tables import classes_of_types

SUFFIXES = (".yaml", ".yml")
TOP_LEVEL_KEY = re.compile(r"^[\"']?([A-Za-z_][\w-]*)[\"']?\s*:", re.MULTILINE)
COST_CENTERS = "cost-centers.yaml"
FOLDER = ".finops-guard"
RULE_WORDS = ("severity:", "match:", "message:")


def load_rules(directories: Sequence[str], cost_centers: str | None = None) -> RuleSet:
    """The rules of all YAML files below the directories that have `policies:`, with the cost centres.

    `cost_centers`: the file to take; else the one that a rule file names, one below the directories, beside them, or in
    .finops-guard. Raises PolicyError with file and line for anything that is not right, also when there is no rule.
    """
    files = [_read(path) for directory in directories for path in _yaml_files(directory)]
    documents = [file for file in files if "policies" in file.keys]
    if not documents:
        places = ", ".join(directories)
        raise PolicyError(
            f"no rules below {places}", hint="a rule file has `policies:`; use `--policies none` to judge nothing"
        )
    return _rule_set(documents, files, directories, cost_centers, "dir")


def has_rules(directory: str) -> bool:
    """True when a directory exists and a YAML file below it has `policies:`."""
    return os.path.isdir(directory) and any("policies" in _read(path).keys for path in _yaml_files(directory))


def starter_rules(cost_centers: str | None = None) -> RuleSet:
    """The rules that judge when a user has none of their own."""
    directory = str(shipped_directory() / "starter")
    files = [_read(path) for path in _yaml_files(directory)]
    return _rule_set([file for file in files if "policies" in file.keys], files, [], cost_centers, "pack")


def shipped_directory() -> Path:
    """Where the rules that we ship are: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "policies"
    return inside if inside.is_dir() else package.parent / "policies"


class _File:
    """A YAML file: its bytes, and its keys at the top level, found without parsing."""

    __slots__ = ("data", "keys", "path", "text")

    def __init__(self, path: str) -> None:
        self.path = path
        self.data = read_bytes(path, PolicyError, MAX_YAML_BYTES)
        self.text = decode(self.data, path, PolicyError)
        self.keys = {match.group(1): match for match in TOP_LEVEL_KEY.finditer(self.text)}


def _read(path: str) -> _File:
    """A file of a rules directory. One that holds rules below a misspelled `policies` is an error, never skipped."""
    file = _File(path)
    if "policies" not in file.keys and all(word in file.text for word in RULE_WORDS):
        for name, match in file.keys.items():
            if nearest(name, ("policies", "version", "data")) == "policies":
                line = file.text.count("\n", 0, match.start()) + 1
                raise PolicyError(f"unknown key {name!r}", Span(path, line, 1), "did you mean 'policies'?")
    return file


def _yaml_files(directory: str) -> Iterator[str]:
    """YAML files below a directory (or the file itself), sorted; hidden folders inside it are left out."""
    if os.path.isfile(directory):
        yield directory
        return
    if not os.path.isdir(directory):
        raise PolicyError(f"{directory}: no such directory of rules")
    for folder, folders, names in os.walk(directory):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith(SUFFIXES))


def _rule_set(
    documents: Sequence[_File],
    files: Sequence[_File],
    directories: Sequence[str],
    cost_centers: str | None,
    source: str,
) -> RuleSet:
    parsed = [parse_yaml(file.text, file.path, PolicyError) for file in documents]
    rules: list[Rule] = []
    places: dict[str, Span | None] = {}
    named: str | None = None
    for document in parsed:
        check_shape(document, schema("policy"), "the rule file")
        stated = document.value.get("data", {}).get("cost_centers")
        if stated and named is None:
            named = os.path.join(os.path.dirname(document.name), stated)
            if not os.path.isfile(named):
                raise PolicyError(f"{named}: no such file", document.span("data", "cost_centers"))
        for index, definition in enumerate(document.value["policies"]):
            rule = _rule(definition, document, index)
            if rule.id in places:
                raise PolicyError(
                    f"the id {rule.id} is taken by {places[rule.id]}", rule.span, "give the rule an id of its own"
                )
            places[rule.id] = rule.span
            rules.append(rule)
    centers_file = cost_centers or named or _find_cost_centers(files, directories)
    centers = load_cost_centers(centers_file) if centers_file else CostCenters()
    read = sorted((file.path, file.data) for file in documents)
    if centers_file:
        read.append((centers_file, Path(centers_file).read_bytes()))
    digest = hashlib.sha256()
    for _, data in read:
        digest.update(hashlib.sha256(data).digest())
    return RuleSet(tuple(rules), centers, f"sha256:{digest.hexdigest()}", source, tuple(path for path, _ in read))


def _find_cost_centers(files: Sequence[_File], directories: Sequence[str]) -> str | None:
    for file in files:
        if "cost_centers" in file.keys and "policies" not in file.keys:
            return file.path
    beside = [os.path.join(os.path.dirname(os.path.abspath(directory)), COST_CENTERS) for directory in directories]
    return next((path for path in (*beside, os.path.join(FOLDER, COST_CENTERS)) if os.path.isfile(path)), None)


def _rule(definition: Mapping[str, Any], document: Document, index: int) -> Rule:
    path = ("policies", index)
    source = Source(document, path, definition["id"])
    kind = next(name for name in KINDS if name in definition)
    check = compiler(kind)(definition[kind], source.at(kind))
    scope = definition.get("scope", check.scope)
    if scope not in check.scopes:
        source.at("scope").fail(f"a rule of this kind judges {' or '.join(check.scopes)}, not {scope}")
    if check.actions and "action" in definition:
        source.at("action").fail(
            "the thresholds carry the actions; a second one would never be used", "remove this line"
        )
    if not check.actions and "action" not in definition:
        source.fail("the key 'action' is missing")
    return Rule(
        id=definition["id"],
        name=definition["name"],
        description=definition["description"],
        severity=definition["severity"],
        action=definition.get("action"),
        kind=kind,
        scope=scope,
        match=_match(definition["match"], source.at("match")),
        check=check,
        message=source.at("message").template(definition["message"], check.placeholders),
        span=document.span(*path),
        on_unknown=definition.get("on_unknown", "warn"),
        remediation=definition.get("remediation"),
        references=tuple(definition.get("references", ())),
        exceptions=tuple(_exception(item) for item in definition.get("exceptions", ())),
        approval=definition.get("approval"),
        tests=_tests(definition, source),
    )


def _tests(definition: Mapping[str, Any], source: Source) -> tuple[Mapping[str, Any], ...]:
    """The tests of a rule. A given fact that no field has would be a test of nothing, so it is refused."""
    tests = tuple(definition.get("tests", ()))
    for index, test in enumerate(tests):
        place = source.at("tests", index)
        resources: list[tuple[tuple[Any, ...], Any]] = [
            (("resources", number), item) for number, item in enumerate(test.get("resources", ()))
        ]
        resources += [(("resource",), test["resource"])] if "resource" in test else []
        if not resources:
            place.fail("a test needs a resource, or resources")
        for path, item in resources:
            for name, value in item.get("given", {}).items():
                problem = given_problem(name, value)
                if problem:
                    place.at(*path, "given", name).fail(*problem)
        for name in test.get("totals", {}):
            if name not in TOTALS:
                place.at("totals", name).fail(f"there is no total {name!r}", suggestion(name, TOTALS))
    return tests


def _match(definition: Mapping[str, Any], source: Source) -> Match:
    for name in definition.get("classes", ()):
        known = {one for classes in classes_of_types().values() for one in classes}
        if name not in known:
            source.at("classes").fail(f"there is no class {name!r}", suggestion(name, sorted(known)))
    changes = definition.get("changes")
    if changes is not None:
        # A rule that names create judges what is merely declared, too: it is to exist.
        changes = frozenset([*changes, *(["declared"] if "create" in changes else [])])
    return Match(
        is_type=lru_cache(maxsize=None)(any_glob(definition["resources"])),
        is_excluded=any_glob(definition["exclude"]) if definition.get("exclude") else None,
        classes=frozenset(definition.get("classes", ())),
        environments=frozenset(map(canonical, definition.get("environments", ()))),
        changes=changes,
        taggable=definition.get("taggable"),
    )


def _exception(item: Mapping[str, Any]) -> RuleException:
    expires = item["expires"] if isinstance(item["expires"], date) else date.fromisoformat(item["expires"])
    return RuleException(any_glob(item["resources"]), item["reason"], item["owner"], expires, item.get("ticket"))


def load_cost_centers(path: str) -> CostCenters:
    """Cost centres, their owners and the council. Raises PolicyError with file and line."""
    document = parse_yaml(decode(read_bytes(path, PolicyError, MAX_YAML_BYTES), path, PolicyError), path, PolicyError)
    check_shape(document, schema("cost-centers"), "the cost centres")
    chains = document.value.get("approval_chains") or {}
    steps: Sequence[Mapping[str, Any]] = next(iter(chains.values()), [])
    centers = {
        str(name): _cost_center(str(name), entry, steps) for name, entry in document.value["cost_centers"].items()
    }
    return CostCenters(centers, tuple(map(_owner, document.value.get("council", ()))), path)


def _cost_center(name: str, entry: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> CostCenter:
    owners = [_owner(owner) for owner in entry.get("owners", ())]
    if not owners:
        owners = [_step(step, str(entry.get("team", name))) for step in steps]
    numbers = {key: Decimal(str(value)) for key, value in entry.items() if isinstance(value, int | Decimal)}
    ordered = sorted(owners, key=lambda owner: (owner.authority is None, owner.authority or 0))
    return CostCenter(name, entry.get("team"), tuple(ordered), numbers, entry.get("owner"))


def _owner(entry: Mapping[str, Any]) -> Owner:
    authority = entry.get("authority")
    return Owner(
        entry["name"],
        entry["role"],
        dict(entry.get("logins", {})),
        None if authority is None else Decimal(str(authority)),
    )


def _step(step: Mapping[str, Any], team: str) -> Owner:
    """A step of an approval chain: teams that may approve up to an amount."""
    teams = [name.replace("{team}", team) for name in step["approvers"]]
    joined = (" and " if step.get("all_of") else " or ").join(teams)
    return Owner(joined, "approvers", {}, None if step.get("up_to") is None else Decimal(str(step["up_to"])))
