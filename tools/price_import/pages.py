"""Map the rows of a vendor's price page, whose key is a line of text, to product keys and volume tiers.

A page is a mapping: line of text -> Line(product, unit, where its tier starts). A product with tiers is taken in
a region only if the page gives every one of them there: half a ladder of tiers would price large quantities wrongly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from price_import.tables import Draft, Row, draft


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of a price page is: a product key, the book's unit, the tier's start in units a month.

    `per` divides the price when the page counts in larger units than the book (10,000 requests). `derived` is the rule
    by which another line's price stands in for one that the page lacks.
    """

    product: str
    unit: str
    start: int = 0
    per: int = 1
    derived: str | None = None


def from_page(rows: Iterable[Row], page: Mapping[str, Line | tuple[Line, ...]]) -> Iterator[Draft]:
    """The prices of the lines that `page` knows; other lines are left out."""
    starts: dict[str, set[int]] = defaultdict(set)
    for lines in page.values():
        for line in _each(lines):
            starts[line.product].add(line.start)
    found: dict[tuple[str, str], dict[int, Draft]] = defaultdict(dict)
    for row in rows:
        for line in _each(page.get(row.sku, ())):
            source = replace(row, source=f"{line.derived}; {row.source}") if line.derived else row
            kind = "derived" if line.derived else None
            price = draft(source, line.product, line.unit, start=line.start, per=line.per, kind=kind)
            found[line.product, row.region][line.start] = price
    for (product, _), tiers in found.items():
        if set(tiers) == starts[product]:
            yield from tiers.values()


def _each(lines: Line | tuple[Line, ...]) -> tuple[Line, ...]:
    return (lines,) if isinstance(lines, Line) else lines
