"""Suppressions in code: where they stand, what they say, and what looks like one but is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from finops_guard.errors import PolicyError
from finops_guard.model import Span
from finops_guard.policy.scan_hcl import scan_hcl
from finops_guard.policy.scan_yaml import scan_yaml
from finops_guard.policy.suppressions import Block, Suppression, from_metadata, place_of
from finops_guard.policy.waivers import read_skips
from tests.policy.make import resource

SKIP = "finops-guard:skip=FG-TAG-001: the vendor wants it"


def found(scan: object) -> list[tuple[str, str, int]]:
    return [(one.rule, one.block.labels[-1], one.span.line or 0) for one in scan.suppressions]  # type: ignore[attr-defined]


@pytest.mark.parametrize("comment", [f"# {SKIP}", f"#{SKIP}", f"// {SKIP}", f"/* {SKIP} */", f"/*\n  {SKIP}\n  */"])
def test_every_kind_of_comment(comment: str) -> None:
    text = f'resource "aws_instance" "web" {{\n  a = 1\n  {comment}\n}}\n'
    assert [(one.rule, one.reason.removesuffix(" */")) for one in scan_hcl(text, "main.tf").suppressions] == [
        ("FG-TAG-001", "the vendor wants it")
    ]


@pytest.mark.parametrize(
    "hidden",
    [
        f'a = "# {SKIP}"',
        f'a = "\\"# {SKIP}"',
        f'a = "${{f("}}", "# {SKIP}")}}"',
        f'a = "$${{# {SKIP}"',
        f"a = <<EOT\n# {SKIP}\n}}\nEOT",
        f"a = <<-EOT\n  # {SKIP}\n  EOT",
    ],
)
def test_what_is_inside_a_value_is_no_comment(hidden: str) -> None:
    scan = scan_hcl(
        f'resource "aws_instance" "web" {{\n  {hidden}\n}}\nresource "a_b" "c" {{\n # {SKIP}\n}}\n', "main.tf"
    )
    assert [name for _, name, _ in found(scan)] == ["c"]
    assert not scan.diagnostics


def test_the_block_that_it_stands_in() -> None:
    text = f"""
resource "aws_instance" "a" {{
  b {{ c = {{ d = [1] }} }} # {SKIP}
}}
resource aws_instance b {{ # {SKIP}
}}
data "aws_ami" "x" {{
  # {SKIP}
}}
# {SKIP}
"""
    scan = scan_hcl(text, "main.tf")
    assert found(scan) == [("FG-TAG-001", "a", 3), ("FG-TAG-001", "b", 5)]
    assert [entry.span.line for entry in scan.diagnostics if entry.span] == [8, 10]
    assert all("stands in no resource" in entry.message for entry in scan.diagnostics)


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("# finops-guard:skip=FG-TAG-001", "gives no reason"),
        ("# finops-guard:skip=FG-TAG-001:  ", "gives no reason"),
        ("# finops-guard:skip FG-TAG-001: because", "cannot be read"),
        ("# finops-guard: skip=FG-TAG-001: because", "cannot be read"),
        ("# finops-guard:ignore=FG-TAG-001: because", "cannot be read"),
    ],
)
def test_what_is_not_honoured_is_said(comment: str, said: str) -> None:
    scan = scan_hcl(f'resource "a_b" "c" {{\n  {comment}\n}}\n', "main.tf")
    assert not scan.suppressions
    assert said in scan.diagnostics[0].message
    assert scan.diagnostics[0].span == Span("main.tf", 2, 3)


@pytest.mark.parametrize("broken", ['a = "', "a = <<EOT\n", "/* ", "}", "b {"])
def test_a_text_that_cannot_be_followed_suppresses_nothing(broken: str) -> None:
    scan = scan_hcl(f'resource "a_b" "c" {{\n  # {SKIP}\n}}\n{broken}', "main.tf")
    assert not scan.suppressions
    assert "cannot be followed" in scan.diagnostics[0].message


@given(st.text(alphabet='ab"{}$%#/*\\<-\n E', max_size=60))
def test_any_text_ends(text: str) -> None:
    scan_hcl(f"# finops-guard\n{text}", "main.tf")
    scan_yaml(f"# finops-guard\n{text}", "a.yaml")


@given(st.text(alphabet='ab"{}$#/*\\\n ', max_size=30))
def test_no_text_inside_a_string_lets_another_block_off(text: str) -> None:
    quoted = (
        text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("${", "$${").replace("%{", "%%{")
    )
    scan = scan_hcl(f'resource "a_b" "c" {{\n  x = "{quoted}{SKIP}"\n}}\nresource "a_b" "d" {{\n}}\n', "main.tf")
    assert [block.labels[-1] for block in scan.blocks] == ["c", "d"]
    assert not scan.suppressions


TEMPLATE = f"""\
# {SKIP}
Resources:
  A:
    Type: AWS::S3::Bucket
    # {SKIP}
    Properties:
      X: "# {SKIP}"
      Y: |
        # {SKIP}
  # {SKIP}
  B: # {SKIP}
    Type: !Sub "${{T}}"
    # {SKIP}
