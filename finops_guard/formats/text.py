"""Text from plans, policies and usage files is untrusted. Every format prints it through one of these functions."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Any

LONGEST = 200  # characters of a name
LONGEST_MESSAGE = 600

# C0 and C1 controls, bidirectional and zero-width characters, separators, surrogates, tag characters.
UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
SPACE = re.compile(r"\s+")
LOG_COMMAND = re.compile(
    r"##(?=[a-zA-Z.\-]*\[)"
)  # ##[command] and ##vso[command]: runners obey them anywhere in a line
LINE_COMMAND = re.compile(r"^(\s*):(?=:)")  # ::command:: at the start of a line
MENTION = re.compile(r"([@#!~])(?=\w)")  # of people, teams, issues, merge requests, labels
REFERENCE = re.compile(r"(?i)\b(GH)-(?=\d)")
LINK = re.compile(r"(?i)(?<=:)(?=//)|(?<=\bwww)(?=\.)")
ZERO_WIDTH_SPACE = "\u200b"


def clean(text: Any, limit: int = LONGEST) -> str:
    """One line of printable text: white space is a space, what cannot be seen is U+FFFD, the middle is cut out."""
    plain = UNPRINTABLE.sub("\ufffd", SPACE.sub(" ", str(text)))
    return elide(plain, limit)


def elide(text: str, limit: int) -> str:
    """The text with its middle replaced by an ellipsis when it is longer than `limit` characters."""
    if len(text) <= limit:
        return text
    tail = (limit - 1) // 2
    return f"{text[: limit - 1 - tail]}…{text[-tail:] if tail else ''}"


def for_log(text: Any, limit: int = LONGEST) -> str:
    """For terminals and CI logs: no control characters, and nothing in a line that a runner takes for a command."""
    return LOG_COMMAND.sub("## ", clean(text, limit))


def log_line(line: str) -> str:
    """A whole line for a CI log: nothing at its start that a runner takes for a command."""
    return LINE_COMMAND.sub(r"\1: ", line)


def html_code(text: Any, limit: int = LONGEST) -> str:
    """For a block of HTML inside Markdown, as code: forges make no links and send no mail for what is in there."""
    return f"<code>{html.escape(clean(text, limit))}</code>"


def html_text(text: Any, limit: int = LONGEST_MESSAGE) -> str:
    """For a block of HTML inside Markdown, as text. Words in backticks are code; mentions and links are taken apart."""
    parts = clean(text, limit).split("`")
    if len(parts) % 2 == 0:  # an unpaired backtick
        return defused("`".join(parts))
    return "".join(
        (f"<code>{html.escape(part)}</code>" if part else "") if index % 2 else defused(part)
        for index, part in enumerate(parts)
    )


def defused(text: str) -> str:
    """Escaped text in which no forge sees a mention, a reference to an issue or a link."""
    for pattern, replacement in ((MENTION, r"\1" + ZERO_WIDTH_SPACE), (REFERENCE, r"\1" + ZERO_WIDTH_SPACE + "-")):
        text = pattern.sub(replacement, text)
    return html.escape(LINK.sub(ZERO_WIDTH_SPACE, text))


def in_comment(value: Any) -> str:
    """A value as JSON that cannot end the HTML comment it stands in."""
    from finops_guard.formats.json_ import dumps

    text = dumps(value)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("--", "-\\u002d")


def columns(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    marks = sum(bool(unicodedata.combining(character)) for character in text)
    return len(text) + wide - marks
