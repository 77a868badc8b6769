#!/usr/bin/env bash
# What a compaction costs those who are served meanwhile: the time from a wake to its start, at a steady rate, while a journal
# of many actors is compacted, and without that; one JSON line each. Settings by environment:
#   N            actors in the journal (default 1000000)
#   RATE         wakes a second (default 10000)
#   WAKES        how many (default 100000)
#   NATS_SERVER  the broker's program; default nats-server
set -euo pipefail
cd "$(dirname "$0")/.."

broker=${NATS_SERVER:-$(command -v nats-server || echo /usr/sbin/nats-server)}
mkdir -p .build/bench
cc=$(command -v cc || command -v clang)
"$cc" -O2 -Wall -Wextra -o .build/bench/wakes Benchmarks/wakes/*.c $(pkg-config --cflags --libs libnats) -lpthread
swift build -c release --product roost >&2
swift build -c release --product RoostJournalBench >&2
bench=.build/release/RoostJournalBench

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
  if [[ $status -eq 0 ]]; then rm -rf "$folder"; else echo "bench-compaction.sh: failed; the logs are in $folder" >&2; fi
}
trap finish EXIT

# NAME: serves the journal in $folder/NAME.
measure() {
  local here=$folder/$1 url=
  mkdir -p "$here/ports"
  "$broker" -a 127.0.0.1 -p -1 -js -sd "$here/js" --ports_file_dir "$here/ports" 2>"$here/broker.log" &
  children+=($!)
  for _ in {1..200}; do
    url=$(sed -n 's/.*"nats": *\["\([^"]*\)".*/\1/p' "$here"/ports/* 2>/dev/null | head -1 || true)
    [[ -n $url ]] && break
    sleep 0.05
  done
  [[ -n $url ]] || { echo "bench-compaction.sh: the broker did not start" >&2; exit 1; }
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
