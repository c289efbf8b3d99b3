#!/usr/bin/env bash
# The check step of action.yml: inputs come only through the environment, never through the script's text.
set -euo pipefail
report="$RUNNER_TEMP/finops-guard-report.json"
summary="$RUNNER_TEMP/finops-guard-summary.md"
read -r -a paths <<<"$(tr '\n' ' ' <<<"$INPUT_PATH")"
arguments=(--format "json=$report" --format "markdown=$summary" --format table --fail-on "$INPUT_FAIL_ON")
[ -z "$INPUT_POLICIES" ] || arguments+=(--policies "$INPUT_POLICIES")
[ -z "$INPUT_USAGE" ] || arguments+=(--usage "$INPUT_USAGE")
rm -f "$report" "$summary"
code=0
"$RUNNER_TEMP/finops-guard/bin/finops-guard" check "${arguments[@]}" -- "${paths[@]}" || code=$?
if [ -f "$report" ]; then
  cat "$summary" >>"$GITHUB_STEP_SUMMARY"
  "$RUNNER_TEMP/finops-guard/bin/python" - "$report" >>"$GITHUB_OUTPUT" <<'PYTHON'
import json
import sys

report = json.load(open(sys.argv[1], encoding="utf-8"))
delta = report["totals"]["delta"]
print(f"verdict={report['verdict']['action']}")
print(f"total={report['totals']['after']}")
print(f"delta={'' if delta is None else delta}")
print(f"report={sys.argv[1]}")
PYTHON
fi
exit "$code"
