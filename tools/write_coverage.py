#!/usr/bin/env python3
"""Write docs/coverage.md from the registry and the free list; `--check` only says whether it is up to date."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from finops_guard.pricing.registry import PRICED, free_types, pricing_function  # noqa: E402

PAGE = ROOT / "docs" / "coverage.md"


def page() -> str:
    """The page as it should be."""
    both = set(PRICED) & set(free_types())
    lines = [
        "# What is priced",
        "",
        "Written by `tools/write_coverage.py` from `finops_guard/pricing/registry.py`; do not edit.",
        "",
        f"{len(PRICED)} types have a pricing function. {len(free_types()) - len(both)} more types cost nothing by themselves,",
        "each for a reason that stands in `finops_guard/data/free_types.csv`. Any other type is reported as",
        "`unsupported` and counted.",
        "",
        "| type | what is charged for |",
        "|---|---|",
    ]
    for _, entries in groupby(PRICED.items(), key=lambda item: item[1].partition(":")[0]):
        lines += [f"| `{kind}` | {_first_sentence(kind)} |" for kind, _ in sorted(entries)]
    return "\n".join(lines) + "\n"


def _first_sentence(kind: str) -> str:
    function = pricing_function(kind)
    text = " ".join(((function.__doc__ if function else "") or "").split("\n\n")[0].split())
    return text.replace("|", "\\|")


def main() -> int:
    if "--check" in sys.argv:
        return int(PAGE.read_text(encoding="utf-8") != page())
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
