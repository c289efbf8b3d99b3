"""`finops-guard price`: where a figure comes from."""

from __future__ import annotations

import click

from finops_guard.cli.output import columns
from finops_guard.exit_codes import WRONG_INPUT


@click.command("price")
@click.argument("prefix", required=False)
@click.option("--region", help="Only this region, and prices that are the same everywhere.")
@click.option("--search", metavar="TEXT", help="Words that occur in the product key, instead of a prefix.")
@click.option("--limit", type=click.IntRange(1, 10000), default=50, show_default=True, help="The most rows to print.")
def price_command(prefix: str | None, region: str | None, search: str | None, limit: int) -> int:
    """Look prices up by the beginning of the product key (`aws/ec2/instance/m5.large`) or by words.

    A report names the product key of every line.
    """
    from finops_guard.pricing.catalog import open_catalog
    from finops_guard.pricing.lookup import by_prefix, by_text

    if (prefix is None) == (search is None):
        raise click.UsageError("give the beginning of a product key, or --search TEXT")
    catalog = open_catalog()
    found = (
        by_text(catalog, search, region, limit + 1) if search else by_prefix(catalog, prefix or "", region, limit + 1)
    )
    if not found:
        where = f" in {region}" if region else ""
        click.echo(f"no price for {prefix or search}{where} in the price book of {catalog.as_of}", err=True)
        return WRONG_INPUT
    rows = [
        (
            price.product,
            price.region,
            f"{price.usd} per {_unit(price.unit)}",
            _from(price.start),
            price.kind,
            price.as_of,
        )
        for price in found[:limit]
    ]
    click.echo(columns(("PRODUCT", "REGION", "USD", "FROM", "KIND", "AS OF"), rows))
    if len({price.source for price in found[:limit]}) == 1:
        click.echo(f"source: {found[0].source}")
    if len(found) > limit:
        click.echo("… and more; raise --limit or name a --region", err=True)
    return 0


def _unit(unit: str) -> str:
    return unit[:-1] if unit.endswith("s") and not unit.endswith("ss") else unit


def _from(start: str) -> str:
    return "" if start == "0" else start
