#!/usr/bin/env bash
# The check of action.yml: annotations on standard output, SARIF in $WEFT_SARIF if it is set. Ends as `weft check` does.
set -uo pipefail

# Paths and options are separated by spaces; none of them is a pattern for the shell.
set -f
read -r -a paths <<<"${WEFT_PATHS:-.}"
read -r -a arguments <<<"${WEFT_ARGUMENTS:-}"

if [[ -n "${WEFT_SARIF:-}" ]]; then
  weft check --format sarif --exit-zero "${arguments[@]}" -- "${paths[@]}" >"$WEFT_SARIF" || exit
fi
weft check --format github "${arguments[@]}" -- "${paths[@]}"
