"""What every reader gets and gives: read(path, options) -> Project."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from finops_guard.files.text import MAX_JSON_BYTES
from finops_guard.model import Environment, Project

DEFAULT_REGIONS = {"aws": "us-east-1", "azurerm": "eastus", "google": "us-central1"}


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user said about an input. `region` is used where the input itself names none."""

    region: str | None = None
    region_origin: str = "flag"
    environment: Environment | None = None  # from the flag or the configuration; wins over tags
    name: str | None = None
    max_bytes: int = MAX_JSON_BYTES
    allow_errored: bool = False
    defaults: dict[str, str] = field(default_factory=lambda: dict(DEFAULT_REGIONS))


class Reader(Protocol):
    """One kind of input."""

    def __call__(self, path: str, data: bytes, options: ReadOptions) -> Project: ...
