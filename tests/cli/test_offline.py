"""A check runs with the network unplugged: no command opens a socket."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest

from finops_guard.cli.main import run

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "ml-platform"


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", str(EXAMPLE / "plan.json"), "--usage", str(EXAMPLE / "usage.yaml")],
        ["price", "aws/vpc/nat-gateway", "--region", "us-east-1"],
        ["catalog", "info"],
        ["catalog", "verify"],
        ["schema", "report"],
    ],
    ids=lambda arguments: " ".join(arguments[:2] if arguments[0] == "catalog" else arguments[:1]),
)
def test_no_socket_is_opened(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*args: Any, **options: Any) -> NoReturn:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(sys, "argv", ["finops-guard", *arguments])
    assert run() in (0, 1)
    assert capfd.readouterr().out
