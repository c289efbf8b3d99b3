"""Which resources a rule judges. Rules that match alike share one selection, and what they compute over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from finops_guard.policy.patterns import any_glob
from finops_guard.policy.rule import Match
from finops_guard.policy.tables import classes_of_types
from finops_guard.values import Unknown

if TYPE_CHECKING:
    from finops_guard.model import ResourceEstimate
    from finops_guard.policy.document import ResourceDocument, RunDocument

Pair = tuple["ResourceDocument", "Unknown | None"]
Value = TypeVar("Value")


class Selection:
    """The resources of a rule, each with an Unknown when nobody can say whether the rule judges it (environment)."""

    __slots__ = ("_memo", "pairs")

    def __init__(self, pairs: list[Pair]) -> None:
        self.pairs = pairs
        self._memo: dict[Any, Any] = {}

    def kept(self, name: Any, compute: Callable[[list[Pair]], Value]) -> Value:
        """What `compute` makes of the resources, computed once for all rules that select them."""
        if name not in self._memo:
            self._memo[name] = compute(self.pairs)
        value: Value = self._memo[name]
        return value


def with_machines(pairs: list[Pair]) -> list[Pair]:
    """Those that may run machines: for the others, fields about machines are all alike."""
    return [pair for pair in pairs if pair[0].may_have_machines]


def costly(pairs: list[Pair]) -> list[Pair]:
    """Those that cost money before or after, or may do so: the others change no sum."""
    return [pair for pair in pairs if is_costly(pair[0])]


def is_costly(document: ResourceDocument) -> bool:
    """True for what costs money before or after the change, or may do so."""
    return _may_cost(document.changed.after) or _may_cost(document.changed.before)


def _may_cost(side: ResourceEstimate | None) -> bool:
    return side is not None and side.status != "free" and (side.monthly_cost != 0 or side.status != "priced")


def selected(run: RunDocument, match: Match, usual: frozenset[str] | None) -> Iterator[Pair]:
    """Go through the resources of a run. `usual`: the kinds of change that count when the rule names none."""
    changes = match.changes or usual
    plain = match.taggable is None and match.is_excluded is None and not match.environments and match.narrow is None
    for (name, source), documents in run.by_type.items():
        if not (match.is_type(name) or match.is_type(source)):
            continue
        if match.classes and not match.classes.intersection(classes_of_types().get(name, ())):
            continue
        if changes is not None:
            documents = [document for document in documents if document.changed.change.action in changes]
        if plain:
            yield from ((document, None) for document in documents)
            continue
        for document in documents:
            if match.taggable is not None and document.get("taggable") != match.taggable:
                continue
            if match.is_excluded and any(map(match.is_excluded, (name, source, document.resource.address))):
                continue
            environment = document.get("environment") if match.environments else None
            answer = match.narrow(document) if match.narrow is not None else True
            if answer is False:
                continue
            if isinstance(environment, Unknown):
                yield document, environment
            elif environment is None or environment in match.environments:
                yield document, answer if isinstance(answer, Unknown) else None


@lru_cache(maxsize=1024)
def pattern_test(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """A test of types or addresses by patterns; the same patterns give the same function, so that matches compare."""
    return lru_cache(maxsize=4096)(any_glob(patterns))
