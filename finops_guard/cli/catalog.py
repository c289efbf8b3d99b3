"""`finops-guard catalog`: the price book itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from finops_guard.cli.catalog_update import diff, update
from finops_guard.cli.output import columns
from finops_guard.exit_codes import WRONG_INPUT


@click.group("catalog")
def catalog_group() -> None:
    """The price book: what is in it, how old it is, whether it is sound."""


@catalog_group.command("info")
def info() -> int:
    """Dates, counts, coverage by service and region, known holes."""
    from finops_guard.pricing import lookup
    from finops_guard.pricing.catalog import open_catalog

    catalog = open_catalog()
    click.echo(f"price book of {catalog.as_of} ({(date.today() - catalog.as_of).days} days old), {catalog.digest}")
    if catalog.overlay:
        click.echo(f"with refreshed prices of {catalog.overlay['as_of']}, {catalog.overlay['digest']}")
    services = lookup.coverage(catalog)
    products, prices = sum(entry.products for entry in services), sum(entry.prices for entry in services)
    click.echo(f"{prices:,} prices of {products:,} products; list prices in USD, without tax and discounts\n")
    rows = [
        (entry.service, f"{entry.products:,}", f"{entry.prices:,}", entry.regions, entry.oldest, entry.newest)
        for entry in services
    ]
    click.echo(columns(("SERVICE", "PRODUCTS", "PRICES", "REGIONS", "OLDEST", "NEWEST"), rows))
    click.echo()
    regions = [(name, f"{count:,}") for name, count in lookup.products_by_region(catalog)]
    click.echo(columns(("REGION", "PRODUCTS"), regions))
    holes = lookup.known_holes()
    if holes:
        click.echo("\nKnown holes (resources that need them are reported as unpriced):")
        click.echo(columns(("WHAT", "WHY"), holes))
    return 0


@catalog_group.command("verify")
def verify() -> int:
    """Check that the price book is sound and was built from its text facts."""
    from finops_guard.pricebook import facts
    from finops_guard.pricing import catalog as catalogs
    from finops_guard.pricing.lookup import problems

    catalog = catalogs.open_catalog()
    found = list(problems(catalog))
    prices = catalogs.PACKAGE.parent / "prices"
    if (prices / "sources.csv").is_file() and facts.digest(prices) != catalog.base_digest:
        found.append("the catalog was not built from the prices in this checkout")
    for problem in found:
        click.echo(problem, err=True)
    if not found:
        click.echo(f"sound: {catalog.digest}")
    return WRONG_INPUT if found else 0


@catalog_group.command("build")
@click.argument("prices", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def build_command(prices: Path, target: Path) -> int:
    """Build a catalog file from a folder of price facts (as `prices/` in the repository)."""
    from finops_guard.pricebook.build import build

    build(prices, target)
    click.echo(f"built {target} ({target.stat().st_size / 1024**2:.1f} MiB)")
    return 0


catalog_group.add_command(update)
catalog_group.add_command(diff)
