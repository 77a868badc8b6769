#!/usr/bin/env bash
# What a compaction costs those who are served meanwhile: the time from a wake to its start, at a steady rate, while a journal
# of many actors is compacted, and without that; one JSON line each. Settings by environment:
#   N            actors in the journal (default 1000000)
#   RATE         wakes a second (default 10000)
#   WAKES        how many (default 100000)
#   NATS_SERVER  the broker's program; default nats-server
set -euo pipefail
cd "$(dirname "$0")/.."

source scripts/bench-broker.sh
build_wakes
swift build -c release --product roost >&2
swift build -c release --product RoostJournalBench >&2
bench=.build/release/RoostJournalBench

# NAME: serves the journal in $folder/NAME.
measure() {
  local here=$folder/$1
  start_broker "$here"
  .build/release/roost worker --server "$url" --data "$here/data" >"$here/worker.log" 2>&1 &
  children+=($!)
  .build/bench/wakes --url "$url" --mode rate --rate "${RATE:-10000}" --n "${WAKES:-100000}" --pool bench.rate
  echo "$1: $(grep -c 'compaction begins' "$here/worker.log") compactions begun," \
    "$(grep -c 'journal compacted' "$here/worker.log") ended before the last start" >&2
  stop_children
}

"$bench" make "$folder/made" "${N:-1000000}" >&2
mkdir -p "$folder/during" "$folder/without"
cp -r "$folder/made" "$folder/during/data"
mv "$folder/made" "$folder/without/data"
"$bench" compact "$folder/without/data" >&2
measure without
measure during
grep -q 'compaction begins' "$folder/during/worker.log" || { echo "bench-compaction.sh: N is too small for a compaction" >&2; exit 1; }
