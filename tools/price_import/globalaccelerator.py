"""AWS Global Accelerator: accelerator hours, and the premium on data by where it comes from and goes to."""

from __future__ import annotations

import json
from collections.abc import Iterator

from price_import.published import tight_rows
from price_import.tables import Draft, Tables, estimated, quoted

AREAS = {  # as the published estimates call the places of the users -> usage key
    "US, Mexico, Canada": "us",
    "Europe": "europe",
    "South Africa, Kenya": "south-africa",
    "South America": "south-america",
    "South Korea": "south-korea",
    "Middle East": "middle-east",
    "Australia, New Zealand": "australia",
    "Asia Pacific": "asia-pacific",
    "India, Indonesia, Philippines, Thailand": "india",
}
GROUPS = {"eu": "europe", "us": "north-america"}  # by the first letters of the endpoint group's Region


def rows(tables: Tables) -> Iterator[Draft]:
    """A quote for the hours; published estimates for the data."""
    yield from quoted("aws/globalaccelerator/")
    for row, attributes, _ in tight_rows(tables, "aws_globalaccelerator_endpoint_group"):
        path = row["subresource_path"]
        area = AREAS.get(json.loads(path)[0] if path.startswith("[") else path)
        group = GROUPS.get(attributes["endpoint_group_region"].split("-")[0])
        if area and group:
            yield estimated(row, f"aws/globalaccelerator/dt-premium/{group}/{area}", "GB", region="any")
