"""`finops-guard catalog update` and `catalog diff`: new prices from the vendors' public feeds, and what they change."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from finops_guard.pricebook.job import Job

MOST_HELD = 40
MEBIBYTE = 1 << 20


@click.command("update")
@click.option("--provider", type=click.Choice(["aws", "azure", "google"]), default="aws", show_default=True)
@click.option(
    "--from", "place", metavar="URL|FOLDER", help="A mirror of the feed; by default the vendor's own address."
)
@click.option(
    "--query-api", is_flag=True, help="AWS: ask the Price List Query API through boto3, with your credentials."
)
@click.option("--service", "services", multiple=True, metavar="CODE", help="Only this offer code (AmazonEC2).")
@click.option("--region", "regions", multiple=True, metavar="REGION", help="Only this region; by default all.")
@click.option("--reserved", is_flag=True, help="AWS: the hourly prices of reservations too.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the overlay to this file.")
@click.option("--facts", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="Put the prices into this folder of text facts (prices/ of the repository) instead.")  # fmt: skip
@click.option("--max-move", default="2", show_default=True, metavar="FACTOR",
              help="Hold back a price that moved by more than this factor.")  # fmt: skip
@click.option("--accept", multiple=True, metavar="PREFIX",
              help="Take moves of products that start so, or of the feed that is named so; `all`: all.")  # fmt: skip
@click.option("--sums", is_flag=True, help="The mirror must have SHA256SUMS, and each file fit it.")
def update(**flags: Any) -> int:
    """Read new prices from a vendor's public price feed.

    Broken off, it goes on where it stopped; the prices in use change in one step at the end, or not at all.
    """
    from finops_guard.pricebook.job import run

    show = _Progress()
    try:
        outcome = run(_job(flags), show.say, show.progress)
    finally:
        show.clear()
    held = outcome.held
    for entry in held[:MOST_HELD]:
        click.echo(f"held back: {entry.product} in {entry.region}: {entry.reason}", err=True)
    if len(held) > MOST_HELD:
        click.echo(f"held back: {len(held) - MOST_HELD:,} more", err=True)
    for reason, count in _left_out(outcome.counts).items():
        click.echo(f"left out: {count:,} x {reason}", err=True)
    click.echo(
        f"{outcome.taken:,} prices: {outcome.new:,} new, {outcome.changed:,} changed, {outcome.same:,} as before;"
        f" {outcome.kept:,} kept from earlier updates, {outcome.withdrawn:,} withdrawn, {len(held):,} held back"
    )
    click.echo(f"{outcome.where}")
    return 0


def _job(flags: dict[str, Any]) -> Job:
    from finops_guard.errors import ConfigError
    from finops_guard.pricebook.job import Job
    from finops_guard.pricebook.refresh import Bounds
    from finops_guard.pricing import catalog

    if flags["output"] and flags["facts"]:
        raise ConfigError("--output and --facts exclude each other")
    if flags["provider"] != "aws" and (flags["query_api"] or flags["services"] or flags["reserved"]):
        raise ConfigError("--query-api, --service and --reserved are for --provider aws")
    try:
        factor = Decimal(flags["max_move"])
    except InvalidOperation:
        factor = Decimal(0)
    if not factor.is_finite() or factor <= 1:
        raise ConfigError(f"--max-move is {flags['max_move']!r}", hint="a number above 1, as 2 or 1.5")
    cache = catalog.cache_folder()
    target = flags["output"] or catalog.overlay_path() or cache / catalog.OVERLAY
    return Job(
        provider=flags["provider"], place=flags["place"], query_api=flags["query_api"], services=flags["services"],
        regions=flags["regions"], reserved=flags["reserved"], bounds=Bounds(factor, accept=flags["accept"]),
        target=target, facts=flags["facts"], sums=flags["sums"], work=cache / "update", today=date.today(),
        book=catalog.book_path,
    )  # fmt: skip


def _left_out(counts: dict[str, dict[str, int]]) -> dict[str, int]:
    """The rows that the mapping knows and that could not be used, by reason."""
    found: dict[str, int] = {}
    for feed in counts.values():
        for reason, count in feed.items():
            if reason not in ("rows", "taken"):
                found[reason] = found.get(reason, 0) + count
    return dict(sorted(found.items(), key=lambda entry: -entry[1]))


class _Progress:
    """What is being read: a line for each file, and the bytes of a download when stderr is a terminal."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.shown = 0

    def say(self, text: str) -> None:
        self.clear()
        click.echo(text, err=True)

    def progress(self, what: str, done: int, total: int | None) -> None:
        if not self.live or (done - self.shown < MEBIBYTE and done != total):
            return
        self.shown = 0 if done == total else done
        of = f" of {total / MEBIBYTE:,.0f}" if total else ""
        click.echo(f"\r\033[K{what[-60:]}  {done / MEBIBYTE:,.0f}{of} MiB", err=True, nl=False)

    def clear(self) -> None:
        if self.live:
            click.echo("\r\033[K", err=True, nl=False)


@click.command("diff")
@click.argument("old", type=click.Path(exists=True, path_type=Path))
@click.argument("new", type=click.Path(exists=True, path_type=Path), required=False)
@click.option("--prefix", default="", metavar="PREFIX", help="Only products that start so.")
@click.option("--limit", default=200, show_default=True, help="The most lines; the counts are always of all.")
def diff(old: Path, new: Path | None, prefix: str, limit: int) -> int:
    """What differs between two price books: catalog files, overlays or folders of facts. NEW is by default the one in use."""
    from finops_guard.pricebook.difference import differences
    from finops_guard.pricing import catalog

    counts = {"added": 0, "removed": 0, "changed": 0}
    for entry in differences(old, new or catalog.book_path(catalog.overlay_path()), prefix):
        counts[entry.kind] += 1
        if sum(counts.values()) <= limit:
            click.echo(_line(entry.kind, entry.old, entry.new))
    click.echo(", ".join(f"{count:,} {kind}" for kind, count in counts.items()))
    return 0


def _line(kind: str, old: Any, new: Any) -> str:
    side = new or old
    text = f"{kind:8} {side.product} in {side.region}: "
    show: Callable[[Any], str] = lambda book: "/".join(f"{usd.normalize():f}" for _, usd in book.tiers)  # noqa: E731
    if kind != "changed":
        return f"{text}{show(side)} per {side.unit}"
    percent = f" ({(new.first / old.first - 1) * 100:+.1f} %)" if old.first else ""
    unit = f" per {new.unit}" if old.unit == new.unit else f"; per {old.unit} -> per {new.unit}"
    return f"{text}{show(old)} -> {show(new)}{unit}{percent}"
