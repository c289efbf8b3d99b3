"""The pipeline: read, price, judge, report. It reads like the picture in docs/architecture.md."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from finops_guard import environment
from finops_guard.config import Config, load_config, load_local_prices
from finops_guard.errors import ConfigError, UsageError
from finops_guard.inputs import llm_usage, usage_resources
from finops_guard.inputs.detect import read
from finops_guard.inputs.interface import ReadOptions
from finops_guard.model import Diagnostic, Environment, Estimate, Project, Span
from finops_guard.pricing.catalog import Catalog, open_catalog
from finops_guard.pricing.commitments import Commitment, ending, in_force, read_commitments
from finops_guard.pricing.estimate import Pricing, estimate
from finops_guard.pricing.facts import Facts
from finops_guard.pricing.usage import UsageFile, load_usage
from finops_guard.report import NO_POLICIES, CatalogInfo, PolicyOutcome, RunInfo, build_report

if TYPE_CHECKING:
    from finops_guard.policy.rule import RuleSet
    from finops_guard.policy.settle import Inline, Reliefs

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for on the command line; None leaves it to the configuration."""

    paths: Sequence[str]
    config: str | None = None  # a file, or "none"
    policies: str | Sequence[str] | None = None  # directories, or "none"
    usage: str | None = None
    region: str | None = None
    environment: str | None = None
    as_of: date | None = None
    strict_usage: bool | None = None
    allow_errored: bool = False
    actuals: str | None = None  # a snapshot of actual spend
    project: str | None = None  # a project file
    source: str | None = None  # the Terraform code of plans, for suppressions in it
    inline_waivers: bool = True  # False: no suppression in code is honoured
    overrides: dict[str, Any] = field(default_factory=dict)  # further configuration keys given as flags
    usage_profile: str | None = None


def check(options: Options, config: Config | None = None) -> dict[str, Any]:
    """Check the inputs and return the report document (report.json). Raises FinopsGuardError for what the user can mend."""
    config = config or settings(options)
    estimated, outcome, pricing = assess(options, config)
    catalog = pricing.catalog
    run = _run([one.project for one in estimated.projects], estimated, config, pricing)
    report = build_report(estimated, outcome, run, _catalog_info(catalog, config, estimated.as_of))
    catalog.close()
    return report


def assess(options: Options, config: Config) -> tuple[Estimate, PolicyOutcome, Pricing]:
    """What the inputs cost and what the rules say of it, before it becomes a report; and what it was priced with, still open."""
    projects = _read_all(options, config)
    _, pricing = _pricing(options, config)
    projects += _declared_by_usage(config, pricing.usage)
    estimated = estimate(projects, pricing)
    _refuse_unused_usage(estimated, config)
    ends = ending(_commitments(config), estimated.as_of)
    estimated = replace(estimated, diagnostics=(*estimated.diagnostics, *ends))
    return estimated, _judge(estimated, pricing, options, config), pricing


def settings(options: Options) -> Config:
    """The configuration with the flags put over it."""
    config = load_config(options.config)
    flags = {
        name: value
        for name in ("usage", "usage_profile", "region", "environment", "strict_usage", "actuals", "project")
        if (value := getattr(options, name)) is not None
    }
    if options.policies is not None:
        names = [options.policies] if isinstance(options.policies, str) else list(options.policies)
        flags["policies"] = () if names == ["none"] else tuple(names)
    return replace(config, **flags, **options.overrides)


def usage_file(options: Options) -> str:
    """The text of a usage file with every key that the resources of the inputs take, and the values that are known already.

    Raises FinopsGuardError for what the user can mend.
    """
    from finops_guard.pricing.usage_keys import usage_keys
    from finops_guard.pricing.usage_template import usage_template

    config = settings(options)
    projects = _read_all(options, config)
    catalog, pricing = _pricing(options, config)
    projects += _declared_by_usage(config, pricing.usage)
    resources = [change.after for project in projects for change in project.changes if change.after is not None]
    text = usage_template(pricing.usage, usage_keys(resources, pricing.usage, pricing.facts))
    catalog.close()
    return text


def _read_all(options: Options, config: Config) -> list[Project]:
    """Each path is a project; two of the same name are told apart by a number."""
    if list(options.paths).count("-") > 1:
        raise ConfigError("standard input can be read only once", hint="name `-` only once")
    projects: list[Project] = []
    names: dict[str, int] = {}
    for path in options.paths:
        project = read(path, _read_options(path, options, config))
        names[project.name] = names.get(project.name, 0) + 1
        if names[project.name] > 1:
            project = replace(project, name=f"{project.name} ({names[project.name]})")
        projects.append(project)
    return projects


def _read_options(path: str, options: Options, config: Config) -> ReadOptions:
    stated = config.environment_of(path)
    origin = "flag" if options.environment else "configuration"
    return ReadOptions(
        region=config.region,
        region_origin="flag" if options.region else "configuration",
        environment=Environment(environment.canonical(stated), origin) if stated else None,
        max_bytes=config.max_input_mb * MEBIBYTE,
        allow_errored=options.allow_errored,
    )


