"""AWS Transfer Family: protocol hours and data. Unit prices of published estimates."""

from __future__ import annotations

from collections.abc import Iterator

from price_import.pages import Line
from price_import.published import by_component
from price_import.tables import Draft, Tables

LINES = {
    "SFTP protocol enabled": Line("aws/transfer/protocol/sftp", "hours"),
    "FTPS protocol enabled": Line("aws/transfer/protocol/ftps", "hours"),
    "FTP protocol enabled": Line("aws/transfer/protocol/ftp", "hours"),
    "Data downloaded": Line("aws/transfer/data-downloaded", "GB"),
    "Data uploaded": Line("aws/transfer/data-uploaded", "GB"),
}


def rows(tables: Tables) -> Iterator[Draft]:
    """Published estimates."""
    yield from by_component(tables, "aws_transfer_server", LINES)
