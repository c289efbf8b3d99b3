"""Read rules: YAML files below the directories, checked against the schema and compiled. What is wrong is said now."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from finops_guard.environment import canonical
from finops_guard.errors import PolicyError
from finops_guard.files.schema import schema
from finops_guard.files.text import MAX_YAML_BYTES, Document, decode, parse_yaml, read_bytes
from finops_guard.model import Span
from finops_guard.policy.document import TOTALS, given_problem
from finops_guard.policy.kinds.interface import KINDS, Source, compiler
from finops_guard.policy.overrides import Made, compile_overrides
from finops_guard.policy.parameters import checked, with_parameters
from finops_guard.policy.patterns import any_glob
from finops_guard.policy.places import rego_files, yaml_files
from finops_guard.policy.project_facts import PROJECT
from finops_guard.policy.rule import CostCenter, CostCenters, Match, Owner, Rule, RuleException, RuleSet
from finops_guard.policy.scope import narrow
from finops_guard.policy.selection import pattern_test
from finops_guard.policy.shape import check_shape, first_problem, nearest, suggestion
from finops_guard.policy.tables import classes_of_types

TOP_LEVEL_KEY = re.compile(r"^[\"']?([A-Za-z_][\w-]*)[\"']?\s*:", re.MULTILINE)
NO_REGO = "keep Rego rules in another directory, or write the rule in YAML (docs/policies.md)"
COST_CENTERS = "cost-centers.yaml"
OVERRIDES, WAIVERS = "overrides", "waivers"  # the key at the top of such a file, and its usual name
FOLDER = ".finops-guard"
PACK = "pack:"
RULE_WORDS = ("severity:", "match:", "message:")


def load_rules(
    directories: Sequence[str], cost_centers: str | None = None, overrides: Sequence[str] | None = ()
) -> RuleSet:
    """The rules of all YAML files below the directories that have `policies:`, with the cost centres.

    `cost_centers`: the file to take; else the one that a rule file names, one below the directories, beside them, or in
    .finops-guard. `overrides`: files besides those below the directories; None: no override at all is applied.
    Raises PolicyError with file and line for anything that is not right, also when there is no rule.
    """
    directories = [pack_place(directory) or directory for directory in directories]
    files = [_read(path) for directory in directories for path in yaml_files(directory)]
    documents = [file for file in files if "policies" in file.keys]
    if not documents and not any(True for directory in directories for _ in rego_files(directory)):
        places = ", ".join(directories)
        raise PolicyError(
            f"no rules below {places}",
            hint="a rule file has `policies:`; use `--policies none` to judge nothing",
        )
    source = "pack" if all(_is_shipped(directory) for directory in directories) else "dir"
    return _rule_set(documents, files, directories, cost_centers, source, overrides)


def rule_files(directories: Sequence[str]) -> list[str]:
    """The YAML files with rules below the directories, and those that should have some but cannot be read as such."""
    found = []
    for directory in directories:
        for path in yaml_files(pack_place(directory) or directory):
            try:
                is_rules = "policies" in _read(path).keys
            except PolicyError:
                is_rules = True
            found += [path] if is_rules else []
    return found


def has_rules(directory: str) -> bool:
    """True when a directory exists and holds rules: a YAML file below it has `policies:`, or a file is Rego."""
    if not os.path.isdir(directory):
        return False
    return any(True for _ in rego_files(directory)) or any(
        "policies" in _read(path).keys for path in yaml_files(directory)
    )


def starter_rules(
    cost_centers: str | None = None, overrides: Sequence[str] | None = (), places: Sequence[str] = ()
) -> RuleSet:
    """The rules that judge when a user has none of their own; with the overrides and waivers below the `places`."""
    directory = str(shipped_directory() / "starter")
    documents = [file for file in map(_read, yaml_files(directory)) if "policies" in file.keys]
    beside = [_read(path) for place in places if os.path.isdir(place) for path in yaml_files(place)]
    return _rule_set(documents, [*documents, *beside], [], cost_centers, "pack", overrides)


def pack_place(name: str) -> str | None:
    """Where the shipped pack `pack:NAME` stands; None for a name that is no pack. Raises PolicyError with the names."""
    stated = os.path.basename(name)
    if not stated.startswith(PACK):
        return None
    places = shipped_packs()
    if stated.removeprefix(PACK) not in places:
        raise PolicyError(f"there is no {stated}", hint=suggestion(stated, [f"{PACK}{one}" for one in places]))
    return places[stated.removeprefix(PACK)]


def shipped_packs() -> dict[str, str]:
    """The packs that we ship, by name: folders (starter, strict) and the topical files of packs/."""
    shipped = shipped_directory()
    folders = {path.name: str(path) for path in sorted(shipped.iterdir()) if path.is_dir()}
    topics = {path.stem: str(path) for path in sorted((shipped / "packs").glob("*.yaml"))}
    return {**folders, **topics}


def _is_shipped(place: str) -> bool:
    return shipped_directory() in Path(place).parents


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


def _rule_set(
    documents: Sequence[_File],
    files: Sequence[_File],
    directories: Sequence[str],
    cost_centers: str | None,
    source: str,
    overrides: Sequence[str] | None,
) -> RuleSet:
    parsed = [parse_yaml(file.text, file.path, PolicyError) for file in documents]
    made: dict[str, Made] = {}
    named: str | None = None
    for document in parsed:
        check_shape(document, schema("policy"), "the rule file")
        stated = document.value.get("data", {}).get("cost_centers")
        if stated and named is None:
            named = os.path.join(os.path.dirname(document.name), stated)
            if not os.path.isfile(named):
                raise PolicyError(f"{named}: no such file", document.span("data", "cost_centers"))
        for index, definition in enumerate(document.value["policies"]):
            remake = partial(_made, document=document, index=index)
            _add(made, Made(remake(definition), definition, remake))
    for path in (path for directory in directories for path in rego_files(directory)):
        raise PolicyError("this version does not run Rego rules, and leaves none out in silence", Span(path), NO_REGO)
    centers_file = cost_centers or named or _find_cost_centers(files, directories)
    centers = load_cost_centers(centers_file) if centers_file else CostCenters()
    stated = [] if overrides is None else [*_companions(files, OVERRIDES), *map(_File, dict.fromkeys(overrides))]
    waivers = _companions(files, WAIVERS)
    read = sorted((file.path, file.data) for file in (*documents, *stated, *waivers))
    if centers_file:
        read.append((centers_file, Path(centers_file).read_bytes()))
    digest = hashlib.sha256()
    for _, data in read:
        digest.update(hashlib.sha256(data).digest())
    return RuleSet(
        tuple(one.rule for one in made.values()), centers, f"sha256:{digest.hexdigest()}", source, tuple(path for path, _ in read),
        compile_overrides([*parsed, *map(_overrides, stated)], made) if overrides is not None else None,
        tuple(file.path for file in waivers),
    )  # fmt: skip


def _add(made: dict[str, Made], one: Made) -> None:
    """One more rule. Raises PolicyError when its id is taken."""
    rule = one.rule
    if rule.id in made:
        taken = made[rule.id].rule.span
        raise PolicyError(f"the id {rule.id} is taken by {taken}", rule.span, "give the rule an id of its own")
    made[rule.id] = one


def _companions(files: Sequence[_File], name: str) -> list[_File]:
    """The files with waivers or overrides among those of the directories: by their key, or by their usual name."""
    return [
        file for file in files
        if "policies" not in file.keys and (name in file.keys or Path(file.path).stem == name)
    ]  # fmt: skip


def _overrides(file: _File) -> Document:
    document = parse_yaml(file.text, file.path, PolicyError)
    check_shape(document, schema("overrides"), "the overrides")
    return document


def _made(definition: Mapping[str, Any], document: Document, index: int) -> Rule:
    """A rule from its definition, of which an override may have changed a part."""
    if definition is not document.value["policies"][index]:
        checked(definition, document, index)
    return compile_rule(with_parameters(definition, document, index), document, index)


def _find_cost_centers(files: Sequence[_File], directories: Sequence[str]) -> str | None:
    for file in files:
        if "cost_centers" in file.keys and "policies" not in file.keys:
            return file.path
    beside = [os.path.join(os.path.dirname(os.path.abspath(directory)), COST_CENTERS) for directory in directories]
    return next((path for path in (*beside, os.path.join(FOLDER, COST_CENTERS)) if os.path.isfile(path)), None)


def compile_rule(definition: Mapping[str, Any], document: Document, index: int) -> Rule:
    """One rule, whose shape has been checked, ready to judge. Raises PolicyError for what can never work."""
    path = ("policies", index)
    source = Source(document, path, definition["id"])
    kind = next(name for name in KINDS if name in definition)
    check = compiler(kind)(_with_imports(definition[kind], source.at(kind)), source.at(kind))
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
        definition=definition,
        suppressible=definition.get("suppressible", True),
        tests=_tests(definition, source),
        test_spans=tuple(document.span(*path, "tests", number) for number in range(len(definition.get("tests", ())))),
    )


def _with_imports(check: Any, source: Source) -> Any:
    """A `tags` check with the tag rules of the files that it names (from_aws_tag_policy: FILE) read."""
    names = [name for name in check if name.startswith("from_")]
    if not names:
        return check
    from finops_guard.policy.label_rules import READERS, BadLabelRules, LabelRule

    imported: list[LabelRule] = []
    for name in names:
        path = os.path.join(os.path.dirname(source.document.name), check[name])
        try:
            text = decode(read_bytes(path, PolicyError, MAX_YAML_BYTES), path, PolicyError)
            imported += READERS[name](parse_yaml(text, path, PolicyError).value)
        except PolicyError as wrong:
            source.at(name).fail(wrong.message, str(wrong.span) if wrong.span else wrong.hint)
        except BadLabelRules as wrong:
            source.at(name).fail(f"{check[name]}: {wrong}", wrong.hint)
    return {**check, "imported": imported}


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
        addresses = [item.get("address", f"{item['type']}.test{at or ''}") for at, (_, item) in enumerate(resources)]
        for path, item in resources:
            for name, address in item.get("refers", {}).items():
                if address not in addresses:
                    place.at(*path, "refers", name).fail(
                        f"no resource of this test has the address {address!r}", suggestion(address, addresses)
                    )
            for name, value in item.get("given", {}).items():
                problem = given_problem(name, value)
                if problem:
                    place.at(*path, "given", name).fail(*problem)
        if "project" in test:
            wrong = first_problem({"version": 1, "name": "test", **test["project"]}, schema("project"))
            if wrong:
                place.at("project", *wrong.path).fail(wrong.message, wrong.hint)
        for name in test.get("given_project", {}):
            if name not in PROJECT:
                place.at("given_project", name).fail(f"there is no project.{name}", suggestion(name, PROJECT))
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
        resources=tuple(definition["resources"]),
        is_type=pattern_test(tuple(definition["resources"])),
        is_excluded=pattern_test(tuple(definition["exclude"])) if definition.get("exclude") else None,
        classes=frozenset(definition.get("classes", ())),
        environments=frozenset(map(canonical, definition.get("environments", ()))),
        changes=changes,
        taggable=definition.get("taggable"),
        narrow=narrow(definition),
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
