"""The configuration: `.finops-guard.yaml`, found upward to the git root; FINOPS_GUARD_* in the environment; flags win."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from finops_guard.errors import ConfigError
from finops_guard.files.schema import check_schema
from finops_guard.files.text import Document, load_yaml

FILE = ".finops-guard.yaml"
FOLDER = ".finops-guard"
ENVIRONMENT_PREFIX = "FINOPS_GUARD_"
BY_ENVIRONMENT = ("policies", "waivers", "baseline", "overrides", "inline_waivers", "usage", "usage_profile", "actuals",
                  "actuals_max_age_days", "project", "region", "environment",
                  "prices", "catalog", "catalog_max_age_days", "free_tier", "fail_on", "fail_on_unpriced", "strict_usage",
                  "max_input_mb")  # fmt: skip
YES_OR_NO = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
USUAL_FILES = {"usage": "usage.yaml", "prices": "prices.local.yaml", "waivers": "waivers.yaml",
               "baseline": "baseline.json", "overrides": "overrides.yaml", "project": "project.yaml"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of a run; paths are as the user wrote them, relative to the file that states them."""

    policies: tuple[str, ...] | None = None  # None: the first of `rule_places` that holds rules; (): none
    rule_places: tuple[str, ...] = ()
    folder: str = FOLDER  # .finops-guard beside the configuration, or here
    waivers: str | None = None
    baseline: str | None = None
    overrides: str | None = None
    inline_waivers: bool | str | None = None  # None: all of them, in CI none of rules that block
    usage: str | None = None
    actuals: str | None = None  # a snapshot of actual spend
    actuals_max_age_days: int = 7
    project: str | None = None  # the project file
    usage_profile: str | None = None  # a shipped profile, below the usage file
    region: str | None = None
    environment: str | None = None
    environments: Mapping[str, str] = field(default_factory=dict)
    discounts: Mapping[str, Decimal] = field(default_factory=dict)
    commitments: tuple[Mapping[str, Any], ...] = ()  # as they stand in the file
    prices: str | None = None
    catalog: str | None = None
    catalog_max_age_days: int = 180
    free_tier: str = "none"
    fail_on: str = "require_approval"
    fail_on_unpriced: int | None = None
    strict_usage: bool = False
    max_input_mb: int = 512
    file: str | None = None

    def environment_of(self, path: str) -> str | None:
        """The environment that the configuration states for an input, or None."""
        if self.environment:
            return self.environment
        return next((name for pattern, name in self.environments.items() if fnmatchcase(path, pattern)), None)


def load_config(path: str | None = None, start: Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """The configuration from `path` ("none": no file), else the nearest file above `start`; then the environment.

    Raises ConfigError with file and line.
    """
    config = Config()
    root = start or Path.cwd()
    if path is None:
        found = find_upward(FILE, root)
        path = str(found) if found else "none"
    if path != "none":
        document = load_yaml(path, ConfigError)
        if document.value is not None:
            check_schema(document, "config", ConfigError)
        config = _from_document(document, config)
        root = Path(path).parent
    config = _from_environment(os.environ if environ is None else environ, config)
    return _usual_files(config, root)


def find_upward(name: str, start: Path) -> Path | None:
    """The nearest file of that name in `start` or above, up to the root of the git repository."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / name).is_file():
            return folder / name
        if (folder / ".git").exists():
            return None
    return None


def _from_document(document: Document, config: Config) -> Config:
    values = dict(document.value or {})
    values.pop("version", None)
    base = Path(document.name).parent
    for name in ("usage", "prices", "catalog", "waivers", "baseline", "overrides", "actuals", "project"):
        if name in values:
            values[name] = str(base / values[name])
    if "policies" in values:
        values["policies"] = _directories(values["policies"], base)
    if "discounts" in values:
        values["discounts"] = {name: Decimal(percent) for name, percent in values["discounts"].items()}
    if "commitments" in values:
        values["commitments"] = tuple(values["commitments"])
    return replace(config, file=document.name, **values)


def _directories(value: Any, base: Path) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else list(value)
    return () if names == ["none"] else tuple(str(base / name) for name in names)


def _from_environment(environ: Mapping[str, str], config: Config) -> Config:
    kinds = {item.name: item.type for item in fields(Config)}
    changes: dict[str, Any] = {}
    for name in BY_ENVIRONMENT:
        text = environ.get(f"{ENVIRONMENT_PREFIX}{name.upper()}")
        if not text:
            continue
        if name == "policies":
            changes[name] = _directories(text.split(os.pathsep), Path())
        elif name == "inline_waivers":
            changes[name] = YES_OR_NO.get(text.lower(), text)
        elif "int" in str(kinds[name]):
            changes[name] = _whole_number(name, text)
        elif "bool" in str(kinds[name]):
            changes[name] = text.lower() in ("1", "true", "yes")
        else:
            changes[name] = text
    config = replace(config, **changes)
    if config.fail_on not in ("warn", "require_approval", "block", "never"):
        raise ConfigError(f"fail_on is {config.fail_on!r}", hint="one of warn, require_approval, block, never")
    if config.inline_waivers not in (None, True, False, "non-block"):
        raise ConfigError(f"inline_waivers is {config.inline_waivers!r}", hint="one of true, false, non-block")
    if config.free_tier not in ("none", "per_resource"):
        raise ConfigError(f"free_tier is {config.free_tier!r}", hint="one of none, per_resource")
    return config


def _whole_number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ConfigError(f"{ENVIRONMENT_PREFIX}{name.upper()} should be a whole number, not {text!r}") from None


def _usual_files(config: Config, root: Path) -> Config:
    """Fill in the files of `.finops-guard/` that exist, and where rules are looked for."""
    folder = root / FOLDER
    usual: dict[str, Any] = {}
    for name, file in USUAL_FILES.items():
        if getattr(config, name) is None and (folder / file).is_file():
            usual[name] = str(folder / file)
    return replace(config, folder=str(folder), rule_places=(str(folder / "policies"), str(root / "policies")), **usual)


def load_local_prices(path: str | None) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """The user's own prices: ({type or address pattern: USD/month}, {product key or key@region: USD/unit})."""
    if path is None:
        return {}, {}
    document = load_yaml(path, ConfigError)
    check_schema(document, "prices-local", ConfigError)
    resources = document.value.get("resources") or {}
    fixed = {pattern: Decimal(entry["monthly_cost"]) for pattern, entry in resources.items()}
    products = {key: Decimal(price) for key, price in (document.value.get("products") or {}).items()}
    return fixed, products
