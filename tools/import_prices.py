#!/usr/bin/env python3
"""Write `prices/` from a folder of collected price tables.

    tools/import_prices.py FOLDER [SERVICE ...]

Each module in tools/price_import has `rows(tables)`, which yields prices in the order of trust: of two prices for the same
product and region the first one's source wins. The prices of services that are not named stay as they are.
"""

from __future__ import annotations

import argparse
import fcntl
import sys
from datetime import date
from importlib import import_module
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from price_import.tables import Draft, Tables  # noqa: E402

from finops_guard.pricebook import facts  # noqa: E402

PRICES = ROOT / "prices"
NOT_SERVICES = {"__init__", "tables", "machines", "pages", "published"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("service", nargs="*", help="only these services")
    args = parser.parse_args()
    with (ROOT / "tools" / "import_prices.py").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two runs at once would lose each other's sources
        run(args.folder, args.service)
    return 0


def run(folder: Path, services: list[str]) -> None:
    """Import the named services, or all."""
    modules = sorted(path.stem for path in (ROOT / "tools" / "price_import").glob("*.py"))
    tables = Tables(folder)
    sources = facts.read_sources(PRICES) if (PRICES / "sources.csv").is_file() else {}
    for name in services or [name for name in modules if name not in NOT_SERVICES]:
        module = import_module(f"price_import.{name}")
        rows, new_sources = to_rows(module.rows(tables))
        sources |= new_sources
        files: dict[str, list[facts.PriceRow]] = {}
        for row in rows:
            files.setdefault(file_of(module, name, row.product), []).append(row)
        for file, part in files.items():
            print(f"{file}: {facts.write_prices(PRICES / file, part)} prices")
    import_module("price_import.machines").write(tables, PRICES / "machines")
    used = {row[-1] for path in facts.price_files(PRICES) for row in facts.read_prices(path)}
    facts.write_sources(PRICES, [source for name, source in sources.items() if name in used])


def file_of(module: ModuleType, name: str, product: str) -> str:
    """The file of a product below `prices/`: one for each AWS service, unless the module says otherwise."""
    own = getattr(module, "file_of", None)
    return str(own(product)) if own else f"aws/{name}.csv"


def to_rows(drafts: object) -> tuple[list[facts.PriceRow], dict[str, facts.Source]]:
    """The rows of the most trusted source of each product and region, and those sources."""
    winner: dict[tuple[str, str], str] = {}
    rows: dict[tuple[str, str, object], facts.PriceRow] = {}
    sources: dict[str, facts.Source] = {}
    for item in drafts:  # type: ignore[attr-defined]
        assert isinstance(item, Draft)
        name = facts.source_id(item.kind, item.as_of, item.source)
        if winner.setdefault((item.product, item.region), name) != name:
            continue
        sources[name] = facts.Source(name, item.kind, date.fromisoformat(item.as_of), item.source)
        rows.setdefault(
            (item.product, item.region, item.start),
            facts.PriceRow(item.product, item.region, item.start, item.usd, item.unit, name),
        )
    return list(rows.values()), sources


if __name__ == "__main__":
    sys.exit(main())
