"""The exit codes that other programs rely on (docs/report.md)."""

from __future__ import annotations

from typing import Any

ALLOWED = 0
BLOCKED = 1
WRONG_INPUT = 2
APPROVAL_REQUIRED = 3
OUR_BUG = 5
INTERRUPTED = 130

RANK = {"allow": 0, "warn": 1, "require_approval": 2, "block": 3, "never": 4}


def of_report(report: dict[str, Any], fail_on: str = "require_approval", fail_on_unpriced: int | None = None) -> int:
    """0 allowed, 1 blocked, 3 approval required; `fail_on` moves the bar, `fail_on_unpriced` blocks what has no price."""
    totals = report["totals"]
    if (
        fail_on_unpriced is not None
        and totals["unpriced"] + totals["unsupported"] + totals["partly_priced"] > fail_on_unpriced
    ):
        return BLOCKED
    action = report["verdict"]["action"]
    if RANK[action] < RANK[fail_on]:
        return ALLOWED
    return {"require_approval": APPROVAL_REQUIRED, "block": BLOCKED, "warn": BLOCKED}.get(action, ALLOWED)