def _pricing(options: Options, config: Config) -> tuple[Catalog, Pricing]:
    fixed, products = load_local_prices(config.prices)
    catalog = open_catalog(config.catalog, products)
    facts = Facts(options.as_of or date.today(), catalog, config.free_tier)
    usage = load_usage(config.usage, config.usage_profile)
    commitments = in_force(_commitments(config), facts.as_of)
    return catalog, Pricing(catalog, facts, usage, config.discounts, fixed, commitments)


def _commitments(config: Config) -> tuple[Commitment, ...]:
    return read_commitments(config.commitments, Span(config.file) if config.file else None)


def _declared_by_usage(config: Config, usage: UsageFile) -> list[Project]:
    """The project of what the usage file declares and no code holds, if any."""
    if config.usage is None:
        return []
    project = usage_resources.read(config.usage, usage.exact, usage.span, llm_usage.changes(usage.document))
    return [project] if project else []


def _refuse_unused_usage(estimated: Estimate, config: Config) -> None:
    """With strict_usage, a usage value that nothing takes is an error, not a warning."""
    if config.strict_usage and estimated.diagnostics:
        first = estimated.diagnostics[0]
        more = len(estimated.diagnostics) - 1
        raise UsageError(first.message, first.span, f"and {more} more like it" if more else None)


def _judge(estimated: Estimate, pricing: Pricing, options: Options, config: Config) -> PolicyOutcome:
    """What the rules say, if any are to be asked; and how the project stands, if there is a project file."""
    if config.policies == () and config.project is None:
        return NO_POLICIES
    from finops_guard.policy.evaluate import evaluate
    from finops_guard.policy.load_project import load_actuals, load_project
    from finops_guard.policy.rule import RuleSet
    from finops_guard.pricing.alternatives import Alternatives

    rules = RuleSet() if config.policies == () else rules_of(config)
    spend = load_actuals(config.actuals, config.actuals_max_age_days) if config.actuals else None
    file = load_project(config.project) if config.project else None
    reliefs, notes = _reliefs(estimated, rules.waiver_files, options, config)
    result = evaluate(estimated, rules, pricing.facts, Alternatives(pricing), spend, reliefs, file)
    return replace(result, diagnostics=(*notes, *result.diagnostics))


def rules_of(config: Config) -> RuleSet:
    """The rules of the configured directories, else of a usual place, else of the shipped starter pack."""
    from finops_guard.policy.load import has_rules, load_rules, starter_rules

    places = config.policies or [place for place in config.rule_places if has_rules(place)][:1]
    more = [config.overrides] if config.overrides else []
    return load_rules(places, None, more) if places else starter_rules(None, more, config.rule_places)


def _reliefs(
    estimated: Estimate, waivers: Sequence[str], options: Options, config: Config
) -> tuple[Reliefs, Sequence[Diagnostic]]:
    """What lets findings off: waivers, the baseline, and suppressions in the code that is read or named."""
    from finops_guard.policy.settle import Reliefs
    from finops_guard.policy.waivers import load_baseline, load_waivers, read_skips

    resources = (change.resource for one in estimated.projects for change in one.project.changes)
    skips, notes = read_skips((resource.span.file for resource in resources if resource.span), options.source)
    files = [*waivers, *([config.waivers] if config.waivers else [])]
    baseline = {"baseline": load_baseline(config.baseline)} if config.baseline else {}
    return Reliefs(load_waivers(files), skips=skips, inline=_inline(options, config), **baseline), notes


def _inline(options: Options, config: Config) -> Inline:
    """Which suppressions in code count. In CI, whoever changes the code must not let off what blocks the change."""
    stated = config.inline_waivers
    if not options.inline_waivers or stated is False:
        return "none"
    if stated is None:
        return "non-block" if os.environ.get("CI", "").lower() in ("1", "true", "yes") else "all"
    return "all" if stated is True else "non-block"


def _run(projects: list[Project], estimated: Estimate, config: Config, pricing: Pricing) -> RunInfo:
    digests = [project.digest for project in projects]
    combined = digests[0] if len(digests) == 1 else f"sha256:{hashlib.sha256(''.join(digests).encode()).hexdigest()}"
    return RunInfo(
        as_of=estimated.as_of,
        head=None,
        base=None,
        input_digest=combined,
        free_tier=config.free_tier,
        commitments=tuple(commitment.assumption for commitment in pricing.commitments),
    )


def _catalog_info(catalog: Catalog, config: Config, as_of: date) -> CatalogInfo:
    age = (as_of - catalog.as_of).days
    return CatalogInfo(
        as_of=catalog.as_of,
        oldest_used=catalog.oldest_used,
        age_days=age,
        digest=catalog.digest,
        max_age_days=config.catalog_max_age_days,
        stale=age > config.catalog_max_age_days,
        overlay=catalog.overlay,
    )
