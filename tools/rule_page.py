#!/usr/bin/env python3
"""Write docs/rules.md from the shipped rules: what each says, an example that it finds, one that passes, and when it is wrong.

tools/rule_page.py [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parent.parent))

from finops_guard.cli.policy_explain import outcome, plain, subject, worked_examples
from finops_guard.policy.load import load_rules, shipped_directory
from finops_guard.policy.rule import CostCenters, Rule

PAGE = Path(__file__).parent.parent / "docs" / "rules.md"
HEAD = """\
# The shipped rules

Written by `tools/rule_page.py` from the files in `policies/`; do not edit it by hand.
`pack:starter` judges when you have no rules of your own. The others are taken with `--policies pack:NAME`: `pack:strict` instead of
the starter pack, the topical ones beside it. `finops-guard policy explain ID` shows the same on a terminal.
"""


def page() -> str:
    """The whole page."""
    rules = load_rules([str(shipped_directory())]).rules
    return "\n".join([HEAD, *_table(rules), *(line for rule in rules for line in _entry(rule))]).rstrip() + "\n"


def _pack(rule: Rule) -> str:
    assert rule.span is not None
    file = Path(rule.span.file)
    return file.stem if file.parent.name == "packs" else file.parent.name


def _table(rules: Sequence[Rule]) -> Iterator[str]:
    yield "| rule | pack | severity | action | what |"
    yield "|---|---|---|---|---|"
    for rule in rules:
        link = f"[{rule.id}](#{rule.id.lower()}-{rule.name})"
        yield f"| {link} | {_pack(rule)} | {rule.severity} | {_actions(rule)} | {rule.name} |"
    yield ""


def _actions(rule: Rule) -> str:
    return rule.action or ", ".join(dict.fromkeys(rule.check.actions))


def _entry(rule: Rule) -> Iterator[str]:
    yield f"## {rule.id} {rule.name}\n"
    yield f"{rule.description}\n"
    yield f"Pack `{_pack(rule)}`, severity {rule.severity}, action {_actions(rule)}.\n"
    yield f"To mend it: {rule.remediation}\n"
    yield f"When it is wrong: {rule.definition['false_positives']}\n"
    found, passed = worked_examples(rule, CostCenters())
    for title, example in (("It finds", found), ("It lets pass", passed)):
        if example:
            test, result = example
            text = yaml.dump(
                plain(subject(test)), sort_keys=False, allow_unicode=True, width=110, default_flow_style=None
            )
            yield f"{title}: {test['name']}\n\n```yaml\n{text.rstrip()}\n```\n"
            if result.message and title == "It finds":
                yield f"> {outcome(result)}\n"
    for link in rule.references:
        yield f"- <{link}>"
    yield ""


def main(arguments: Sequence[Any]) -> int:
    text = page()
    if "--check" in arguments:
        stale = not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text
        print("docs/rules.md is stale: run tools/rule_page.py" if stale else "docs/rules.md is as the rules say")
        return int(stale)
    PAGE.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
