"""`usage init`: a usage file with a commented line for each key that the resources take, and the values there are already."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from finops_guard.pricing.usage import UsageFile, flat_keys
from finops_guard.pricing.usage_keys import Keys, UsageKey

HEADER = """\
# Usage: the quantities that the code does not state. Uncomment a line and give it a value; quantities are per month.
# A value may be a range: {low: 1000, expected: 5000, high: 20000}.
version: 0.1
"""
INSTANCE = re.compile(r'\[(\d+|"(?:[^"\\]|\\.)*")\]$')  # of `count` or `for_each`, at the end of an address
LONGEST_COMMENT = 110


def usage_template(file: UsageFile, keys: dict[str, Keys]) -> str:
    """The text of a usage file: what `file` says already, and the keys by address that it does not say."""
    given = {**file.wildcards, **file.exact}
    entries: dict[str, Keys] = {address: {} for address in given}
    for address, found in keys.items():
        entries.setdefault(_pattern(address, given, keys), {}).update(found)
    parts = [HEADER]
    parts += _kept("resource_type_default_usage", file.type_defaults)
    parts += _kept("llm_usage", (file.document.value or {}).get("llm_usage") if file.document else None)
    if entries:
        parts.append("resource_usage:\n")
    parts += [
        "".join(f"{line}\n" for line in _entry(pattern, given.get(pattern, {}), found))
        for pattern, found in entries.items()
    ]
    return "".join(parts)


def _pattern(address: str, given: Mapping[str, Any], keys: Mapping[str, Keys]) -> str:
    """`aws_x.y[*]` for one of several instances; the address itself for the only one, and where a value is given for it."""
    start = INSTANCE.sub("", address)
    if address in given or start == address:
        return address
    several = sum(INSTANCE.sub("", other) == start and other != start for other in keys) > 1
    return f"{start}[*]" if several else address


def _kept(section: str, value: Any) -> list[str]:
    return [_yaml({section: value})] if value else []


def _entry(pattern: str, values: Mapping[str, Any], keys: Keys) -> Iterator[str]:
    name = _yaml({pattern: None}).rstrip("\n")
    yield f"  {name.removesuffix(' null')}"
    if values:
        yield from (f"    {line}" for line in _yaml(values).splitlines())
    stated = set(flat_keys(values))
    for key in keys.values():
        if key.name not in stated:
            comment = _comment(key)
            if comment:
                yield f"    # {comment}"
            yield f"    # {key.name}:" if key.default is None else f"    # {key.name}: {key.default:f}"


def _comment(key: UsageKey) -> str:
    """What the key is for, on one line, whatever the names in the code hold."""
    line = "".join(char if char.isprintable() else " " for char in key.line or "")[:LONGEST_COMMENT]
    parts = [" ".join(line.split())] if line else []
    parts += [f"billed in {key.unit}"] if key.unit else []
    parts += ["assumed without a value"] if key.default is not None else []
    return ", ".join(parts)


def _yaml(value: Any) -> str:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes a Decimal as the number it is, and every value in full instead of anchors."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    def number(dumper: yaml.SafeDumper, data: Decimal) -> yaml.ScalarNode:
        text = f"{data:f}"
        return dumper.represent_scalar("tag:yaml.org,2002:float", text if "." in text else f"{text}.0")

    Dumper.add_representer(Decimal, number)
    text: str = yaml.dump(
        value, Dumper=Dumper, default_flow_style=False, sort_keys=False, allow_unicode=True, width=10_000
    )
    return text
