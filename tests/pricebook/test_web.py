"""Feeds over HTTP: a loopback server that breaks off, answers something else, or has nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from finops_guard.errors import FeedError
from finops_guard.pricing import catalog
from tests.pricebook.conftest import Server
from tests.pricebook.feeds import ec2, mirror, path_of, sums

Run, Serve = Callable[..., Result], Callable[[Path], Server]
US = ("AmazonEC2", "us-east-1")
FILE = path_of(*US)
M5 = "aws/ec2/instance/m5.large/linux/shared"


@pytest.fixture
def server(home: Path, serve: Serve) -> Server:
    return serve(mirror(home / "m", {US: [ec2("m5.large", "0.1"), *(ec2(f"x{n}.large", "1") for n in range(2000))]}))


def update(run: Run, server: Server, *more: str) -> Result:
    return run("update", "--from", server.url, "--service", "AmazonEC2", *more)


def price(product: str = M5) -> str:
    found = catalog.open_catalog().price(product, "us-east-1")
    return str(found.first.normalize()) if found else "none"


def leftovers(home: Path) -> list[str]:
    files = (home / "cache" / "finops-guard" / "update").rglob("*")
    return [file.name for file in files if file.is_file() and file.name != "lock.sqlite"]


def test_all_is_read_and_nothing_is_left_behind(home: Path, run: Run, server: Server) -> None:
    assert "2,001 prices" in update(run, server).output
    assert price() == "0.1" and leftovers(home) == []


def test_a_transfer_that_breaks_off_goes_on_with_the_rest(home: Path, run: Run, server: Server) -> None:
    server.faults[FILE] = ["cut", 503, "cut"]
    update(run, server)
    size = (home / "m" / FILE.lstrip("/")).stat().st_size
    assert server.ranges() == [
        f"bytes={size // 2}-",
        f"bytes={size // 2}-",
        f"bytes={size - (size - size // 2 + 1) // 2}-",
    ]
    assert price() == "0.1"


def test_another_run_goes_on_with_the_part_on_disk(home: Path, run: Run, server: Server) -> None:
    server.faults[FILE] = ["cut", 503, 503, 503, 503]
    with pytest.raises(FeedError, match="could not be fetched in 5 tries"):
        update(run, server)
    assert price() == "0.096" and leftovers(home)
    server.asked.clear()
    update(run, server)
    assert len(server.ranges()) == 1 and price() == "0.1" and leftovers(home) == []


def test_a_file_that_changed_meanwhile_is_fetched_anew(run: Run, server: Server, home: Path) -> None:
    server.faults[FILE] = ["cut", 503, 503, 503, 503]
    with pytest.raises(FeedError):
        update(run, server)
    mirror(home / "m", {US: [ec2("m5.large", "0.11")]})
    server.etag = '"v2"'
    update(run, server)
    assert price() == "0.11"


def test_a_server_without_ranges_sends_the_whole_file_again(run: Run, server: Server) -> None:
    server.faults[FILE] = ["cut", "norange"]
    update(run, server)
    assert price() == "0.1"


def test_a_checksum_that_does_not_fit_is_tried_again_and_then_an_error(run: Run, server: Server) -> None:
    server.faults[FILE] = ["sum"]
    update(run, server)
    assert price() == "0.1"
    server.faults[FILE] = ["sum"] * 5
    with pytest.raises(FeedError, match="x-amz-checksum-sha256"):
        update(run, server)
    assert price() == "0.1"


def test_sums_of_a_mirror_on_the_web(run: Run, server: Server, home: Path) -> None:
    with pytest.raises(FeedError, match="SHA256SUMS is not there"):
        update(run, server, "--sums")
    sums(home / "m")
    file = home / "m" / FILE.lstrip("/")
    file.write_text(file.read_text().replace("0.1", "0.2"))
    with pytest.raises(FeedError, match="has the checksum"):
        update(run, server, "--sums")
    assert price() == "0.096"


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (404, "is not there"),
        (401, "HTTP 401"),
        ("html", "does not start like a price list"),
    ],
)
def test_what_is_not_there_or_something_else_is_an_error(run: Run, server: Server, fault: object, message: str) -> None:
    server.faults[FILE] = [fault]
    with pytest.raises(FeedError, match=message):
        update(run, server)
    assert price() == "0.096"


def test_an_index_that_is_a_sign_in_page(run: Run, server: Server) -> None:
    server.faults["/offers/v1.0/aws/index.json"] = ["html"]
    with pytest.raises(FeedError, match="is not JSON"):
        update(run, server)


def test_nobody_listens(run: Run, server: Server) -> None:
    server.close()
    with pytest.raises(FeedError, match="could not be fetched"):
        update(run, server)


def test_a_killed_run_leaves_the_old_book_and_the_next_goes_on(home: Path, run: Run, server: Server) -> None:
    """A real process, killed while it waits for the second file."""
    first = "eu-west-1"
    mirror(home / "m", {US: [ec2("m5.large", "0.1")], ("AmazonEC2", first): [ec2("m5.large", "0.12")]})
    command = [sys.executable, "-m", "finops_guard", "catalog", "update", "--from", server.url, "--service", "AmazonEC2",
               "--output", str(home / "o.sqlite"), "--accept", "all"]  # fmt: skip
    waits, killed = threading.Event(), threading.Event()  # not time.sleep, which the fixture makes do nothing

    def answer(path: str) -> bytes | None:
        if path == FILE and not waits.is_set():
            waits.set()
            killed.wait(60)
        return None

    server.answer = answer
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        command, env=os.environ | {"PYTHONPATH": str(root)}, cwd=home, stderr=subprocess.DEVNULL
    ) as process:
        reached = waits.wait(60)
        process.send_signal(signal.SIGKILL)
    killed.set()
    assert reached and not (home / "o.sqlite").exists()
    server.asked.clear()
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(root)}, cwd=home, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert path_of("AmazonEC2", first) not in server.paths() and FILE in server.paths()
    assert (home / "o.sqlite").is_file()


def test_the_region_index_is_followed(run: Run, server: Server) -> None:
    update(run, server, "--region", "us-east-1")
    assert server.paths() == [
        "/offers/v1.0/aws/index.json",
        "/offers/v1.0/aws/AmazonEC2/current/region_index.json",
        FILE,
    ]
    assert json.loads((server.root / "offers/v1.0/aws/index.json").read_text())["offers"]
