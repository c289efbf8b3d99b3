"""Every product key that a pricing function spells out is in the price book, or among the known holes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from finops_guard.pricing.catalog import open_catalog
from finops_guard.pricing.lookup import known_holes

FUNCTIONS = Path(__file__).parent.parent.parent / "finops_guard" / "pricing" / "aws"
LITERAL = re.compile(r'f?"(aws/[a-z0-9/.{}_-]+)"')


def keys() -> list[tuple[str, str]]:
    """(key or its leading part, the module it stands in) of all literals."""
    return sorted(
        {
            (match[1], path.name)
            for path in FUNCTIONS.glob("*.py")
            for match in LITERAL.finditer(path.read_text(encoding="utf-8"))
        }
    )


@pytest.fixture(scope="module")
def products() -> set[str]:
    catalog = open_catalog()
    return {name for (name,) in catalog.connection.execute("SELECT name FROM product")}


@pytest.mark.parametrize(("key", "module"), keys())
def test_key_is_in_the_book(key: str, module: str, products: set[str]) -> None:
    start = key.split("{")[0].rstrip("/")
    holes = [what.split(" ")[0] for what, _ in known_holes()]
    found = any(name == start or name.startswith((f"{start}/", start)) for name in products)
    assert found or any(start.startswith(hole) or hole.startswith(start) for hole in holes), f"{key} in {module}"
