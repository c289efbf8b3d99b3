"""Facts that prices depend on and that are no prices: machine sizes, support calendars. `as_of` is the day asked for."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Protocol

DATA = Path(__file__).parent.parent / "data"
ANNOUNCED = 90  # days ahead that a fee which starts by the calendar is announced


@dataclass(frozen=True, slots=True)
class Machine:
    """The size of an instance class; memory in GiB."""

    name: str
    vcpus: int
    memory_gib: float
    gpus: int
    gpu_model: str
    accelerators: int
    accelerator_model: str
    architecture: str
    burstable: bool
    current_generation: bool


@dataclass(frozen=True, slots=True)
class Support:
    """The support calendar of one version of a product; dates are the last day of each phase, None when not known."""

    product: str
    version: str
    standard_until: date
    billed_from: date  # the first day of the extended-support fee
    year_3_from: date | None
    extended_until: date | None
    source: str


class MachineSource(Protocol):
    """Where machine sizes and the names of products come from: the catalog."""

    def machine(self, name: str) -> Machine | None: ...

    def products(self, prefix: str) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class LlmProvider:
    """Who sells tokens. `place` is where tokens are priced when nothing states a region ("": the same everywhere)."""

    name: str
    place: str
    place_words: str


@dataclass(frozen=True)
class Facts:
    """Dated facts for pricing functions; pure once built."""

    as_of: date
    machines: MachineSource
    free_tier: str = "none"  # none | per_resource

    def machine(self, name: str) -> Machine | None:
        """The size of an instance class (`m5.large`, also `db.`, `cache.` and `ml.` classes by their EC2 name)."""
        return self.machines.machine(name)

    def products(self, prefix: str) -> tuple[str, ...]:
        """The product keys of the price book that start with `prefix`: names, not prices."""
        return self.machines.products(prefix)

    def llm_provider(self, name: str) -> LlmProvider | None:
        """A provider of language models by any of its names ("azure", "Azure_OpenAI")."""
        return llm_providers().get("-".join(name.lower().replace("_", " ").split()))

    @cached_property
    def today(self) -> date:
        """The day the estimate is for; extended-support fees depend on it."""
        return self.as_of

    def support(self, product: str, version: str) -> Support | None:
        """The calendar of the longest known version that `version` starts with ("8.0.35" is "8.0")."""
        calendar = support_calendar()
        parts = version.split(".")
        for length in range(len(parts), 0, -1):
            entry = calendar.get((product, ".".join(parts[:length])))
            if entry:
                return entry
        return None

    def support_year(self, product: str, version: str) -> int:
        """0 in standard support, else the year of extended support that `as_of` falls in (1, 2 or 3)."""
        entry = self.support(product, version)
        if entry is None or self.as_of < entry.billed_from:
            return 0
        if entry.year_3_from and self.as_of >= entry.year_3_from:
            return 3
        return 1 if (self.as_of - entry.billed_from).days < 365 else 2

    def support_fees(self, product: str, version: str) -> list[tuple[int, date | None]]:
        """The extended-support fees of a version by the year that sets their rate: today's, then one to announce.

        One that starts, or rises, within `ANNOUNCED` days of `as_of` comes with its first day.
        """
        entry, year = self.support(product, version), self.support_year(product, version)
        fees: list[tuple[int, date | None]] = [(year, None)] if year else []
        if entry is not None:
            for later, day in ((1, entry.billed_from), (3, entry.year_3_from)):
                if day is not None and 0 < (day - self.as_of).days <= ANNOUNCED:
                    fees.append((later, day))
        return fees


@lru_cache(maxsize=1)
def support_calendar() -> dict[tuple[str, str], Support]:
    """data/support_calendar.csv by product and version."""
    with (DATA / "support_calendar.csv").open(newline="", encoding="utf-8") as file:
        rows = [_support(row) for row in csv.DictReader(file)]
    return {(entry.product, entry.version): entry for entry in rows}


@lru_cache(maxsize=1)
def llm_providers() -> dict[str, LlmProvider]:
    """data/llm_providers.csv by name and by alias."""
    found = {}
    with (DATA / "llm_providers.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            provider = LlmProvider(row["provider"], row["place"], row["place_words"])
            found.update(dict.fromkeys((row["provider"], *row["aliases"].split()), provider))
    return found


def _support(row: dict[str, str]) -> Support:
    def day(name: str) -> date | None:
        return date.fromisoformat(row[name]) if row[name] else None

    standard_until, billed_from = day("standard_until"), day("billed_from")
    assert standard_until and billed_from
    return Support(
        row["product"],
        row["version"],
        standard_until,
        billed_from,
        day("year_3_from"),
        day("extended_until"),
        row["source"],
    )
