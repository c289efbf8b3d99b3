"""AWS Direct Connect: port hours, and data from a Region to a location. Unit prices of published estimates and quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from price_import.published import tight_rows
from price_import.tables import Draft, Tables, estimated, quoted

TRANSFER = re.compile(r"Outbound data transfer \(from (?P<region>[a-z0-9-]+), to (?P<location>\w+)\)")


def rows(tables: Tables) -> Iterator[Draft]:
    """Published estimates, then quotes. Data is priced in the Region that it leaves."""
    for row, attributes, usage in tight_rows(tables, "aws_dx_connection"):
        if row["component_text"] == "DX connection":
            kind = usage.get("dx_connection_type", "dedicated")
            product = f"aws/directconnect/{kind}/{attributes['bandwidth'].lower()}"
            yield estimated(row, product, "hours")
        elif found := TRANSFER.fullmatch(row["component_text"]):
            product = f"aws/directconnect/data-out/{found['location'].lower()}"
            yield replace(estimated(row, product, "GB"), region=found["region"])
    yield from quoted("aws/directconnect/")
