"""One run of `catalog update`: read a provider's feed, settle what was read, put the result in its place."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from finops_guard.errors import ConfigError, FeedError
from finops_guard.pricebook.build import build
from finops_guard.pricebook.feeds import aws_bulk, aws_products, azure, google, mapping
from finops_guard.pricebook.feeds.origin import Progress, origin_of
from finops_guard.pricebook.refresh import Bounds, Outcome, settle
from finops_guard.pricebook.rewrite import rewrite
from finops_guard.pricebook.staging import Staging

GOOGLE_KEY = "FINOPS_GUARD_GOOGLE_API_KEY"
BASES = {"aws": aws_bulk.BASE, "azure": azure.BASE, "google": google.BASE}


@dataclass(frozen=True)
class Job:
    """What to read, from where, and where to put it. `book` gives the book in use for an overlay."""

    provider: str
    place: str | None
    query_api: bool
    services: tuple[str, ...]
    regions: tuple[str, ...]
    reserved: bool
    bounds: Bounds
    target: Path
    facts: Path | None
    sums: bool
    work: Path
    today: date
    book: Callable[[Path | None], Path]

    @property
    def terms(self) -> frozenset[str]:
        return frozenset(("OnDemand", "Reserved") if self.reserved else ("OnDemand",))

    @property
    def mark(self) -> str:
        """Names what a run reads: a run of the same name goes on where a broken-off one stopped."""
        parts = (self.provider, self.place, self.query_api, self.services, self.regions, self.reserved)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def run(job: Job, say: Callable[[str], None], progress: Progress) -> Outcome:
    """Read and settle. Raises FeedError or PricingError: the prices in use are then as they were."""
    try:
        with _alone(job.work):
            staging = Staging(job.work / f"{job.mark}.sqlite")
            try:
                _read(job, staging, say, progress)
                outcome = _settled(job, staging)
            except BaseException:
                staging.close()
                raise
            if outcome.held:
                staging.close()  # the same command with --accept need not read again
            else:
                staging.remove()
    except (OSError, sqlite3.Error) as problem:
        raise FeedError(
            f"the new prices could not be stored: {problem}", hint="the prices in use are as before"
        ) from None
    return outcome


@contextmanager
def _alone(work: Path) -> Iterator[None]:
    """One run at a time: of two that end together one would lose the other's prices."""
    work.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(work / "lock.sqlite", isolation_level=None, timeout=1)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise FeedError("another `catalog update` is running", hint="wait until it has ended") from None
        yield


def _read(job: Job, staging: Staging, say: Callable[[str], None], progress: Progress) -> None:
    if any(region.startswith("cn-") for region in job.regions):
        raise ConfigError("China's price lists are in CNY, and this price book is in USD", hint="leave cn- regions out")
    if job.query_api:
        _query(job, staging, say)
        return
    headers = {}
    if job.provider == "google" and (key := os.environ.get(GOOGLE_KEY)):
        headers["X-Goog-Api-Key"] = key  # not in the URL, where logs would keep it
    elif job.provider == "google" and not job.place:
        raise ConfigError(f"Google's billing catalog needs an API key in {GOOGLE_KEY}", hint="or --from a mirror")
    origin = origin_of(job.place or BASES[job.provider], job.work / "downloads", progress, headers, job.sums)
    if job.provider == "aws":
        wanted = aws_bulk.Wanted(_services(job), job.regions, job.terms, job.today)
        aws_bulk.read(origin, wanted, staging, say)
    elif job.provider == "azure":
        azure.read(origin, job.regions, job.today, staging, say)
    else:
        google.read(origin, job.regions, job.today, staging, say)


def _services(job: Job) -> tuple[str, ...]:
    known = mapping.services("aws")
    if unknown := [name for name in job.services if name not in known]:
        raise ConfigError(f"no product keys are known for {', '.join(unknown)}", hint=f"one of {', '.join(known)}")
    return job.services or tuple(known)


def _query(job: Job, staging: Staging, say: Callable[[str], None]) -> None:
    if not job.regions:
        raise ConfigError("--query-api needs --region: it answers page by page, for one region at a time")
    client = aws_products.pricing_client()
    for service in _services(job):
        for region in job.regions:
            if not staging.has(f"{service}/{region}", f"query {job.today}"):
                say(f"{service}/{region}")
                aws_products.query(client, aws_products.Products(service, region, job.terms, job.today), staging)


def _settled(job: Job, staging: Staging) -> Outcome:
    """The new overlay in the place of the old one, or its prices in a folder of facts."""
    if job.facts is None:
        old = job.target if job.target.is_file() else None
        outcome = settle(staging, job.book(old), old, job.target, job.bounds, job.terms, job.today)
        outcome.where = f"overlay: {job.target}" if outcome.taken else "the prices in use are as before"
        return outcome
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        build(job.facts, folder / "book.sqlite")
        target = folder / "overlay.sqlite"
        outcome = settle(staging, folder / "book.sqlite", None, target, job.bounds, job.terms, job.today)
        changed = rewrite(job.facts, target) if target.is_file() else 0
        outcome.where = f"{changed} files of {job.facts} changed"
        return outcome
