"""`finops-guard review`: a check that ends in the review pack of the project."""

from __future__ import annotations

from datetime import date

import click

from finops_guard.cli.check import _day


@click.command("review")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--project", metavar="FILE", help="Project file instead of .finops-guard/project.yaml.")
@click.option("--actuals", metavar="FILE", help="Snapshot of actual spend.")
@click.option(
    "--policies", multiple=True, metavar="DIR|none", help="Directories of rules instead of the configured ones."
)
@click.option("--usage", metavar="FILE", help="Usage file: quantities that the code does not state.")
@click.option("--config", metavar="FILE|none", help="Configuration instead of the nearest .finops-guard.yaml.")
@click.option("--as-of", callback=_day, metavar="DAY", help="The day to review for; default: today.")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["markdown", "json"]),
    default="markdown",
    show_default=True,
    help="json is the `review` of the report.",
)
def review_command(
    paths: tuple[str, ...],
    project: str | None,
    actuals: str | None,
    policies: tuple[str, ...],
    usage: str | None,
    config: str | None,
    as_of: date | None,
    format_name: str,
) -> int:
    """Print the review pack of the project that PATH... (plans and states) belong to. The whole run is the project.

    It judges as `check` does, but its exit code is 0 whatever the verdict is; 2 when something cannot be read.
    """
    from finops_guard.check import Options, check
    from finops_guard.errors import ConfigError
    from finops_guard.formats import render
    from finops_guard.formats.json_ import dumps

    report = check(
        Options(paths, config, policies or None, usage, as_of=as_of, actuals=actuals, project=project),
    )
    if report["review"] is None:
        raise ConfigError(
            "there is no project file", hint="write .finops-guard/project.yaml, or name one with --project"
        )
    text = render("review", report) if format_name == "markdown" else dumps(report["review"])
    click.echo(text, nl=not text.endswith("\n"))
    return 0
