# For the benchmarks that run a worker: a folder, a broker, and that nothing stays behind. Sourced; sets `folder`.
folder=$(mktemp -d "${TMPDIR:-/tmp}/roost-bench.XXXXXX")
broker=${NATS_SERVER:-$(command -v nats-server || echo /usr/sbin/nats-server)}
children=()

stop_children() {
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
  for child in "${children[@]}"; do wait "$child" 2>/dev/null || true; done
  children=()
}

finish() {
  status=$?
  stop_children
  if [[ $status -eq 0 ]]; then rm -rf "$folder"; else echo "${0##*/}: failed; the logs are in $folder" >&2; fi
}
trap finish EXIT

# Builds the program that publishes and times the wakes.
build_wakes() {
  mkdir -p .build/bench
  "$(command -v cc || command -v clang)" -O2 -Wall -Wextra -o .build/bench/wakes Benchmarks/wakes/*.c \
    $(pkg-config --cflags --libs libnats) -lpthread
}

# FOLDER: sets url. The broker chooses a free port and writes it to a file.
start_broker() {
  mkdir -p "$1/ports"
  "$broker" -c compose/nats-server.conf -a 127.0.0.1 -p -1 -js -sd "$1/js" --ports_file_dir "$1/ports" 2>"$1/broker.log" &
  children+=($!)
  for _ in {1..200}; do
    url=$(sed -n 's/.*"nats": *\["\([^"]*\)".*/\1/p' "$1"/ports/* 2>/dev/null | head -1 || true)
    [[ -n $url ]] && return
    sleep 0.05
  done
  echo "${0##*/}: the broker did not start" >&2
  exit 1
}
