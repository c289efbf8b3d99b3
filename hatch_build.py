"""Build the price book into the wheel: finops_guard/catalog.sqlite from prices/."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PriceBookHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before the wheel is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the catalog; an editable install reads prices/ itself and needs none."""
        root = Path(self.root)
        if version == "editable" or not (root / "prices" / "sources.csv").is_file():
            return
        sys.path.insert(0, str(root))
        from finops_guard.pricebook.build import build

        build(root / "prices", root / "finops_guard" / "catalog.sqlite")

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Leave no built file in the tree: a checkout rebuilds from prices/ whenever they change."""
        (Path(self.root) / "finops_guard" / "catalog.sqlite").unlink(missing_ok=True)
