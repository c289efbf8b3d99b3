"""AWS Directory Service: hours of controllers and directories. Unit prices of published estimates."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line
from price_import.published import by_component
from price_import.tables import Draft, Tables

HOURS = 730  # the estimates count in months
DIRECTORY = "aws/directory"
LINES = {
    "Directory service (Microsoft AD, Standard)": Line(f"{DIRECTORY}/microsoft-ad/standard", "hours", per=HOURS),
    "Directory service (Microsoft AD, Enterprise)": Line(f"{DIRECTORY}/microsoft-ad/enterprise", "hours", per=HOURS),
    "Directory service (Simple AD, Small)": Line(f"{DIRECTORY}/simple-ad/small", "hours", per=HOURS),
    "Directory service (Simple AD, Large)": Line(f"{DIRECTORY}/simple-ad/large", "hours", per=HOURS),
    "Directory service (AD Connector, Small)": Line(f"{DIRECTORY}/ad-connector/small", "hours", per=HOURS),
}
SHARING = {"Directory sharing": Line(f"{DIRECTORY}/microsoft-ad/standard/shared-account", "hours", per=HOURS)}


def rows(tables: Tables) -> Iterator[Draft]:
    """Published estimates; what an account costs that a directory is shared with depends on the edition."""
    yield from by_component(tables, "aws_directory_service_directory", LINES)
    yield from by_component(tables, "aws_directory_service_directory", SHARING, edition="Standard")
