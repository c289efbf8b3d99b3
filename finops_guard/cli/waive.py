"""`finops-guard waive`: write one waiver; a review of the change that adds it is the approval."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import click

SHORTEST_REASON = 10


def _day(context: click.Context, parameter: click.Parameter, value: str) -> date:
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a day such as 2027-03-31") from None


def _today(context: click.Context, parameter: click.Parameter, value: str | None) -> date:
    return date.today() if value is None else _day(context, parameter, value)


def _text(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and (not value.strip() or not value.isprintable()):
        raise click.BadParameter("this should be one line of text")
    return value.strip() if value is not None else None


def _reason(context: click.Context, parameter: click.Parameter, value: str) -> str:
    text = _text(context, parameter, value) or ""
    if len(text) < SHORTEST_REASON:
        raise click.BadParameter(f"say in {SHORTEST_REASON} characters or more why this is right for now")
    return text


def _amount(context: click.Context, parameter: click.Parameter, value: str | None) -> Decimal | None:
    if value is None:
        return None
    try:
        amount = Decimal(value.replace(",", "").removeprefix("$"))
    except InvalidOperation:
        raise click.BadParameter(f"{value!r} is not an amount in USD a month") from None
    if not amount.is_finite() or amount < 0:
        raise click.BadParameter("it should be 0 or more")
    return amount


@click.command("waive")
@click.argument("rule")
@click.option("--resource", metavar="GLOB", callback=_text, help="Addresses, with * and ?. Without it: see below.")
@click.option("--until", metavar="DAY", required=True, callback=_day, help="The last day on which it holds.")
@click.option("--reason", required=True, callback=_reason, help="Why this is right for now.")
@click.option("--owner", callback=_text, help="Who answers for it; default: the e-mail address in git's settings.")
@click.option("--max-amount", metavar="USD", callback=_amount, help="USD/month at stake up to which it holds.")
@click.option("--project", metavar="GLOB", callback=_text, help="Names of projects; default: every project.")
@click.option("--ticket", callback=_text, help="A reference, such as FIN-212.")
@click.option("--file", metavar="FILE", help="Default: the configured file, else .finops-guard/waivers.yaml.")
@click.option("--as-of", metavar="DAY", callback=_today, help="The day that counts as today.")
@click.option("--policies", multiple=True, metavar="DIR|pack:NAME", help="Where the rule is; default: as for check.")
@click.option("--config", metavar="FILE|none", help="Configuration instead of the nearest .finops-guard.yaml.")
def waive_command(
    rule: str,
    resource: str | None,
    until: date,
    reason: str,
    owner: str | None,
    max_amount: Decimal | None,
    project: str | None,
    ticket: str | None,
    file: str | None,
    as_of: date,
    policies: tuple[str, ...],
    config: str | None,
) -> int:
    """Add a waiver for RULE to waivers.yaml, after what is there.

    Without --resource it is for what the rule finds about a project or the run as a whole, such as an increase of cost
    or a budget. The file keeps its comments, and no waiver in it is ever changed.
    """
    from finops_guard.check import Options, rules_of, settings
    from finops_guard.policy.shape import nearest
    from finops_guard.policy.waivers import add_waiver, shown_path

    if until < as_of:
        raise click.BadParameter(f"{until} is over; name the last day on which the waiver holds")
    used = settings(Options((), config, policies or None))
    known = {one.id: one for one in rules_of(used).rules}
    if rule not in known:
        near = nearest(rule, known)
        raise click.BadParameter(f"there is no rule {rule}" + (f"; did you mean {near}?" if near else ""))
    if known[rule].scope == "resource" and resource is None:
        raise click.UsageError(f"{rule} judges resources: say which with --resource ADDRESS")
    if known[rule].scope != "resource" and resource is not None:
        raise click.UsageError(f"{rule} judges a {known[rule].scope} as a whole: leave out --resource")
    target = file or used.waivers or os.path.join(used.folder, "waivers.yaml")
    entry = {
        "rule": rule,
        "resource": resource,
        "project": project,
        "reason": reason,
        "owner": owner or _git_user(),
        "expires": until,
        "max_amount": max_amount,
        "ticket": ticket,
    }
    waiver = add_waiver(shown_path(target), {name: value for name, value in entry.items() if value is not None})
    click.echo(f"{waiver.span}: {waiver} holds until {waiver.expires}")
    return 0


def _git_user() -> str:
    """The e-mail address that git would sign with."""
    git = shutil.which("git")
    if git is not None:
        command = [git, "config", "user.email"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)  # noqa: S603 - fixed
        address = done.stdout.strip()
        if done.returncode == 0 and address and address.isprintable():
            return address
    raise click.UsageError("say with --owner who answers for it")
