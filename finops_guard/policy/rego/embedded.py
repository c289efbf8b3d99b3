"""The child process in which the embedded engine runs: a job on standard input, its answer on standard output.

It is started as a file and imports nothing of ours. In a process of its own the engine can be stopped when it takes too
long, cannot take the check down with it, and cannot write into the report: what it prints goes to standard error.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def main() -> int:
    """Answer one job. The real standard output is kept aside; C code that prints gets standard error."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    json.dump(_answer(json.load(sys.stdin)), out)
    out.close()
    return 0


def _answer(job: dict[str, Any]) -> dict[str, Any]:
    from regopy import Interpreter, RegoError

    probe = Interpreter()
    unknown = [name for name in job["calls"] if name != "print" and not probe.is_builtin(name)]
    if unknown:
        return {"unknown": unknown}
    engine = Interpreter()
    try:
        for name, text in job["modules"]:
            engine.add_module(name, text)
        engine.add_data(job["data"])
        run = _query(engine, job["run"], [job["input"]])
        each = _query(engine, job["each"], [{**job["shared"], "resource": one} for one in job["resources"]])
    except (RegoError, ValueError) as wrong:
        return {"error": str(wrong)}
    return {"run": run[0] if run else [], "each": each}


def _query(engine: Any, paths: list[str], inputs: list[Any]) -> list[list[Any]]:
    """For each input, for each path a list with its value; an empty one when it is undefined."""
    if not paths or not inputs:
        return [[] for _ in inputs]
    bundle = engine.build(f"answer := [{', '.join(f'[v | v := {path}]' for path in paths)}]")
    answers = []
    for one in inputs:
        engine.set_input(one)
        answers.append(json.loads(str(engine.query_bundle(bundle)))["bindings"]["answer"])
    return answers


if __name__ == "__main__":
    sys.exit(main())
