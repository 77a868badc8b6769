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
broker=${NATS_SERVER:-$(command -v nats-server || echo /usr/sbin/nats-server)}
worker=${WORKER:-.build/release/roost}

mkdir -p .build/bench
cc=$(command -v cc || command -v clang)
"$cc" -O2 -Wall -Wextra -o .build/bench/wakes Benchmarks/wakes/*.c $(pkg-config --cflags --libs libnats) -lpthread
[[ -n ${WORKER:-} ]] || swift build -c release --product roost >&2

folder=$(mktemp -d "${TMPDIR:-/tmp}/roost-bench.XXXXXX")
children=()
stop_children() {
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
  for child in "${children[@]}"; do wait "$child" 2>/dev/null || true; done
  children=()
}
finish() {
  status=$?
  stop_children
  if [[ $status -eq 0 ]]; then rm -rf "$folder"; else echo "bench.sh: failed; the logs are in $folder" >&2; fi
}
trap finish EXIT

# Sets url. The broker chooses a free port and writes it to a file.
start_broker() {
  mkdir -p "$1/ports"
  "$broker" -a 127.0.0.1 -p -1 -js -sd "$1/js" --ports_file_dir "$1/ports" 2>"$1/broker.log" &
  children+=($!)
  for _ in {1..200}; do
    url=$(sed -n 's/.*"nats": *\["\([^"]*\)".*/\1/p' "$1"/ports/* 2>/dev/null | head -1 || true)
    [[ -n $url ]] && return
    sleep 0.05
  done
  echo "bench.sh: the broker did not start" >&2
  exit 1
}

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
