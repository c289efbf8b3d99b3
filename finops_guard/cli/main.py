"""The entry point. Commands are imported when they are used, so that `--version` is quick."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
import traceback

import click

from finops_guard import __version__
from finops_guard.exit_codes import INTERRUPTED, OUR_BUG, WRONG_INPUT

COMMANDS = {
    "check": ("check:check_command", "Price one or more plans and judge them by policies (the default command)."),
    "price": ("price:price_command", "Look prices up in the price book."),
    "catalog": ("catalog:catalog_group", "The price book: info, verify, build, update, diff."),
    "policy": ("policy:policy_group", "Rules: test, lint, list, explain, new."),
    "waive": ("waive:waive_command", "Write a waiver: let resources off from a rule until a day, for a reason."),
    "baseline": ("baseline:baseline_command", "Note what is found today, so that only what is new counts."),
    "review": ("review:review_command", "The review pack of a project: actual against expected, KPIs, risks, funding."),
    "usage": ("usage:usage_group", "Usage files: write one with the keys that your resources take."),
    "schema": ("schema:schema_command", "Print a published JSON Schema."),
}


class LazyGroup(click.Group):
    """Knows its commands by name, imports one when it is run, and runs `check` when the first word is none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(f"finops_guard.cli.{module}"), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {"--version", "--help", "-h"}
        if args and args[0] not in COMMANDS and args[0] not in own:
            args = ["check", *args]
        return super().parse_args(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True)
@click.version_option(__version__, prog_name="finops-guard")
def cli() -> None:
    """What an infrastructure change will cost, and which cost rules it breaks, before it is merged.

    `finops-guard plan.json` is `finops-guard check plan.json`.
    """


def main() -> None:
    """Run the command line; every way to end has its exit code, and none is a traceback for the user's mistake.

    A run is short and keeps what it makes until its end: collecting and tearing down would only cost time.
    """
    gc.disable()
    code = run()
    with contextlib.suppress(OSError, ValueError):  # the reader of a pipe may have gone
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def run() -> int:
    """Run and return the exit code."""
    try:
        result = cli.main(standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as done:
        return int(done.exit_code)
    except click.ClickException as problem:
        problem.show()
        return WRONG_INPUT
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # the reader went away (`| head`): nothing is left to say
        return 0
    except Exception as problem:
        return _failed(problem)


def _failed(problem: Exception) -> int:
    """A user's problem in one message, or a bug of ours with its traceback."""
    from finops_guard.errors import FinopsGuardError

    if isinstance(problem, FinopsGuardError):
        click.echo(str(problem), err=True)
        return problem.exit_code
    if isinstance(problem, MemoryError):
        click.echo("error: out of memory", err=True)
        return WRONG_INPUT
    traceback.print_exc()
    click.echo("This is a bug in finops-guard. Please report it with the lines above.", err=True)
    return OUR_BUG
