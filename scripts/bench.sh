#!/usr/bin/env bash
# Measures the release build of the worker from outside: wakes/s, and p50/p99 from the publish of a wake to its start.
# Prints one JSON line per mode, the median round by wakes/s. Settings by environment:
#   N           wakes per round (flood; ping takes a tenth); default 30000
#   ROUNDS      rounds per mode; default 3
#   NATS_SERVER the broker's program; default nats-server
#   WORKER      a worker to measure instead of the release build
set -euo pipefail
cd "$(dirname "$0")/.."

wakes=${N:-30000}
rounds=${ROUNDS:-3}
worker=${WORKER:-.build/release/roost}

source scripts/bench-broker.sh
build_wakes
[[ -n ${WORKER:-} ]] || swift build -c release --product roost >&2

"$broker" --version >&2
for mode in flood ping; do
  count=$wakes
  [[ $mode == ping ]] && count=$((wakes / 10 > 0 ? wakes / 10 : 1))
  for ((round = 1; round <= rounds; round++)); do
    # A broker and a worker of its own: what the round before left running must not be measured.
    here=$folder/$mode-$round
    start_broker "$here"
    "$worker" worker --server "$url" --data "$here/data" >"$here/worker.log" 2>&1 &
    children+=($!)
    .build/bench/wakes --url "$url" --mode "$mode" --n "$count" --pool "bench.$mode" | tee -a "$folder/$mode.jsonl" >&2
    stop_children
    rm -rf "$here"
  done
  sed 's/.*"wakes_per_s":\([0-9]*\).*/\1\t&/' "$folder/$mode.jsonl" | sort -n | cut -f2 | sed -n "$(((rounds + 1) / 2))p"
done
