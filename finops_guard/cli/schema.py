"""`finops-guard schema`: the published JSON Schemas."""

from __future__ import annotations

import click


@click.command("schema")
@click.argument("name", required=False)
def schema_command(name: str | None) -> int:
    """Print a JSON Schema by name; without a name, list them."""
    from finops_guard.files.schema import SCHEMAS

    names = sorted(path.stem for path in SCHEMAS.glob("*.json"))
    if name is None:
        click.echo("\n".join(names))
        return 0
    if name not in names:
        raise click.BadParameter(f"{name!r} is none of {', '.join(names)}")
    click.echo((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"), nl=False)
    return 0
