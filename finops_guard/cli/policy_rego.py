"""The Rego side of `finops-guard policy`: tests and lint of `*.rego` files, by the engine of policy/rego.py."""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from finops_guard.errors import PolicyError
from finops_guard.policy.lint import Problem

ENGINE = "finops_guard.policy.rego"


@dataclass(frozen=True, slots=True)
class RegoTests:
    """The test_ rules of some directories and how they ended."""

    results: Sequence[Any]

    @property
    def count(self) -> int:
        return len(self.results)

    @property
    def failed(self) -> int:
        return sum(result.failure is not None for result in self.results)

    def lines(self, verbose: bool) -> Iterator[str]:
        """A line for each test that failed, and with `verbose` for the others."""
        for result in self.results:
            where = f"{result.span}: " if getattr(result, "span", None) else ""
            if result.failure is not None:
                yield f"{where}FAIL {result.rule} {result.name}\n    {result.failure}"
            elif verbose:
                yield f"ok   {result.rule} {result.name}"


def rego_tests(directories: Sequence[str]) -> RegoTests | None:
    """The tests of the Rego files below the directories; None when there are no such files."""
    files = rego_files(directories)
    return RegoTests(_engine(files[0], "run_tests")(directories)) if files else None


def rego_problems(directories: Sequence[str]) -> list[Problem]:
    """What is wrong with the Rego files below the directories."""
    files = rego_files(directories)
    return list(_engine(files[0], "lint")(directories)) if files else []


def rego_files(directories: Sequence[str]) -> list[str]:
    """The *.rego files below the directories, hidden folders left out."""
    found = []
    for directory in directories:
        if directory.endswith(".rego") and os.path.isfile(directory):
            found.append(directory)
        for folder, folders, names in os.walk(directory):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            found += [os.path.join(folder, name) for name in sorted(names) if name.endswith(".rego")]
    return found


def _engine(file: str, name: str) -> Any:
    """A function of the engine. Raises PolicyError when this version has none: its files are never passed over."""
    module = importlib.import_module(ENGINE) if importlib.util.find_spec(ENGINE) else None
    found = getattr(module, name, None)
    if found is None:
        raise PolicyError(f"{file}: this version cannot {name.replace('_', ' ')} of Rego files")
    return found
