"""`finops-guard check`: flags, then one call."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import date, datetime

import click

from finops_guard.exit_codes import of_report


def _format(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> list[tuple[str, str | None]]:
    """`--format json=out.json` as (name, file)."""
    from finops_guard.formats import NAMES

    chosen = []
    for value in values:
        name, _, file = value.partition("=")
        if name not in NAMES:
            raise click.BadParameter(f"{name!r} is none of {', '.join(NAMES)}")
        chosen.append((name, file or None))
    if sum(file is None for _, file in chosen) > 1:
        raise click.BadParameter("only one format can go to standard output; give the others a file: json=report.json")
    return chosen


def _day(context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a day such as 2026-11-20") from None


@click.command("check")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--policies", multiple=True, metavar="DIR|none", help="Directories of rules instead of the configured ones."
)
@click.option("--usage", metavar="FILE", help="Usage file: quantities that the code does not state.")
@click.option("--actuals", metavar="FILE", help="Snapshot of actual spend, for budgets that count it.")
@click.option("--project", metavar="FILE", help="Project file instead of .finops-guard/project.yaml.")
@click.option("--usage-profile", metavar="NAME", help="Assume usage: small, medium, large or ml-inference.")
@click.option(
    "--strict-usage", is_flag=True, default=None, help="A usage key or address that nothing takes is an error."
)
@click.option("--source", metavar="DIR", help="The Terraform code of the plans, for suppressions in it.")
@click.option("--no-inline-waivers", is_flag=True, help="Honour no suppression that stands in the code.")
@click.option("--config", metavar="FILE|none", help="Configuration instead of the nearest .finops-guard.yaml.")
@click.option("--region", help="The region where the input names none.")
@click.option("--environment", help="The environment of everything that is checked.")
@click.option(
    "--as-of", callback=_day, metavar="DAY", help="The day to price for (support fees depend on it); default: today."
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    callback=_format,
    metavar="F[=FILE]",
    help="table, json or markdown; may be given several times.",
)
@click.option("--all", "show_all", is_flag=True, help="Show the cost components of every resource in the table.")
@click.option(
    "--fail-on",
    type=click.Choice(["warn", "require_approval", "block", "never"]),
    help="The action from which the exit code is not 0.",
)
@click.option(
    "--fail-on-unpriced",
    is_flag=False,
    flag_value=0,
    type=int,
    default=None,
    metavar="[N]",
    help="Fail when more than N resources are not fully priced.",
)
@click.option("--soft-fail", is_flag=True, help="Exit 0 whatever the verdict.")
@click.option("--allow-errored", is_flag=True, help="Read a plan that Terraform marked as errored.")
def check_command(
    paths: tuple[str, ...],
    policies: tuple[str, ...],
    usage: str | None,
    actuals: str | None,
    project: str | None,
    usage_profile: str | None,
    strict_usage: bool | None,
    config: str | None,
    region: str | None,
    environment: str | None,
    as_of: date | None,
    formats: list[tuple[str, str | None]],
    show_all: bool,
    fail_on: str | None,
    fail_on_unpriced: int | None,
    soft_fail: bool,
    allow_errored: bool,
    source: str | None,
    no_inline_waivers: bool,
) -> int:
    """Price plans and states (JSON of `terraform show -json`; `-` reads standard input) and judge them by policies.

    Exit code: 0 allowed, 1 blocked, 2 wrong input, 3 approval required.
    """
    from finops_guard.check import Options, check, settings

    options = Options(
        paths, config, policies or None, usage, region, environment, as_of, strict_usage, allow_errored, actuals,
        project, source, not no_inline_waivers, usage_profile=usage_profile,
    )  # fmt: skip
    config_used = settings(options)
    report = check(options, config_used)
    for name, file in formats or [("table", None)]:
        _write(name, file, report, show_all)
    if soft_fail:
        return 0
    unpriced = config_used.fail_on_unpriced if fail_on_unpriced is None else fail_on_unpriced
    return of_report(report, fail_on or config_used.fail_on, unpriced)


def _write(name: str, file: str | None, report: dict[str, object], show_all: bool) -> None:
    """Render to a file, or to standard output; only a terminal gets colour."""
    from finops_guard.errors import ConfigError
    from finops_guard.formats import render

    if file is not None:
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
            with open(os.open(file, flags, 0o644), "wb") as target:
                target.write(_bytes(render(name, report)))
        except OSError as problem:
            raise ConfigError(f"{file}: cannot be written: {problem.strerror}") from None
        return
    options = {}
    if name == "table":
        terminal = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        options = {"terminal": terminal, "show_all": show_all}
        if terminal:
            options["width"] = shutil.get_terminal_size().columns
    sys.stdout.flush()
    sys.stdout.buffer.write(_bytes(render(name, report, **options)))
    sys.stdout.flush()


def _bytes(text: str) -> bytes:
    """UTF-8 whatever the locale is, with a line end; what cannot be encoded (half a surrogate pair) becomes `?`."""
    return (text if text.endswith("\n") else f"{text}\n").encode("utf-8", "replace")
