#!/usr/bin/env bash
# One command of orchestrate in a job of GitHub Actions: ARGS, CONFIG and REPORT are the inputs of action.yml.
set -uo pipefail

MOST_OF_A_SUMMARY=900000 # bytes; GitHub drops a summary of more than 1 MiB

if [ -n "${CONFIG:-}" ]; then export ORCHESTRATE_CONFIG=$CONFIG; fi
read -r -a words <<<"$ARGS"
command=${words[0]:-validate}

run_id() { orchestrate status --json 2>/dev/null | sed -n 's/^    "id": "\(.*\)",$/\1/p' | head -n 1; }

say() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

tell_run() { # ID
  local folder=$RUNNER_TEMP/orchestrate-report
  mkdir -p "$folder"
  orchestrate report "$1" --output "$folder/report.html" &&
    orchestrate report "$1" --output "$folder/report.xml" &&
    orchestrate report "$1" | head -c "$MOST_OF_A_SUMMARY" >>"$GITHUB_STEP_SUMMARY" &&
    say report "$folder"
}

if [ "$command" = validate ] && [[ " $ARGS " != *" --format"* ]]; then words+=(--format github); fi
before=$(run_id)
orchestrate "${words[@]}"
code=$?
say exit-code "$code"
after=$(run_id)
if [[ $command == run || $command == resume || $command == undo ]] && [ -n "$after" ]; then
  if [ "$after" != "$before" ] || [ "$command" = resume ]; then
    say run-id "$after"
    if [ "${REPORT:-true}" = true ]; then tell_run "$after"; fi
  fi
fi
exit "$code"
