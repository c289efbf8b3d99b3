"""A small shipped book, a cache of its own, and a loopback server that can fail in the ways that servers do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result

from finops_guard.pricebook.feeds import origin
from finops_guard.pricing import catalog

SOURCES = "source,kind,as_of,text\nold,relayed,2026-01-01,an older list\nrule,derived,2026-01-01,a rule\n"
BOOK = """product,region,from,usd,unit,source
aws/ec2/instance/m5.large/linux/shared,eu-west-1,0,0.107,hours,old
aws/ec2/instance/m5.large/linux/shared,us-east-1,0,0.096,hours,old
aws/ec2/instance/m5.xlarge/linux/shared,us-east-1,0,0.192,hours,rule
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with three prices, and an empty cache."""
    root = tmp_path / "home"
    (root / "prices" / "aws").mkdir(parents=True)
    (root / "prices" / "sources.csv").write_text(SOURCES)
    (root / "prices" / "aws" / "ec2.csv").write_text(BOOK)
    monkeypatch.setattr(catalog, "PACKAGE", root / "finops_guard")
    monkeypatch.setenv("XDG_CACHE_HOME", str(root / "cache"))
    monkeypatch.delenv("FINOPS_GUARD_OVERLAY", raising=False)
    monkeypatch.setattr(origin.time, "sleep", lambda seconds: None)
    return root


@pytest.fixture
def run(home: Path) -> Callable[..., Result]:
    """Runs `finops-guard catalog ...` and raises what it raises."""

    def invoke(*args: object) -> Result:
        from finops_guard.cli.catalog import catalog_group

        result = CliRunner().invoke(catalog_group, [str(arg) for arg in args], standalone_mode=False)
        if result.exception is not None:
            raise result.exception
        return result

    return invoke


class Server:
    """Serves a folder. `faults` maps a path to a list of what its next answers are; then it is served as it should be.

    A fault: a status code; "cut" (the connection ends half-way); "html"; "sum" (a checksum that does not fit);
    "norange" (the whole file whatever was asked for); a URL (a redirect).
    """

    def __init__(self, root: Path) -> None:
        self.root, self.faults, self.asked = root, {}, []  # type: ignore[var-annotated]
        self.etag = '"v1"'
        self.answer: Callable[[str], bytes | None] = lambda path: None
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def ranges(self) -> list[str]:
        return [headers["Range"] for _, headers in self.asked if "Range" in headers]

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def _handler(server: Any) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: object) -> None:
                pass

            def do_GET(self) -> None:
                server.asked.append((self.path, dict(self.headers.items())))
                path = urlsplit(self.path).path
                faults = server.faults.get(path, [])
                fault = faults.pop(0) if faults else None
                body = server.answer(self.path)
                if body is None:
                    file = server.root / path.lstrip("/")
                    body = file.read_bytes() if file.is_file() else None
                if str(fault).startswith("http"):
                    self.send_response(302)
                    self.send_header("Location", str(fault) + self.path)
                    self.end_headers()
                    return
                if isinstance(fault, int) or body is None:
                    self.send_error(fault if isinstance(fault, int) else 404)
                    return
                self._send(b"<html>sign in</html>" if fault == "html" else body, fault)

            def _send(self, body: bytes, fault: object) -> None:
                asked, start = self.headers.get("Range"), 0
                same = self.headers.get("If-Range") == server.etag
                if asked and same and fault != "norange":
                    start = int(asked.removeprefix("bytes=").rstrip("-"))
                    if start >= len(body):
                        self.send_error(416)
                        return
                    self.send_response(206)
                    self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
                else:
                    self.send_response(200)
                self.send_header("ETag", server.etag)
                self.send_header("Content-Length", str(len(body) - start))
                if fault == "sum":
                    self.send_header("x-amz-checksum-sha256", "AAAA")
                self.end_headers()
                data = body[start:]
                self.wfile.write(data[: len(data) // 2] if fault == "cut" else data)

        return Handler


@pytest.fixture
def serve() -> Iterator[Callable[[Path], Server]]:
    """Starts servers on the loopback."""
    servers: list[Server] = []

    def start(root: Path) -> Server:
        servers.append(Server(root))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
