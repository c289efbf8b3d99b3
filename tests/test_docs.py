"""The README and the pages in docs/ say what is so: their console blocks are run, and their YAML and JSON blocks are read.

A console block holds commands after `$ ` and what they print; a line `…` stands for any lines. `--update` writes the
output anew where a block has no `…`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)#:]+)(?:#[^)]*)?\)")


def blocks(kind: str) -> list[object]:
    return [
        pytest.param(
            page, match[2], id=f"{page.relative_to(ROOT)}:{page.read_text()[: match.start()].count(chr(10)) + 1}"
        )
        for page in PAGES
        for match in BLOCK.finditer(page.read_text(encoding="utf-8"))
        if match[1] == kind
    ]


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples, alone in a folder: what a console block is run in."""
    folder = tmp_path_factory.mktemp("docs")
    shutil.copytree(ROOT / "examples", folder / "examples")
    return folder


def printed(command: str, folder: Path) -> str:
    """What a command prints, both streams, as a reader of the page would see it."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "160",
    }
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout.rstrip("\n")


@pytest.mark.parametrize(("page", "block"), blocks("console"))
def test_console_block(page: Path, block: str, workspace: Path, request: pytest.FixtureRequest) -> None:
    expected, actual = [], []
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        expected.append(f"$ {command}\n{output}".rstrip("\n"))
        actual.append(f"$ {command}\n{printed(command, workspace)}".rstrip("\n"))
    if request.config.getoption("--update") and "…" not in block:
        text = page.read_text(encoding="utf-8")
        page.write_text(text.replace(block, "\n".join(actual) + "\n"), encoding="utf-8")
        return
    for wanted, found in zip(expected, actual, strict=True):
        pattern = ".*".join(re.escape(piece) for piece in re.split(r"^…$", wanted, flags=re.MULTILINE))
        assert re.fullmatch(pattern, found, re.DOTALL), found


@pytest.mark.parametrize(("page", "block"), blocks("yaml"))
def test_yaml_block(page: Path, block: str) -> None:
    yaml.safe_load(block)


@pytest.mark.parametrize(("page", "block"), blocks("json"))
def test_json_block(page: Path, block: str) -> None:
    json.loads(block)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
