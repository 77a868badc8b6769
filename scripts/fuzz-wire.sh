#!/usr/bin/env bash
# N mutated inputs (default 1000000) for each decoder, with the address and leak sanitizers, release build in a folder of its
# own. A leak, a crash or an unsound message fails it.
set -euo pipefail
cd "$(dirname "$0")/.."

swift build -c release --sanitize address --scratch-path .build/fuzz --product RoostFuzz >&2
ASAN_OPTIONS=detect_leaks=1 .build/fuzz/release/RoostFuzz "${N:-1000000}" ${FIRST:+"$FIRST"}
