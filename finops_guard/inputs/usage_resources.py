"""Resources that no code holds and that the usage file declares: data transfer between Regions and to the internet,
and use of language models (`llm_usage`).

They form a project of their own, named after the usage file. There is no base to compare with, so no delta: the file says
how much there is, not how much more.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from finops_guard.errors import UsageError
from finops_guard.model import DECLARED_IN_USAGE, USAGE_FILE, Change, Environment, Project, Resource, Span

# Type -> provider of the pseudo resources that `resource_usage` may declare, as users of the leading peer write them.
DECLARED_TYPES = {"aws_data_transfer": "aws"}
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d+(-[a-z]{3}-\d+[a-z]?)?")

SpanOf = Callable[[str], Span | None]


def read(
    path: str, resource_usage: Mapping[str, Mapping[str, Any]], span: SpanOf, more: Iterable[Change] = ()
) -> Project | None:
    """The project of what a usage file declares; None when it declares nothing. `span` tells where an address stands.

    `more` are resources that other sections of the file declare (`llm_usage`).

    Raises UsageError when an entry does not say which Region it is about.
    """
    changes = (*_declared(resource_usage, span), *more)
    if not changes:
        return None
    digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    return Project(
        Path(path).name, USAGE_FILE, path, changes, Environment(None, "not stated"), f"sha256:{digest}", False
    )


def _declared(resource_usage: Mapping[str, Mapping[str, Any]], span: SpanOf) -> Iterator[Change]:
    for address, values in resource_usage.items():
        kind, _, name = address.partition(".")
        if kind in DECLARED_TYPES:
            resource = _resource(address, kind, _region(address, name, values, span), span(address))
            yield Change(address, "declared", None, resource, DECLARED_IN_USAGE)


def _region(address: str, name: str, values: Mapping[str, Any], span: SpanOf) -> str:
    """The key `region`, else the name of the entry when that is a Region."""
    stated = values.get("region") or name
    if not isinstance(stated, str) or not REGION.fullmatch(stated):
        raise UsageError(f"{address} does not say which Region it is about", span(address), "add `region: us-east-1`")
    return stated


def _resource(address: str, kind: str, region: str, span: Span | None) -> Resource:
    return Resource(
        address, kind, kind, DECLARED_TYPES[kind], region, "usage file", attributes={"region": region}, span=span
    )
