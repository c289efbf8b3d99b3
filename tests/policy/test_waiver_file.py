"""waivers.yaml: an entry is added as text, nothing else is touched, and what is wrong is said with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from finops_guard.errors import PolicyError
from finops_guard.files.schema import plain, schema
from finops_guard.policy.append import CannotAdd, with_item
from finops_guard.policy.waivers import add_waiver, load_waivers

WRITTEN = """\
# ours
version: 1 # first
waivers:
    # the oldest
    - rule: T-WHE-001 # why
      resource: "a.*"
      reason: |
        Two
        lines.

      owner: ada
      expires: 2027-01-01 # soon
    # the end
"""
ENTRY = {"rule": "T-WHE-001", "resource": "a.b", "reason": "long enough", "owner": "ada", "expires": date(2027, 1, 1)}


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN,
        WRITTEN.rstrip("\n"),
        WRITTEN.replace("\n", "\r\n"),
        WRITTEN.replace("\n    ", "\n"),
        WRITTEN.split("    #")[0],
        WRITTEN.replace("      expires: 2027-01-01 # soon\n", "").replace("      owner", "      expires: 2027-01-01\n      owner"),
        "version: 1\nwaivers: [] # none\n# end\n",
        "version: 1\nwaivers:\n",
        "waivers: []\nversion: 1",
    ],
)  # fmt: skip
def test_writing_keeps_every_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_bytes(text.encode())
    added = add_waiver(str(path), ENTRY)
    after = path.read_bytes().decode()
    kept = iter(after.splitlines())
    for line in text.replace(" []", "").splitlines():  # the empty list alone makes way
        assert line in kept  # looks for it behind the one before
    assert ("\r\n" in after) is ("\r\n" in text)
    assert load_waivers([str(path)])[-1].resource == added.resource == "a.b"
    line = after.splitlines()[(added.span.line if added.span and added.span.line else 0) - 1]
    assert "rule: T-WHE-001" in line


@given(
    reason=st.text(min_size=10, max_size=40).filter(str.isprintable),
    owner=st.text(min_size=1, max_size=20).filter(str.isprintable),
    first=st.sampled_from(["", WRITTEN]),
)
def test_no_text_breaks_out_of_its_place(
    tmp_path_factory: pytest.TempPathFactory, reason: str, owner: str, first: str
) -> None:
    path = tmp_path_factory.mktemp("waivers") / "waivers.yaml"
    if first:
        path.write_text(first, encoding="utf-8")
    add_waiver(str(path), {**ENTRY, "reason": reason, "owner": owner})
    found = load_waivers([str(path)])
    assert (found[-1].reason, found[-1].owner) == (reason, owner)
    assert len(found) == (2 if first else 1)
    Draft202012Validator(schema("waivers")).validate(plain(yaml.safe_load(path.read_text(encoding="utf-8"))))


def test_a_new_file_has_a_modeline(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "waivers.yaml"
    add_waiver(str(path), ENTRY)
    assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "version: 1\nwaivers: [{rule: T-WHE-001, reason: long enough, owner: a, expires: 2027-01-01}]\n",
            "in one line",
        ),
        ("version: 1\nwaiver: []\n", "unknown key"),
        ("version: 2\nwaivers: []\n", "should be 1"),
        ("a: [\n", "not YAML"),
        (WRITTEN.replace("a.*", "a.b"), "is there already, until 2027-01-01"),
    ],
)
def test_a_file_that_cannot_be_added_to_stays_as_it_is(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError, match=message):
        add_waiver(str(path), ENTRY)
    assert path.read_text(encoding="utf-8") == text
    assert [one.name for one in tmp_path.iterdir()] == ["waivers.yaml"]


def test_there_is_no_such_list() -> None:
    with pytest.raises(CannotAdd, match="no list other"):
        with_item("version: 1\n", "other", {"a": "b"})


@pytest.mark.parametrize(
    ("right", "wrong", "message", "line"),
    [
        ("expires: 2027-01-01", "expires: soon", "should be a date", 12),
        ("owner: ada", "ownr: ada", "unknown key", 11),
        ("T-WHE-001", "T-WHE-*", "does not have the right form", 5),
        ('"a.*"', "[a, b]", "should be text", 6),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file(tmp_path: Path, right: str, wrong: str, message: str, line: int) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text(WRITTEN.replace(right, wrong), encoding="utf-8")
    with pytest.raises(PolicyError, match=message) as caught:
        load_waivers([str(path)])
    assert caught.value.span is not None
    assert caught.value.span.line == line


def test_a_file_that_is_named_twice_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text(WRITTEN, encoding="utf-8")
    assert len(load_waivers([str(path), str(tmp_path / "." / "waivers.yaml")])) == 1
