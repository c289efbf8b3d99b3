"""Where a resource is: region and provider, in the order that is printed with the answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from finops_guard.inputs.interface import ReadOptions
from finops_guard.inputs.terraform_plan.configuration import Configuration, as_dict, as_list

ZONE = re.compile(r"^([a-z]{2}(?:-[a-z]+)+-\d+)(?:[a-z]|-[a-z0-9-]+[a-z])$")
# Provider names differ from the prefix of their resource types only for these.
PREFIXES = {"google-beta": "google", "azurestack": "azurerm"}


def provider_of(provider_name: Any, resource_type: str) -> str:
    """ "aws" from a short ("aws") or full name (any registry's host), else from the type's prefix."""
    if isinstance(provider_name, str) and provider_name:
        name = provider_name.rpartition("/")[2].split(".")[0]
        return PREFIXES.get(name, name)
    return resource_type.split("_", 1)[0]


@dataclass
class Places:
    """Finds regions; each provider block is read once."""

    configuration: Configuration
    options: ReadOptions
    siblings: dict[str, str] = field(default_factory=dict)  # provider key -> region of a resource that states one
    assumed: set[str] = field(default_factory=set)
    _blocks: dict[tuple[str, str], tuple[str | None, str]] = field(default_factory=dict)
    _tags: dict[str, dict[str, Any]] = field(default_factory=dict)

    def region(
        self, provider: str, key: str | None, values: Mapping[str, Any], other: Mapping[str, Any]
    ) -> tuple[str | None, str]:
        """The region and which rule gave it: resource, arn, zone, provider, sibling, flag or assumed default."""
        for side in (values, other):
            own = _own_region(provider, side)
            if own:
                return own
        block_key = key or provider
        place = (provider, block_key)
        if place not in self._blocks:
            self._blocks[place] = self._block_region(provider, block_key)
        return self._blocks[place]

    def _block_region(self, provider: str, key: str) -> tuple[str | None, str]:
        block, certain = self.configuration.provider(key)
        if block is not None:
            path = tuple(
                part for part in str(block.get("module_address") or "").split(".") if part and part != "module"
            )
            expressions = as_dict(block.get("expressions"))
            for name in ("region", "zone", "location"):
                value = self.configuration.value(expressions.get(name), tuple(f"module.{part}" for part in path))
                if isinstance(value, str) and value:
                    region = _from_zone(value) or value
                    return (
                        region,
                        "provider" if certain else "provider of the same name (the one handed in is not stated)",
                    )
        if key in self.siblings:
            return self.siblings[key], "another resource of the same provider"
        if self.options.region and provider == "aws":
            return self.options.region, self.options.region_origin
        default = self.options.defaults.get(provider)
        if default:
            self.assumed.add(f"{provider} in {default}")
        return default, "assumed" if default else "not stated"

    def default_tags(self, provider: str, key: str | None) -> dict[str, Any]:
        """The provider's default_tags (AWS) or default_labels (Google); a value that cannot be known is an Unknown."""
        block_key = key or provider
        if block_key not in self._tags:
            self._tags[block_key] = self._read_default_tags(block_key)
        return self._tags[block_key]

    def _read_default_tags(self, key: str) -> dict[str, Any]:
        block, _ = self.configuration.provider(key)
        expressions = as_dict(as_dict(block).get("expressions"))
        blocks = as_list(expressions.get("default_tags"))
        sources = [as_dict(item).get("tags") for item in blocks] + [expressions.get("default_labels")]
        tags: dict[str, Any] = {}
        for source in sources:
            value = self.configuration.value(source)
            if isinstance(value, dict):
                tags |= value
        return tags


def _own_region(provider: str, values: Mapping[str, Any]) -> tuple[str, str] | None:
    """A region that the resource itself states."""
    for name in ("region", "location") if provider != "aws" else ("region",):
        value = values.get(name)
        if isinstance(value, str) and value:
            region = value if provider == "aws" else value.lower().replace(" ", "")
            return (_from_zone(region) if provider == "google" else None) or region, "resource"
    stated_zone = values.get("availability_zone")
    arn = values.get("arn")
    if isinstance(arn, str) and arn.startswith("arn:"):
        parts = arn.split(":")
        if len(parts) > 4 and parts[3]:
            return parts[3], "arn"
    zone = stated_zone if isinstance(stated_zone, str) else values.get("zone")
    found = _from_zone(zone) if isinstance(zone, str) else None
    return (found, "zone") if found else None


def _from_zone(value: str) -> str | None:
    """eu-west-1a -> eu-west-1, us-west-2-lax-1a -> us-west-2, europe-west1-b -> europe-west1."""
    match = ZONE.match(value)
    if match:
        return match[1]
    google = re.fullmatch(r"([a-z]+-[a-z]+\d+)-[a-z]", value)
    return google[1] if google else None
