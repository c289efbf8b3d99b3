"""Text from the input can do nothing but be read: in a terminal, in a CI log, in a comment."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finops_guard.formats import render
from finops_guard.formats.text import LONGEST, clean, for_log, html_code, html_text, in_comment
from tests.reports import SCENARIOS

ATTACKS = [
    "@everyone",
    "@acme/admins and @ada",
    "fixes #123 and GH-12",
    "!123 and ~label",
    "user@example.com",
    "`code",
    "``` fence",
    "a`b`c`d",
    "| cell | cell |",
    "[link](https://evil.example)",
    "![image](https://evil.example/x.png)",
    "https://evil.example",
    "www.evil.example",
    "<https://evil.example>",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "</code></td></tr></table><h1>gone",
    "</details><details open>",
    "<a href='https://evil.example'>x</a>",
    "&lt;b&gt; &#64;ada",
    "--> <b>out</b> <!--",
    "--!> x",
    "-- >",
    "line\n\n# heading",
    "line\r\n\r\n- item",
    "line\n::error::x",
    "x\x1b[2Jy",
    "\x1b]8;;https://evil.example\x07x\x1b]8;;\x07",
    "\x9b31m",
    "\u202ereversed",
    "zero\u200bwidth",
    "\ud800 lone surrogate",
    "\U000e0041 tag",
    "a\x00b",
    "\u2028line\u2029",
    "::error file=a::b",
    "  ::set-output name=a::b",
    "##[add-mask]3",
    "##vso[task.setvariable]x",
    "x ##[group]y",
    "##[command]",
    "section_start:1:x\r\x1b[0K",
    "[/]",
    "[bold]x[/bold]",
    "[link=file:///etc/passwd]x[/link]",
    ":smile:",
    "{0} {name} %s %(x)s",
    "$(touch /tmp/x)",
    "'; rm -rf /; '",
    "=cmd|' /C calc'!A0",
    "x" * 5000,
    "`" * 300,
    "",
    " ",
    "😀" * 300,
    "漢字",
]
# Keys of the report whose text comes from the input, the usage file or the rules.
UNTRUSTED = {
    "address",
    "module",
    "type",
    "source_type",
    "provider",
    "region",
    "region_origin",
    "note",
    "reason",
    "why",
    "path",
    "kind",
    "rendered_by",
    "text",
    "source",
    "message",
    "problem",
    "remediation",
    "passes_when",
    "owner",
    "expires",
    "file",
    "unit",
    "product",
    "rule",
    "ref",
    "head",
    "base",
    "input_digest",
    "tool_version",
    "id",
    "severity",
}
TAGS = {
    "h3",
    "h4",
    "p",
    "b",
    "i",
    "sub",
    "br",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "code",
    "details",
    "summary",
    "ul",
    "li",
}


def poisoned(node: Any, text: str, key: str = "") -> Any:
    """The report with `text` for every untrusted text, and in front of names."""
    if isinstance(node, dict):
        return {
            (text if key in ("tags", "logins") else name): poisoned(value, text, "given" if key == "tags" else name)
            for name, value in node.items()
        }
    if isinstance(node, list):
        return [poisoned(item, text, key) for item in node]
    if isinstance(node, str) and (
        key in UNTRUSTED or key in ("name", "given", "references", "blocked", "warned", "value")
    ):
        return text
    return node


def report(text: str) -> dict[str, Any]:
    document: dict[str, Any] = poisoned(SCENARIOS["blocked"](), text)
    return document


@pytest.mark.parametrize("attack", ATTACKS)
def test_json_is_json(attack: str) -> None:
    text = render("json", report(attack))
    assert text.isascii()
    assert json.loads(text)["projects"][0]["name"] == attack


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("terminal", [False, True])
def test_table_commands_nothing(attack: str, terminal: bool) -> None:
    text = render("table", report(attack), terminal=terminal, width=200 if terminal else None)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", text).split("\n")
    for line in lines:
        assert line.isprintable() or "\u3000" in line, repr(line)
        assert not line.strip().startswith("::"), line
        assert not re.search(r"##[\w.-]*\[", line), line
    assert ("\x1b" in text) == terminal
    assert any(line.startswith("Verdict: BLOCKED") for line in lines)


class Page(HTMLParser):
    """What a browser would see of a comment."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.counts: dict[str, int] = {}
        self.comments: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.attributes: set[tuple[str, str | None]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.attributes.update(attrs)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "code" not in self.open:
            self.text += data

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def page(markdown: str) -> Page:
    seen = Page()
    seen.feed(markdown)
    seen.close()
    return seen


@pytest.mark.parametrize("attack", ATTACKS)
def test_comment_holds_no_markup_of_others(attack: str) -> None:
    markdown = render("markdown", report(attack), max_bytes=10**9)
    seen, usual = page(markdown), page(render("markdown", report("p" * len(attack)), max_bytes=10**9))
    assert seen.open == []
    assert set(seen.counts) <= TAGS
    assert {tag: seen.counts[tag] for tag in ("td", "tr", "table", "details", "li")} == {
        tag: usual.counts[tag] for tag in ("td", "tr", "table", "details", "li")
    }
    assert seen.attributes <= {("align", "left"), ("align", "right"), ("open", None)}
    assert len(seen.comments) == 2
    data = json.loads(seen.comments[1].removeprefix(" finops-guard:data ").rstrip())
    assert data["verdict"]["action"] == "block"
    assert not re.search(r"[@#!~]\w|GH-\d|://|www\.", seen.text), seen.text


@pytest.mark.parametrize("attack", ATTACKS)
def test_comment_is_never_read_as_markdown(attack: str) -> None:
    """Every paragraph of the comment opens a block of HTML, in which forges read no Markdown."""
    for block in render("markdown", report(attack)).strip().split("\n\n"):
        assert re.match(r"<(!--|h3>|h4>|p>|table>|details|summary>|ul>|/details>)", block), block[:200]
        assert block == block.strip("\n")


@pytest.mark.parametrize("attack", ATTACKS)
def test_comment_as_a_forge_renders_it(attack: str) -> None:
    """The same with the parser that GitHub uses, where it is installed."""
    cmarkgfm = pytest.importorskip("cmarkgfm")
    options = pytest.importorskip("cmarkgfm.cmark").Options.CMARK_OPT_UNSAFE
    markdown = render("markdown", report(attack))
    assert page(cmarkgfm.github_flavored_markdown_to_html(markdown, options=options)).counts == page(markdown).counts


PUNCTUATION = st.text(alphabet="`*_~[]()<>!#|@\\&;:/-=\"' \n\r\tabGH1.w\u200b\x1b\ud800", max_size=60)


@given(st.one_of(PUNCTUATION, st.text(max_size=60)))
def test_text_comes_through_unchanged_and_harmless(text: str) -> None:
    cleaned = clean(text)
    assert page(f"<p>{html_code(text)}</p>").counts == {"p": 1, "code": 1}
    assert set(page(f"<p>{html_text(text)}</p>").counts) <= {"p", "code"}
    assert "\n" not in cleaned + for_log(text)
    comment = page(f"<!-- {in_comment({'a': text})} --><p>")
    assert comment.counts == {"p": 1}
    assert json.loads(comment.comments[0]) == {"a": text}


@given(st.text(max_size=1000), st.integers(min_value=1, max_value=300))
def test_long_text_keeps_both_ends(text: str, limit: int) -> None:
    assert len(clean(text, limit)) <= limit
    if len(text) > LONGEST:
        assert "…" in clean(text)
