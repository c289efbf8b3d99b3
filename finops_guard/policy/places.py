"""Where rules stand: the files below a directory."""

from __future__ import annotations

import os
from collections.abc import Iterator

from finops_guard.errors import PolicyError

YAML = (".yaml", ".yml")
REGO = ".rego"


def yaml_files(place: str) -> Iterator[str]:
    """The YAML files below a directory, sorted; or the file itself, whatever its name."""
    if not os.path.exists(place):
        raise PolicyError(f"{place}: no such directory of rules")
    for path in _files(place):
        if path.endswith(YAML) or (path == place and not path.endswith(REGO)):
            yield path


def rego_files(place: str) -> Iterator[str]:
    """The *.rego files below a directory, sorted; or the file itself."""
    return (path for path in _files(place) if path.endswith(REGO))


def _files(place: str) -> Iterator[str]:
    """The files below a directory; hidden folders inside it are left out."""
    if os.path.isfile(place):
        yield place
        return
    for folder, folders, names in os.walk(place):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (os.path.join(folder, name) for name in sorted(names))
