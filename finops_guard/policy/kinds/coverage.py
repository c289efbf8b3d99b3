"""`coverage`: which share of the cost, or of the resources, carries some tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from finops_guard.model import PolicyAction
from finops_guard.policy.document import RunDocument
from finops_guard.policy.figures import ZERO, known_cost
from finops_guard.policy.kinds.interface import Hit, Outcome, Source
from finops_guard.policy.message import percent
from finops_guard.policy.rule import Rule, Scope
from finops_guard.policy.selection import costly
from finops_guard.values import Unknown

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class CoverageCheck:
    """The check of a `coverage` rule, over everything that will exist after the change."""

    tags: tuple[str, ...]
    by_cost: bool
    minimum: Decimal
    scope: Scope = "run"
    scopes: Sequence[Scope] = ("run",)
    placeholders: Sequence[str] = ("coverage_percent", "minimum_percent")
    actions: Sequence[PolicyAction] = ()

    def judge(self, rule: Rule, run: RunDocument) -> Iterator[Outcome]:
        """One finding when the share is too small; a tag whose presence is not known counts for neither side."""
        total = covered = in_doubt = ZERO
        selection = run.selection(rule.match, None)
        for document, unsure in selection.kept("costly", costly) if self.by_cost else selection.pairs:
            if document.changed.after is None:
                continue
            weight = known_cost(document.changed.after) if self.by_cost else Decimal(1)
            if not weight:
                continue
            total += weight
            tags = document.get("tags")
            if unsure is not None or isinstance(tags, Unknown):
                in_doubt += weight
            elif all(tags.get(name) not in (None, "") for name in self.tags):
                covered += weight
        if total == 0 or covered / total * HUNDRED >= self.minimum:
            return
        share = covered / total * HUNDRED
        maybe = (covered + in_doubt) / total * HUNDRED >= self.minimum
        names = " and ".join(self.tags)
        yield Hit(
            unknown=f"the tags of {percent(in_doubt / total * HUNDRED)} % are not known yet" if maybe else None,
            problem=f"{names} on too small a share",
            passes_when=f"at least {percent(self.minimum)} % carry {names}",
            money=total - covered if self.by_cost else None,
            values={"coverage_percent": share, "minimum_percent": self.minimum},
        )


def compile_check(definition: Mapping[str, Any], source: Source) -> CoverageCheck:
    """Compile the definition, as the schema has checked it."""
    minimum = Decimal(str(definition["minimum_percent"]))
    return CoverageCheck(tuple(definition["tags"]), definition.get("weight", "cost") == "cost", minimum)
