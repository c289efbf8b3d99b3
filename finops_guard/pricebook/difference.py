"""What differs between two price books: files, overlays, or folders of text facts."""

from __future__ import annotations

import heapq
import itertools
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from finops_guard.pricebook.build import build
from finops_guard.pricebook.overlay import Listed, listed, open_book


@dataclass(frozen=True, slots=True)
class Difference:
    """One product in one region: added (no `old`), removed (no `new`), or with another price, unit or tiers."""

    old: Listed | None
    new: Listed | None

    @property
    def kind(self) -> str:
        if self.old is None:
            return "added"
        return "removed" if self.new is None else "changed"

    @property
    def either(self) -> Listed:
        """The side that is there."""
        side = self.new or self.old
        assert side is not None
        return side


def differences(old: Path, new: Path, prefix: str = "") -> Iterator[Difference]:
    """What differs between two books, ordered by product and region. Raises PricingError for what is no book."""
    with _book(old) as first, _book(new) as second:
        where, values = "product.name >= ? AND product.name < ?", (prefix, prefix + "\U0010ffff")
        before_all = ((item.product, item.region, 0, item) for item in listed(first, where, values))
        after_all = ((item.product, item.region, 1, item) for item in listed(second, where, values))
        merged = heapq.merge(before_all, after_all, key=lambda entry: entry[:3])
        for _, group in itertools.groupby(merged, key=lambda entry: entry[:2]):
            sides = {side: item for _, _, side, item in group}
            before, after = sides.get(0), sides.get(1)
            if not (before and after and (before.unit, before.tiers) == (after.unit, after.tiers)):
                yield Difference(before, after)


@contextmanager
def _book(path: Path) -> Iterator[sqlite3.Connection]:
    """A book as SQLite; a folder of facts is built first."""
    with ExitStack() as stack:
        if path.is_dir():
            target = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "book.sqlite"
            build(path, target)
            path = target
        yield stack.enter_context(closing(open_book(path)))
