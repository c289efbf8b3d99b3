"""TEMPORARY (lead): replaced by the report helper's report.py."""
from __future__ import annotations
from dataclasses import dataclass, field
from typing import Any
STATUSES=("priced", "partly_priced", "usage_dependent", "unpriced", "free", "unsupported")
@dataclass
class PolicyOutcome:
    findings: tuple = (); passed: int = 0; rules: int = 0; not_evaluated: list = field(default_factory=list); budgets: list = field(default_factory=list); approvals: list = field(default_factory=list); verdict: str = "allow"; project_verdicts: dict = field(default_factory=dict); source: str = "none"; ref: Any = None; digest: Any = None; changed_in_this_change: bool = False
NO_POLICIES = PolicyOutcome()
@dataclass
class RunInfo:
    as_of: Any; head: Any; base: Any; input_digest: str
@dataclass
class CatalogInfo:
    as_of: Any; oldest_used: Any; age_days: int; digest: str; max_age_days: int; stale: bool
def side(e):
    if e is None: return None
    return {"monthly_cost": e.monthly_cost, "min": e.low, "max": e.high, "list_cost": e.list_cost, "components": [
        {"name": c.name, "path": list(c.path), "unit": c.unit, "quantity": c.quantity.value, "unit_price": c.unit_price, "monthly_cost": c.monthly_cost, "quantity_basis": c.quantity.basis, "price_kind": c.price_kind, "product": c.product, "as_of": str(c.as_of), "source": c.source, "reason": c.reason} for c in e.components]}
def build_report(estimate, outcome, run, catalog):
    projects=[]; tot={s:0 for s in STATUSES}; n=0
    for p in estimate.projects:
        rs=[]
        for c in p.changes:
            r=c.change.resource; n+=1; tot[c.current.status]+=1
            rs.append({"address": r.address, "type": r.type, "region": r.region, "region_origin": r.region_origin, "action": c.change.action, "status": c.current.status, "reason": c.current.reason, "before": side(c.before), "after": side(c.after)})
        projects.append({"name": p.project.name, "resources": rs})
    after=sum(r["after"]["monthly_cost"] or 0 for p in projects for r in p["resources"] if r["after"])
    return {"totals": {"after": after, "resources": n, **tot, "delta": None}, "projects": projects, "findings": [], "policies": {"not_evaluated": []}, "verdict": {"action": outcome.verdict}}
