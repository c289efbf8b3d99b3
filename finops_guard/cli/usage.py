"""`finops-guard usage`: usage files."""

from __future__ import annotations

import os

import click


@click.group("usage")
def usage_group() -> None:
    """Usage files: the quantities that code does not state."""


@usage_group.command("init")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("-o", "--output", metavar="FILE", help="Write to this file instead of standard output.")
@click.option("--force", is_flag=True, help="Overwrite the file if it exists.")
@click.option("--usage", metavar="FILE", help="Keep the values of this usage file; by default of the configured one.")
@click.option("--config", metavar="FILE|none", help="Configuration instead of the nearest .finops-guard.yaml.")
@click.option("--region", help="The region where the input names none.")
@click.option("--allow-errored", is_flag=True, help="Read a plan that Terraform marked as errored.")
def init(
    paths: tuple[str, ...],
    output: str | None,
    force: bool,
    usage: str | None,
    config: str | None,
    region: str | None,
    allow_errored: bool,
) -> int:
    """Write a usage file with a commented line for every key that the resources of PATH... take.

    Values that a usage file states already are kept; its comments are not.
    """
    from finops_guard.check import Options, usage_file

    text = usage_file(Options(paths, config, usage=usage, region=region, allow_errored=allow_errored))
    if output is None:
        click.echo(text, nl=False)
    else:
        _write(output, text, force)
        click.echo(f"wrote {output}", err=True)
    return 0


def _write(path: str, text: str, force: bool) -> None:
    """Write the file; one that exists is left alone unless `force`."""
    from finops_guard.errors import ConfigError

    flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | (os.O_TRUNC if force else os.O_EXCL)
    try:
        with open(os.open(path, flags, 0o644), "wb") as target:
            target.write(text.encode("utf-8", "replace"))
    except FileExistsError:
        hint = "--force overwrites it; --usage FILE keeps the values of a file"
        raise ConfigError(f"{path} exists already", hint=hint) from None
    except OSError as problem:
        raise ConfigError(f"{path}: cannot be written: {problem.strerror}") from None
