#!/usr/bin/env bash
# What a journal with many sleeping actors costs: its bytes, a start from the log alone, a compaction, a start from the
# snapshot. Settings by environment:
#   N  actors (default 1000000)
set -euo pipefail
cd "$(dirname "$0")/.."

swift build -c release --product RoostJournalBench >&2
bench=.build/release/RoostJournalBench
folder=$(mktemp -d "${TMPDIR:-/tmp}/roost-bench-journal.XXXXXX")
trap 'rm -rf "$folder"' EXIT
"$bench" make "$folder" "${N:-1000000}"
"$bench" open "$folder"
"$bench" compact "$folder"
"$bench" open "$folder"
