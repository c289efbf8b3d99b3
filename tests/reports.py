"""Estimates and reports made by hand, for tests of the report and its formats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from finops_guard.model import (
    Action,
    Change,
    CostComponent,
    Diagnostic,
    Environment,
    Estimate,
    EstimatedChange,
    Finding,
    PolicyAction,
    Project,
    ProjectEstimate,
    Quantity,
    Resource,
    ResourceEstimate,
    Span,
    Status,
)
from finops_guard.report import NO_POLICIES, CatalogInfo, PolicyOutcome, RunInfo, build_report

TODAY = date(2026, 11, 20)
NOWHERE = Environment(None, "not stated")
PRODUCTION = Environment("production", "tag")
RUN = RunInfo(TODAY, head="9f31c2e0a7", base="origin/main", input_digest="sha256:6c1e")
FRESH = CatalogInfo(date(2026, 11, 1), date(2025, 4, 24), 19, "sha256:77aa", 90, stale=False)
OLD = CatalogInfo(date(2026, 6, 1), None, 172, "sha256:77aa", 90, stale=True)


@dataclass(frozen=True)
class Outcome:
    """What policies said, for tests."""

    findings: tuple[Finding, ...] = ()
    rules: int = 6
    passed: int = 2
    not_evaluated: tuple[Mapping[str, Any], ...] = ()
    budgets: tuple[Mapping[str, Any], ...] = ()
    approvals: tuple[Mapping[str, Any], ...] = ()
    verdict: PolicyAction = "allow"
    project_verdicts: Mapping[str, PolicyAction] = field(default_factory=dict)
    source: str = "dir"
    ref: str | None = "main"
    digest: str | None = "sha256:0123456789abcdef"
    changed_in_this_change: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()
    review: Mapping[str, Any] | None = None


def resource(
    address: str, attributes: Mapping[str, Any] | None = None, *, line: int | None = None, **more: Any
) -> Resource:
    """One side of a resource in us-east-1; the modules and the type are read off the address."""
    parts = address.split("[")[0].split(".")
    modules = tuple(f"module.{parts[index + 1]}" for index, part in enumerate(parts[:-2]) if part == "module")
    kind = parts[-2]
    values: dict[str, Any] = {
        "provider": kind.split("_")[0],
        "region": "us-east-1",
        "region_origin": "provider",
        "attributes": attributes or {},
        "tags": {},
        "span": Span("main.tf", line) if line else None,
        "module_path": modules,
    }
    return Resource(address, kind, kind, **(values | more))


def part(
    name: str, quantity: Quantity | str | None, price: str | None, unit: str = "hours", **more: Any
) -> CostComponent:
    """A priced line; without a quantity or a price it has no figure."""
    amount = quantity if isinstance(quantity, Quantity) else Quantity(None if quantity is None else Decimal(quantity))
    unit_price = None if price is None else Decimal(price)
    value = amount.value
    cost = None if value is None or unit_price is None else value * unit_price
    values: dict[str, Any] = {
        "product": f"aws/test/{name.lower().replace(' ', '-')}",
        "region": "us-east-1",
        "unit_price": unit_price,
        "list_price": unit_price,
        "monthly_cost": cost,
        "low": cost if amount.low is None or unit_price is None else amount.low * unit_price,
        "high": cost if amount.high is None or unit_price is None else amount.high * unit_price,
        "list_cost": cost,
        "price_kind": "list" if unit_price is not None else None,
        "as_of": date(2026, 7, 20) if unit_price is not None else None,
        "source": "price list" if unit_price is not None else None,
        "reason": amount.reason,
    }
    return CostComponent(name, unit, quantity=amount, **(values | more))


def side(*parts: CostComponent, status: Status | None = None, reason: str | None = None) -> ResourceEstimate:
    """What a side costs: sums and status from its lines, as pricing makes them."""
    known = [line for line in parts if line.monthly_cost is not None and not line.one_time]
    if not known:
        return ResourceEstimate(status or "unpriced", reason, parts)
    missing = [line for line in parts if line.monthly_cost is None]
    sums = [
        sum((getattr(line, name) or Decimal(0) for line in known), Decimal(0))
        for name in ("monthly_cost", "low", "high", "list_cost")
    ]
    return ResourceEstimate(status or ("partly_priced" if missing else "priced"), reason, parts, *sums)


def changed(
    action: Action,
    before: tuple[Resource, ResourceEstimate] | None,
    after: tuple[Resource, ResourceEstimate] | None,
    note: str | None = None,
) -> EstimatedChange:
    """A change with the cost of its sides."""
    standing = after or before
    assert standing is not None
    change = Change(standing[0].address, action, before[0] if before else None, after[0] if after else None, note)
    return EstimatedChange(change, before[1] if before else None, after[1] if after else None)


def project(name: str, changes: Sequence[EstimatedChange], *, has_base: bool = True, **more: Any) -> ProjectEstimate:
    """A priced plan."""
    values: dict[str, Any] = {
        "kind": "terraform_plan",
        "path": f"{name}/plan.json",
        "environment": NOWHERE,
        "digest": "sha256:6c1e",
    }
    return ProjectEstimate(
        Project(name, changes=tuple(c.change for c in changes), has_base=has_base, **(values | more)), tuple(changes)
    )


def report(
    *projects: ProjectEstimate,
    policies: PolicyOutcome = NO_POLICIES,
    run: RunInfo = RUN,
    catalog: CatalogInfo = FRESH,
    diagnostics: tuple[Diagnostic, ...] = (),
) -> dict[str, Any]:
    """The report document, as of a version that does not move."""
    document = build_report(Estimate(projects, TODAY, diagnostics), policies, run, catalog)
    document["tool"]["version"] = "1.2.3"
    return document


def of_usage(value: str, source: str = "usage.yaml:12", **more: Any) -> Quantity:
    """A quantity from a usage file."""
    return Quantity(Decimal(value), "usage", source=source, **more)


def missing(key: str) -> Quantity:
    """A quantity that the usage file lacks."""
    return Quantity(None, "usage", reason=f"depends on usage: set {key}", needs_usage=True)


def blocked() -> dict[str, Any]:
    """Two plans with every action, every status and every kind of finding."""
    return report(
        _training(), _edge(), policies=_strict(), diagnostics=(Diagnostic("usage for aws_x.y matches no resource"),)
    )


def no_base() -> dict[str, Any]:
    """A state, an old price book, no policies: nothing to compare with and nothing judged."""
    server = resource("aws_instance.web", {"instance_type": "m5.xlarge"})
    bucket = resource("aws_s3_bucket.logs")
    group = resource("module.app.module.api.aws_autoscaling_group.api", {"desired_capacity": 3})
    size = Quantity(Decimal(2190), low=Decimal(730), high=Decimal(7300))
    changes = [
        changed("declared", None, (server, side(part("Instance usage (Linux, m5.xlarge)", "730", "0.192")))),
        changed(
            "declared",
            None,
            (
                bucket,
                side(
                    part("Storage", missing("storage_gb"), "0.023", "GB"),
                    status="usage_dependent",
                    reason="depends on usage: set storage_gb",
                ),
            ),
        ),
        changed("declared", None, (group, side(part("Instance usage (Linux, t3.medium)", size, "0.0416")))),
    ]
    state = project("legacy", changes, has_base=False, kind="terraform_state", path="legacy.tfstate.json")
    return report(state, run=RunInfo(TODAY, None, None, "sha256:6c1e"), catalog=OLD)


def nothing() -> dict[str, Any]:
    """A plan without resources, and policies that found nothing."""
    return report(project("empty", []), policies=Outcome(passed=6, ref=None))


SCENARIOS = {"blocked": blocked, "no_base": no_base, "nothing": nothing}


def _training() -> ProjectEstimate:
    trainer = resource(
        "module.gpu.aws_instance.trainer[0]", {"instance_type": "p5.48xlarge"}, line=41, tags={"team": "recsys"}
    )
    instance = part("Instance usage (Linux, on-demand, p5.48xlarge)", "730", "98.32")
    disk = part("Storage (general purpose SSD, gp2)", "100", "0.1", "GB", path=("root_block_device",))
    small, large = (
        resource("aws_instance.web", {"instance_type": name, "ami": "ami-1"}, line=7)
        for name in ("m5.large", "m5.xlarge")
    )
    notebook = resource("aws_sagemaker_notebook_instance.scratch", {"instance_type": "ml.t3.medium"})
    volume = resource("aws_ebs_volume.scratch", {"type": "gp2", "size": 4000}, line=57)
    log_group = resource("aws_cloudwatch_log_group.training", line=90)
    endpoint = resource("aws_sagemaker_endpoint.ranker", line=101)
    cache = resource("aws_quantum_cache.one")
    role = resource("aws_iam_role.node")
    database = resource("aws_db_instance.main", {"instance_class": "db.m5.large"}, environment=PRODUCTION)
    same = side(part("Database instance (db.m5.large)", "730", "0.171"))
    web = [
        side(part(f"Instance usage (Linux, {name})", "730", price))
        for name, price in (("m5.large", "0.096"), ("m5.xlarge", "0.192"))
    ]
    logs = side(
        part("Data ingested", of_usage("60", low=Decimal(20), high=Decimal(200)), "0.5", "GB"),
        part("Data scanned", missing("monthly_data_scanned_gb"), "0.005", "GB"),
        reason="depends on usage: set monthly_data_scanned_gb",
    )
    unknown = "instance type known only after apply (var.endpoint_type)"
    return project(
        "ml/training",
        [
            changed("create", None, (trainer, side(instance, disk))),
            changed("update", (small, web[0]), (large, web[1])),
            changed("delete", (notebook, side(part("Notebook instance", "730", "0.05", price_kind="derived"))), None),
            changed("create", None, (volume, side(part("Storage (general purpose SSD, gp2)", "4000", "0.1", "GB")))),
            changed("create", None, (log_group, logs)),
            changed(
                "create", None, (endpoint, side(part("Endpoint", Quantity(None, reason=unknown), None), reason=unknown))
            ),
            changed("create", None, (cache, ResourceEstimate("unsupported", "no price model for aws_quantum_cache"))),
            changed("create", None, (role, ResourceEstimate("free", "IAM is free of charge"))),
            changed("no-op", (database, same), (database, same)),
        ],
        environment=PRODUCTION,
        tool_version="1.9.2",
        diagnostics=(Diagnostic("no region is stated: prices of us-east-1 are assumed", span=Span("plan.json")),),
    )


def _edge() -> ProjectEstimate:
    gateway = resource("module.network.aws_nat_gateway.b", line=12)
    hours, data = (
        part("NAT gateway", "730", "0.045"),
        part("Data processed", of_usage("7874", "usage.yaml:3"), "0.045", "GB"),
    )
    old, new = (
        resource("module.network.aws_lb.front", {"load_balancer_type": kind}, line=30)
        for kind in ("classic", "network")
    )
    requests = part(
        "Requests",
        Quantity(Decimal(1_000_000), "assumed", assumption="one million requests", source="default"),
        "0.0000002",
        "requests",
    )
    return project(
        "net/edge",
        [
            changed("delete", (gateway, side(hours, data)), None),
            changed(
                "replace",
                (old, side(part("Load balancer", "730", "0.025"))),
                (new, side(part("Load balancer", "730", "0.0225"), requests)),
                "moved from aws_lb.old",
            ),
        ],
    )


def _strict() -> Outcome:
    common: dict[str, Any] = {
        "severity": "critical",
        "scope": "resource",
        "project": "ml/training",
        "references": ("https://finops.example/gpu",),
    }
    trainer = {
        "address": "module.gpu.aws_instance.trainer[0]",
        "span": Span("main.tf", 41),
        "money": Decimal("71783.60"),
    }
    tags: dict[str, Any] = {
        "severity": "medium",
        "scope": "resource",
        "project": "ml/training",
        "remediation": "Add them, or set `default_tags`.",
        "passes_when": "tag cost-center is set",
    }
    waiver = {"reason": "launch load test", "owner": "ada", "expires": "2026-12-20"}
    findings = (
        Finding(
            "FG-GPU-001",
            "gpu-classes",
            action="block",
            message="module.gpu.aws_instance.trainer[0] is a `p5.48xlarge`",
            remediation="Use a `g6.12xlarge`.",
            passes_when="instance_type is not p5.*",
            **common,
            **trainer,
        ),
        Finding(
            "FG-BUD-003",
            "budgets",
            "high",
            "require_approval",
            "run",
            "ml-training reaches 104.9 % of its budget",
            money=Decimal("94500"),
            remediation="Ask the owner.",
        ),
        Finding(
            "FG-TAG-001",
            "required-tags",
            action="warn",
            message="module.gpu.aws_instance.trainer[0]: missing tag cost-center",
            **tags,
            **trainer,
        ),
        Finding(
            "FG-TAG-001",
            "required-tags",
            action="warn",
            message="aws_ebs_volume.scratch: missing tag cost-center",
            address="aws_ebs_volume.scratch",
            span=Span("main.tf", 57),
            money=Decimal(400),
            **tags,
        ),
        Finding(
            "FG-GPU-001",
            "gpu-classes",
            action="warn",
            message="aws_sagemaker_endpoint.ranker: cannot say whether this breaks gpu-classes",
            address="aws_sagemaker_endpoint.ranker",
            state="unknown",
            **common,
        ),
        Finding(
            "FG-EBS-002",
            "gp2",
            "low",
            "warn",
            "resource",
            "gp2 where gp3 costs less",
            "ml/training",
            "aws_ebs_volume.scratch",
            state="waived",
            waiver=waiver,
        ),
    )
    budget = {
        "name": "ml-training",
        "limit": Decimal(90000),
        "measure": "estimate",
        "used": Decimal("94410"),
        "percent": Decimal("104.9"),
        "thresholds": [Decimal(75), Decimal(90), Decimal(100)],
        "owner": "recsys",
        "actuals_as_of": None,
    }
    unknown = budget | {"name": "edge", "measure": "actual_plus_delta", "used": None, "percent": None, "owner": None}
    ada = {"name": "Ada", "role": "team_lead", "logins": {"github": "ada"}, "authority": Decimal(100000)}
    council = {"name": "Eve", "role": "finance", "logins": {"github": "eve"}, "authority": None, "council": True}
    approval = {
        "rule": "FG-BUD-003",
        "amount": Decimal("72000.5"),
        "cost_center": "ml",
        "chain": [ada],
        "needed": 1,
        "given": [],
        "insufficient": False,
    }
    return Outcome(
        findings,
        not_evaluated=({"id": "FG-CST-001", "reason": "no base"},),
        budgets=(budget, unknown),
        approvals=(approval, approval | {"rule": "FG-CST-009", "insufficient": True, "chain": [ada, council]}),
        verdict="block",
        project_verdicts={"ml/training": "block", "net/edge": "allow"},
        changed_in_this_change=True,
    )
