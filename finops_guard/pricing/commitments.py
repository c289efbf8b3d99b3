"""Commitments of the configuration: Savings Plans and reservations that cover a share of what is charged on demand.

    commitments:
      - {provider: aws, kind: savings_plan, service: ec2, coverage_percent: 70, discount_percent: 28, ends: 2027-06-30}

The share that is covered costs the discount less than list; the rest stays on demand. Only what a commitment of that kind
can cover counts (data/commitment_scopes.csv): hours of instances, not their disks, traffic, spot or support fees
(https://docs.aws.amazon.com/savingsplans/latest/userguide/, https://aws.amazon.com/ec2/pricing/reserved-instances/).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from finops_guard.errors import ConfigError
from finops_guard.model import Diagnostic, Span

DATA = Path(__file__).parent.parent / "data"
SOON_DAYS = 90
WORDS = {"savings_plan": "Savings Plan", "reserved": "reservation"}
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Commitment:
    """One commitment. `coverage` and `discount` are shares (0 to 1); `products` are patterns of product keys."""

    provider: str
    kind: str
    service: str
    coverage: Decimal
    discount: Decimal
    ends: date  # the last day on which it holds
    products: tuple[str, ...]
    term: str | None = None
    payment: str | None = None

    def __str__(self) -> str:
        terms = ", ".join(name.replace("_", " ") for name in (self.term, self.payment) if name)
        return f"{WORDS[self.kind]} for {self.provider}/{self.service}" + (f" ({terms})" if terms else "")

    @property
    def assumption(self) -> str:
        """What it does to the figures, in words."""
        return f"{self}: covers {_percent(self.coverage)} at {_percent(self.discount)} off, until {self.ends}"


def read_commitments(entries: Iterable[Mapping[str, Any]], span: Span | None = None) -> tuple[Commitment, ...]:
    """The commitments of a configuration that fits its schema. Raises ConfigError for a service that none can cover."""
    return tuple(_read(entry, span) for entry in entries)


def _read(entry: Mapping[str, Any], span: Span | None) -> Commitment:
    provider, kind, service = entry["provider"], entry["kind"], entry["service"]
    products = tuple(pattern for *scope, pattern in _scopes() if scope == [provider, kind, service])
    if not products:
        known = dict.fromkeys(f"{one}/{name}" for one, its_kind, name, _ in _scopes() if its_kind == kind)
        raise ConfigError(f"no {WORDS[kind]} covers {provider}/{service}", span, f"known: {', '.join(known)}")
    ends = entry["ends"]
    try:
        ends = ends if isinstance(ends, date) else date.fromisoformat(ends)
    except ValueError:
        raise ConfigError(f"commitments: {ends} is not a day such as 2027-06-30", span) from None
    return Commitment(
        provider, kind, service, Decimal(entry["coverage_percent"]) / 100, Decimal(entry["discount_percent"]) / 100, ends,
        products, entry.get("term"), entry.get("payment"),
    )  # fmt: skip


@cache
def _scopes() -> tuple[tuple[str, str, str, str], ...]:
    with (DATA / "commitment_scopes.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return tuple((row["provider"], row["kind"], row["service"], row["products"]) for row in rows)


def in_force(commitments: Iterable[Commitment], as_of: date) -> tuple[Commitment, ...]:
    """Those that have not ended on the day."""
    return tuple(commitment for commitment in commitments if commitment.ends >= as_of)


def price_share(product: str, commitments: Iterable[Commitment]) -> Decimal:
    """The share of the on-demand price that is paid on average. Together commitments cover no more than everything."""
    share = uncovered = ONE
    for commitment in commitments:
        if any(fnmatchcase(product, pattern) for pattern in commitment.products):
            covered = min(commitment.coverage, uncovered)
            share -= covered * commitment.discount
            uncovered -= covered
    return share


def ending(commitments: Iterable[Commitment], as_of: date) -> Iterator[Diagnostic]:
    """A warning for each commitment that has ended or ends soon: then on demand is what is paid."""
    for commitment in commitments:
        days = (commitment.ends - as_of).days
        if days < 0:
            yield Diagnostic(f"{commitment} ended on {commitment.ends}: it is not counted")
        elif days <= SOON_DAYS:
            less = _percent(commitment.coverage * commitment.discount)
            text = f"ends on {commitment.ends}, in {days} days: the {less} that it saves end with it"
            yield Diagnostic(f"{commitment} {text}")


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %"
