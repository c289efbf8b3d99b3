"""The report: everything that any format prints, as one plain document (docs/report.md, schemas/report.json)."""

from __future__ import annotations

from finops_guard.report.build import build_report
from finops_guard.report.interface import NO_POLICIES, CatalogInfo, PolicyOutcome, RunInfo

__all__ = ["NO_POLICIES", "CatalogInfo", "PolicyOutcome", "RunInfo", "build_report"]
