#!/usr/bin/env bash
# Campaigns against the journal alone, in as many processes as there are cores, release build.
#   journal-trials.sh sweep   a crash at every moment of a run of RECORDS records (default 5000), SEED (default 42)
#   journal-trials.sh fuzz    N journals (default 1000000) to which something was done, from seed FIRST (default 0) on
set -euo pipefail
cd "$(dirname "$0")/.."

swift build -c release --product RoostSimulate >&2
simulate=.build/release/RoostSimulate
lanes=$(nproc)
children=()
for ((lane = 0; lane < lanes; lane++)); do
  case ${1:-} in
    sweep) "$simulate" sweep "${SEED:-42}" "${RECORDS:-5000}" "$lane" "$lanes" & ;;
    fuzz)
      count=$(((${N:-1000000} - lane + lanes - 1) / lanes))
      ((count > 0)) || continue
      "$simulate" fuzz $((${FIRST:-0} + lane)) "$count" "$lanes" &
      ;;
    *) echo "usage: journal-trials.sh sweep|fuzz" >&2; exit 64 ;;
  esac
  children+=($!)
done
failed=0
for child in "${children[@]}"; do wait "$child" || failed=1; done
exit "$failed"
