"""Places beside a Region that have prices of their own: Local Zones and Wavelength Zones."""

from __future__ import annotations

import re

LOCAL = re.compile(r"^([a-z]{2}(?:-[a-z]+)+-\d-[a-z]{3}-\d+)[a-z]$")  # us-west-2-lax-1a
WAVELENGTH = re.compile(r"^([a-z]{2}(?:-[a-z]+)+-\d-wl\d+)-([a-z]{3})-wlz-(\d+)$")  # us-east-1-wl1-bos-wlz-1


def local_zone(availability_zone: str | None) -> str | None:
    """The price book's name of a Local or Wavelength Zone (us-west-2-lax-1, us-east-1-wl1-bos1), else None."""
    zone = availability_zone or ""
    local = LOCAL.match(zone)
    wavelength = WAVELENGTH.match(zone)
    if wavelength:
        return f"{wavelength[1]}-{wavelength[2]}{wavelength[3]}"
    return local[1] if local else None
