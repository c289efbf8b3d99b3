"""Resource types that rules name: a misspelled one matches nothing, and that must not look like "nothing was found"."""

from __future__ import annotations

from functools import lru_cache

from finops_guard.policy.document import RunDocument
from finops_guard.policy.patterns import glob
from finops_guard.policy.rule import Match, Rule
from finops_guard.policy.tables import known_types

PROVIDERS = ("aws_", "azurerm_", "google_")  # those of which we know every type


def unknown_types(match: Match) -> list[str]:
    """The patterns of a rule that fit no type that we know, of the providers whose types we know."""
    return [name for name in match.resources if name.startswith(PROVIDERS) and not _fits_one(name)]


def misspelled(rule: Rule, run: RunDocument) -> list[str]:
    """The unknown types of a rule that the run does not have either (it may know newer types than we do)."""
    return [
        name
        for name in unknown_types(rule.match)
        if not any(glob(name)(kind) for kinds in run.by_type for kind in kinds)
    ]


@lru_cache(maxsize=4096)
def _fits_one(pattern: str) -> bool:
    if pattern in known_types():
        return True
    test = glob(pattern)
    return any(map(test, known_types())) if "*" in pattern or "?" in pattern else False
