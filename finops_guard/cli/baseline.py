"""`finops-guard baseline`: what is found today is noted, and from then on only what is new counts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import click

from finops_guard.cli.check import _day
from finops_guard.exit_codes import WRONG_INPUT

if TYPE_CHECKING:
    from finops_guard.policy.baseline import Key

MOST_NAMED = 20


@click.command("baseline")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--update", is_flag=True, help="Add what is new to a baseline that exists.")
@click.option("--prune", is_flag=True, help="Remove what is found no more, and add nothing.")
@click.option("--output", metavar="FILE", help="Default: the configured file, else .finops-guard/baseline.json.")
@click.option("--policies", multiple=True, metavar="DIR|pack:NAME", help="Rules instead of the configured ones.")
@click.option("--usage", metavar="FILE", help="Usage file, as for check.")
@click.option("--config", metavar="FILE|none", help="Configuration instead of the nearest .finops-guard.yaml.")
@click.option("--region", help="The region where the input names none.")
@click.option("--environment", help="The environment of everything that is read.")
@click.option("--source", metavar="DIR", help="The Terraform code of the plans, for suppressions in it.")
@click.option("--as-of", callback=_day, metavar="DAY", help="The day to judge for; default: today.")
def baseline_command(
    paths: tuple[str, ...],
    update: bool,
    prune: bool,
    output: str | None,
    policies: tuple[str, ...],
    usage: str | None,
    config: str | None,
    region: str | None,
    environment: str | None,
    source: str | None,
    as_of: date | None,
) -> int:
    """Write the findings about resources in PATH... to the baseline; `check` then shows them without counting them.

    A baseline that exists is never changed without --update (add) or --prune (remove). Findings about a project or a
    run as a whole, such as an increase of cost, are left out: they are about one change.

    Exit code: 0 written or nothing to do, 2 something is new and was not written.
    """
    from dataclasses import replace

    from finops_guard.check import Options, assess, settings
    from finops_guard.policy.baseline import changed, keys_of
    from finops_guard.policy.evaluate import PolicyResult
    from finops_guard.policy.waivers import load_baseline, shown_path, write_baseline

    options = Options(paths, config, policies or None, usage, region, environment, as_of, source=source)
    used = settings(options)
    target = output or used.baseline or os.path.join(used.folder, "baseline.json")
    is_new = not os.path.exists(target)
    old = {} if is_new else load_baseline(target).counts
    _, outcome, pricing = assess(options, replace(used, baseline=None if is_new else target))
    pricing.catalog.close()
    if not isinstance(outcome, PolicyResult):
        raise click.UsageError("--policies none judges nothing, so there is nothing to note")
    added, gone = keys_of(outcome.findings), outcome.stale_baseline
    new = changed(old, gone if prune else {}, added if update or (is_new and not prune) else {})
    if is_new or new != old:
        write_baseline(target, new)
    verb = "written" if is_new else "changed" if new != old else "as it was"
    click.echo(f"{shown_path(target)} {verb}: {_count(new)}")
    whole = sum(found.state in ("open", "unknown") and found.scope != "resource" for found in outcome.findings)
    if whole:
        click.echo(f"{whole} about a project or the run as a whole left out; `finops-guard waive` can let them off")
    if gone:
        _name("removed" if prune else "found no more (--prune removes it)", gone)
    left = not is_new and added and not update
    if added and not is_new:
        _name("added" if update else "new, not in the baseline (--update adds it)", added)
    return WRONG_INPUT if left and not prune else 0


def _count(keys: Mapping[Key, int]) -> str:
    count = sum(keys.values())
    return f"{count} finding{'' if count == 1 else 's'}"


def _name(what: str, keys: Mapping[Key, int]) -> None:
    for key in sorted(keys)[:MOST_NAMED]:
        times = f" ({keys[key]} times)" if keys[key] > 1 else ""
        click.echo(f"{what}: {key.rule} {key.address}: {key.problem}{times}")
    if len(keys) > MOST_NAMED:
        click.echo(f"{what}: and {len(keys) - MOST_NAMED} more")