Outputs: {{}}
"""


def test_cloudformation() -> None:
    scan = scan_yaml(TEMPLATE, "t.yaml")
    assert found(scan) == [("FG-TAG-001", "A", 5), ("FG-TAG-001", "B", 11), ("FG-TAG-001", "B", 13)]
    assert [entry.span.line for entry in scan.diagnostics if entry.span] == [1, 10]


METADATA = """\
Resources:
  A:
    Metadata: {finops-guard: {skip: [{id: FG-TAG-001, reason: why}, "FG-TAG-002: so", {id: FG-TAG-003}, [x]]}}
    Properties: {Metadata: {finops-guard: {skip: [{id: FG-TAG-009, reason: no}]}}}
  B:
    Metadata:
      finops-guard:
        skip:
          - id: FG-TAG-004
            reason: |
              long
          - {id: FG-TAG-005, reason: r, until: never}
  C:
    Metadata: {finops-guard: {skip: FG-TAG-006}}
"""


@pytest.mark.parametrize("as_json", [False, True])
def test_metadata_in_a_template(as_json: bool) -> None:
    text = json.dumps(yaml.safe_load(METADATA), indent=1) if as_json else METADATA
    scan = scan_yaml(text, "t.json" if as_json else "t.yaml")
    assert [(one.rule, one.reason, one.block.labels) for one in scan.suppressions] == [
        ("FG-TAG-001", "why", ("A",)), ("FG-TAG-002", "so", ("A",)), ("FG-TAG-004", "long", ("B",)),
    ]  # fmt: skip
    assert len(scan.diagnostics) == 4
    lines = [(block.first_line, block.last_line) for block in scan.blocks]
    assert all(first < last for first, last in lines)


def test_kubernetes() -> None:
    text = f"kind: A\n# {SKIP}\n---\nkind: B\n---\n# {SKIP}\nkind: List\nitems:\n- kind: C\n  # {SKIP}\n- kind: D\n"
    scan = scan_yaml(text, "t.yaml")
    assert [(one.block.first_line, one.block.last_line) for one in scan.suppressions] == [(1, 2), (9, 10)]
    assert len(scan.diagnostics) == 1


def test_yaml_that_cannot_be_parsed() -> None:
    scan = scan_yaml(f"a: [\n# {SKIP}\n", "t.yaml")
    assert not scan.suppressions
    assert "not YAML" in scan.diagnostics[0].message
    assert not scan_yaml(f"a: {'[' * 500}{']' * 500}\n# {SKIP}\n", "t.yaml").suppressions


def test_metadata() -> None:
    block = Block(("A",), 3, 9)
    stated = {"finops-guard": {"skip": [{"id": "FG-TAG-001", "reason": "why"}, "FG-TAG-002: so", {"id": "FG-TAG-003"}]}}
    scan = from_metadata(stated, block, "t.json")
    assert [(one.rule, one.reason) for one in scan.suppressions] == [("FG-TAG-001", "why"), ("FG-TAG-002", "so")]
    assert "FG-TAG-003" in scan.diagnostics[0].message
    assert from_metadata({"finops-guard": ["x"]}, block, "t.json").diagnostics
    assert from_metadata(None, block, "t.json").suppressions == ()


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("aws_instance.web", ((), "aws_instance", "web")),
        ("aws_instance.web[0]", ((), "aws_instance", "web")),
        ('module.a["x.y]"].module.b[2].aws_instance.web["k\\"]"]', (("a", "b"), "aws_instance", "web")),
        ("aws_instance.web (deposed 1234abcd)", ((), "aws_instance", "web")),
        ("module.module.aws_x.y", (("module",), "aws_x", "y")),
        ("Deployment/web", ((), "Deployment/web", "")),
    ],
)
def test_places(address: str, place: object) -> None:
    assert place_of(address) == place


@given(st.text(alphabet='a."[]\\', max_size=12))
def test_any_address_has_a_place(key: str) -> None:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    assert place_of(f'module.m["{escaped}"].aws_x.y["{escaped}"]') == (("m",), "aws_x", "y")


def code(folder: Path, **files: str) -> str:
    (folder / ".git").mkdir()
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.tf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return str(folder / "live")


VOLUME = f'resource "aws_ebs_volume" "v" {{\n  # {SKIP}\n}}\n'


def test_the_code_of_a_plan(tmp_path: Path) -> None:
    source = code(
        tmp_path,
        live__main=VOLUME + 'module "a" {\n  source = "../modules/m"\n}\nmodule "b" {\n  source = "x/y/aws"\n}\n',
        modules__m__main=VOLUME.replace('"v"', '"inner"'),
    )
    skips, notes = read_skips([], source)
    assert not notes
    assert skips.of(resource("aws_ebs_volume.v"), "FG-TAG-001")
    assert skips.of(resource("aws_ebs_volume.v[3]"), "FG-TAG-001")
    assert skips.of(resource('module.a["k"].aws_ebs_volume.inner'), "FG-TAG-001")
    for address in ("aws_ebs_volume.w", "aws_instance.v", "module.a.aws_ebs_volume.v", "module.b.aws_ebs_volume.inner"):
        assert skips.of(resource(address), "FG-TAG-001") is None
    assert skips.of(resource("aws_ebs_volume.v"), "FG-TAG-002") is None


def test_modules_that_call_each_other_end(tmp_path: Path) -> None:
    calls = "".join(f'module "{name}" {{\n  source = "../{name}"\n}}\n' for name in ("live", "b"))
    source = code(tmp_path, live__main=calls + VOLUME, b__main=calls)
    assert read_skips([], source)[0].of(resource("aws_ebs_volume.v"), "FG-TAG-001")


def test_code_outside_the_repository_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "repository").mkdir()
    (tmp_path / "main.tf").write_text(VOLUME, encoding="utf-8")
    source = code(tmp_path / "repository", live__main='module "a" {\n  source = "../.."\n}\n')
    assert read_skips([], source)[0].of(resource("module.a.aws_ebs_volume.v"), "FG-TAG-001") is None
    with pytest.raises(PolicyError, match="no such directory"):
        read_skips([], str(tmp_path / "nowhere"))


def test_files_that_resources_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("main.tf").write_text(f'resource "a_b" "c" {{\n\n\n\n\n\n  # {SKIP}\n}}\n', encoding="utf-8")
    skips, _ = read_skips(["main.tf", "plan.json", "gone.tf"])
    one = next(iter(skips))
    assert isinstance(one, Suppression)
    assert skips.of(resource("a_b.c"), "FG-TAG-001") is one  # make.resource stands in main.tf:7
    assert not one.covers(Span("main.tf", 9))
    assert not one.covers(Span("other.tf", 7))
    assert not one.covers(None)
