"""What every format is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Render(Protocol):
    """A pure function from the report document to text: no clock, no files, no environment, nothing printed.

    All text in the report that comes from the input is untrusted: each format escapes it for its own reader.
    """

    def __call__(self, report: Mapping[str, Any], **options: Any) -> str: ...
