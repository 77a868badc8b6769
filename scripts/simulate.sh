#!/usr/bin/env bash
# Plays seeds of the simulation in as many processes as there are cores, release build. Settings by environment:
#   SEEDS   how many (default 10000)      FIRST  the first one (default 1)
#   SEED    only this one, with its log   STEPS  of it only these steps, numbers with commas
set -euo pipefail
cd "$(dirname "$0")/.."

swift build -c release --product RoostSimulate >&2
simulate=.build/release/RoostSimulate
if [[ -n ${SEED:-} ]]; then exec "$simulate" seed "$SEED" ${STEPS:+"$STEPS"}; fi

seeds=${SEEDS:-10000}
first=${FIRST:-1}
lanes=$(nproc)
folder=$(mktemp -d "${TMPDIR:-/tmp}/roost-simulate.XXXXXX")
trap 'rm -rf "$folder"' EXIT
children=()
reports=()
for ((lane = 0; lane < lanes; lane++)); do
  count=$(((seeds - lane + lanes - 1) / lanes))
  ((count > 0)) || continue
  reports+=("$folder/$lane")
  "$simulate" seeds $((first + lane)) "$count" "$lanes" "$folder/$lane" &
  children+=($!)
done
failed=0
for child in "${children[@]}"; do wait "$child" || failed=1; done
"$simulate" merge "${reports[@]}" || failed=1
exit "$failed"
