"""Read what lets findings off: waivers.yaml, baseline.json and the suppressions in code. And write a waiver."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from finops_guard.errors import PolicyError
from finops_guard.files.schema import schema
from finops_guard.files.text import MAX_YAML_BYTES, Document, decode, load_yaml, parse_json, parse_yaml, read_bytes
from finops_guard.model import Diagnostic, Span
from finops_guard.policy.append import CannotAdd, with_item
from finops_guard.policy.baseline import Baseline, Key, baseline_of, document_of
from finops_guard.policy.patterns import glob
from finops_guard.policy.scan_hcl import scan_hcl
from finops_guard.policy.scan_yaml import scan_yaml
from finops_guard.policy.settle import Waiver
from finops_guard.policy.shape import check_shape
from finops_guard.policy.suppressions import Place, Scan, Skips, Suppression

MODELINE = "# yaml-language-server: $schema=https://finops-guard.dev/schemas/waivers.json"
NEW_FILE = f"{MODELINE}\nversion: 1\nwaivers: []\n"
SCANNERS = {
    ".tf": scan_hcl,
    ".tofu": scan_hcl,
    ".yaml": scan_yaml,
    ".yml": scan_yaml,
    ".template": scan_yaml,
    ".json": scan_yaml,
}
CODE = (".tf", ".tofu")
DEEPEST_MODULE = 20
MOST_MODULES = 5000  # calls of modules that are followed


def load_waivers(paths: Iterable[str]) -> tuple[Waiver, ...]:
    """The waivers of some files, each file once. Raises PolicyError with file and line."""
    files = {os.path.realpath(path): path for path in paths}
    return tuple(waiver for path in files.values() for waiver in _waivers_of(load_yaml(shown_path(path), PolicyError)))


def shown_path(path: str) -> str:
    """The path from here when it is below, so that no report names the folders of a machine."""
    near = os.path.relpath(path)
    return path if near.startswith("..") else near


def _waivers_of(document: Document) -> list[Waiver]:
    check_shape(document, schema("waivers"), "the waivers")
    entries = document.value["waivers"] or ()
    return [_waiver(entry, document.span("waivers", index)) for index, entry in enumerate(entries)]


def _waiver(entry: Mapping[str, Any], span: Span | None) -> Waiver:
    expires, amount = entry["expires"], entry.get("max_amount")
    resource, project = entry.get("resource"), entry.get("project")
    return Waiver(
        rule=entry["rule"],
        reason=entry["reason"],
        owner=entry["owner"],
        expires=expires if isinstance(expires, date) else date.fromisoformat(expires),
        resource=resource,
        is_address=None if resource is None else glob(resource),
        project=project,
        is_project=None if project is None else glob(project),
        max_amount=None if amount is None else Decimal(str(amount)),
        ticket=entry.get("ticket"),
        span=span,
    )


def add_waiver(path: str, entry: Mapping[str, Any]) -> Waiver:
    """Write a waiver at the end of the list of a file, which is made when it is missing. Its span says where it is.

    Raises PolicyError, and leaves the file as it was, when the entry is not right or cannot be added.
    """
    target = os.path.realpath(path)
    is_new = not os.path.exists(target)
    text = NEW_FILE if is_new else decode(read_bytes(target, PolicyError, MAX_YAML_BYTES), path, PolicyError)
    before = _waivers_of(parse_yaml(text, path, PolicyError))
    _refuse_second(before, entry, path)
    try:
        added = with_item(text, "waivers", entry)
    except CannotAdd as problem:
        raise PolicyError(str(problem), Span(path)) from None
    after = _waivers_of(parse_yaml(added, path, PolicyError))
    if [str(one) for one in after[:-1]] != [str(one) for one in before] or not _says(after[-1], entry):
        raise PolicyError("the waiver cannot be added safely; write it by hand", Span(path))
    write_file(target, added)
    return after[-1]


def _refuse_second(waivers: Iterable[Waiver], entry: Mapping[str, Any], path: str) -> None:
    """A waiver that a longer one makes useless is not written."""
    for waiver in waivers:
        same = (waiver.rule, waiver.resource, waiver.project) == tuple(
            entry.get(name) for name in ("rule", "resource", "project")
        )
        if same and waiver.expires >= date.fromisoformat(str(entry["expires"])):
            raise PolicyError(f"{waiver} is there already, until {waiver.expires}", waiver.span, f"edit {path}")


def _says(waiver: Waiver, entry: Mapping[str, Any]) -> bool:
    names = ("rule", "resource", "project", "reason", "owner", "ticket")
    amount = entry.get("max_amount")
    return (
        all(getattr(waiver, name) == entry.get(name) for name in names)
        and waiver.expires.isoformat() == str(entry["expires"])
        and waiver.max_amount == (None if amount is None else Decimal(str(amount)))
    )


def write_file(path: str, text: str) -> None:
    """Write a file in one step: whoever reads it sees the old text or the new one. Raises PolicyError."""
    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(beside, "x", encoding="utf-8", newline="") as file:
            file.write(text)
        if target.exists():
            os.chmod(beside, target.stat().st_mode & 0o777)
        os.replace(beside, target)
    except OSError as problem:
        beside.unlink(missing_ok=True)
        raise PolicyError(f"{path}: cannot be written: {problem.strerror}") from None


def load_baseline(path: str) -> Baseline:
    """The baseline of a file. Raises PolicyError with the file and what is wrong in it."""
    text = decode(read_bytes(path, PolicyError), path, PolicyError)
    document = Document(shown_path(path), parse_json(text, path, PolicyError))
    check_shape(document, schema("baseline"), "the baseline")
    return baseline_of(document.value, document.name)


def write_baseline(path: str, counts: Mapping[Key, int]) -> None:
    """Write a baseline, one entry to a line, so that a review of a change of it is easy."""
    document = document_of(counts)
    entries = ",\n".join(f"    {json.dumps(entry, ensure_ascii=False)}" for entry in document["entries"])
    body = f"[\n{entries}\n  ]" if entries else "[]"
    write_file(path, f'{{\n  "schema_version": "{document["schema_version"]}",\n  "entries": {body}\n}}\n')


def read_skips(files: Iterable[str], source: str | None = None) -> tuple[Skips, list[Diagnostic]]:
    """The suppressions in files that resources name, and in the Terraform code of `source` with its local modules.

    `source` is for plans, which do not say where a resource is declared. Raises PolicyError when it is no directory.
    """
    in_files: list[Suppression] = []
    diagnostics: list[Diagnostic] = []
    for path in dict.fromkeys(files):
        scan = _scan(path, path)
        in_files += scan.suppressions
        diagnostics += scan.diagnostics
    by_place: dict[Place, list[Suppression]] = {}
    if source is not None:
        if not os.path.isdir(source):
            raise PolicyError(f"{source}: no such directory of code")
        tree = _Tree(source)
        for place, skip in tree.walk((), os.path.realpath(source)):
            by_place.setdefault(place, []).append(skip)
        diagnostics += tree.diagnostics
    return Skips(by_place, in_files), diagnostics


def _scan(path: str, name: str) -> Scan:
    """What a file of code holds; one that is of another kind, too large or no text holds nothing."""
    scanner = SCANNERS.get(os.path.splitext(path)[1].lower())
    if scanner is None or not os.path.isfile(path):
        return Scan()
    try:
        text = decode(read_bytes(path, PolicyError, MAX_YAML_BYTES), name, PolicyError)
    except PolicyError as problem:
        return Scan(diagnostics=(Diagnostic(f"{problem.message}: no suppression is read from it", None, Span(name)),))
    return scanner(text, name)


class _Tree:
    """Terraform code: a directory, and the local modules that it calls, inside the same repository."""

    def __init__(self, source: str) -> None:
        self.border = _repository(os.path.realpath(source))
        self.scans: dict[str, list[Scan]] = {}
        self.visits = 0
        self.diagnostics: list[Diagnostic] = []

    def walk(self, modules: tuple[str, ...], folder: str) -> Iterator[tuple[Place, Suppression]]:
        """The suppressions of a directory with the place of the resource that each stands in."""
        self.visits += 1
        for scan in self._folder(folder):
            for skip in scan.suppressions:
                _, kind, name = skip.block.labels
                yield (modules, kind, name), skip
            for block in scan.blocks:
                inner = self._inner(folder, block.source) if len(block.labels) == 2 else None
                if inner is not None and len(modules) < DEEPEST_MODULE and self.visits < MOST_MODULES:
                    yield from self.walk((*modules, block.labels[1]), inner)

    def _inner(self, folder: str, source: str | None) -> str | None:
        """The directory of a local module; None for one that is elsewhere, outside the repository, or missing."""
        if source is None:
            return None
        inner = os.path.realpath(os.path.join(folder, source))
        inside = inner == self.border or inner.startswith(self.border.rstrip(os.sep) + os.sep)
        return inner if inside and inner != folder and os.path.isdir(inner) else None

    def _folder(self, folder: str) -> list[Scan]:
        if folder not in self.scans:
            names = sorted(name for name in os.listdir(folder) if name.endswith(CODE))
            paths = [os.path.join(folder, name) for name in names]
            self.scans[folder] = [_scan(path, shown_path(path)) for path in paths]
            self.diagnostics += [entry for scan in self.scans[folder] for entry in scan.diagnostics]
        return self.scans[folder]


def _repository(folder: str) -> str:
    """The root of the git repository that a directory is in; the directory itself when it is in none."""
    for one in (Path(folder), *Path(folder).parents):
        if (one / ".git").exists():
            return str(one)
    return folder
