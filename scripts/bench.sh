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
finish() {
  status=$?
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
  for child in "${children[@]}"; do wait "$child" 2>/dev/null || true; done
  if [[ $status -eq 0 ]]; then rm -rf "$folder"; else echo "bench.sh: the logs are in $folder" >&2; fi
}
trap finish EXIT

mkdir "$folder/ports"
"$broker" -a 127.0.0.1 -p -1 -js -sd "$folder/js" --ports_file_dir "$folder/ports" 2>"$folder/broker.log" &
children+=($!)
for _ in {1..200}; do
  url=$(sed -n 's/.*"nats": *\["\([^"]*\)".*/\1/p' "$folder"/ports/* 2>/dev/null | head -1 || true)
  [[ -n $url ]] && break
  sleep 0.05
done
[[ -n $url ]] || { echo "bench.sh: the broker did not start" >&2; exit 1; }
"$worker" worker --server "$url" --data "$folder/data" 2>"$folder/worker.log" >&2 &
children+=($!)

"$broker" --version >&2
for mode in flood ping; do
  count=$wakes
  [[ $mode == ping ]] && count=$((wakes / 10 > 0 ? wakes / 10 : 1))
  for ((round = 1; round <= rounds; round++)); do
    .build/bench/wakes --url "$url" --mode "$mode" --n "$count" --pool "bench.$mode-$round" >>"$folder/$mode.jsonl"
  done
  sed 's/.*"wakes_per_s":\([0-9]*\).*/\1\t&/' "$folder/$mode.jsonl" | sort -n | cut -f2 | sed -n "$(((rounds + 1) / 2))p"
done
