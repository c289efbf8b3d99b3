"""Where something runs: one canonical name for the many spellings (data/environments.csv)."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from finops_guard.model import Environment

NEGATIONS = {"non", "not", "no", "pre"}  # `non-prod` is not production
TAG_NAMES = ("environment", "env", "stage", "environmentname", "deployment_environment")


@lru_cache(maxsize=1)
def aliases() -> dict[str, str]:
    """Spelling -> canonical name, lower case."""
    with (Path(__file__).parent / "data" / "environments.csv").open(newline="", encoding="utf-8") as file:
        return {row["alias"]: row["environment"] for row in csv.DictReader(file)}


def canonical(word: str) -> str:
    """The canonical name of an environment; a word that is no known spelling stays as it is, in lower case."""
    lower = word.strip().lower()
    return aliases().get(lower, lower)


@lru_cache(maxsize=1024)
def _names_environment(name: str) -> bool:
    return name.lower() in TAG_NAMES


@lru_cache(maxsize=1024)
def _from_tag(name: str, value: str) -> Environment:
    return Environment(canonical(value), f"tag {name}")


def from_tags(tags: Mapping[str, Any]) -> Environment | None:
    """The environment that a tag or label states, or None."""
    for name, value in tags.items():
        if _names_environment(name) and isinstance(value, str) and value:
            return _from_tag(name, value)
    return None


def from_path(path: str) -> Environment | None:
    """The environment that a file or directory name states ("live/prod/plan.json", "plan-prod.json"), innermost first.

    A directory counts when its whole name, or the first or last of two words, is a known spelling: `prod`, `prod-eu`.
    """
    if os.path.isabs(path):
        inside = os.path.relpath(path)
        path = os.path.basename(path) if inside.startswith("..") else inside
    for part in reversed(re.split(r"[/\\]", path)):
        if part.lower() in aliases():
            return Environment(aliases()[part.lower()], f"path {part}")
        words = re.split(r"[-_.]", part.lower())
        if len(words) > 3 or NEGATIONS & set(words):
            continue
        for word in words:
            if word in aliases():
                return Environment(aliases()[word], f"path {part}")
    return None
