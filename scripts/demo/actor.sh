#!/bin/sh
# An actor of the demo: one process, started by `roost runner`. Its input is a line that says what it is to do:
#
#   stay                run until stopped
#   nap SECONDS         work so long, then sleep until somebody wakes it
#   alarm DELAY         the first time: sleep, and be woken by an alarm; then stay
#   crash GENERATION    fail before it is ready, up to this generation; then stay
set -eu

say() { echo "$1" >&"$ROOST_CONTROL_FD"; }

# A stop is SIGTERM, which ends this process: a good end when it was asked for.
wait_for_the_stop() { exec sleep infinity; }

read -r job argument
case $job in
  crash)
    if [ "$ROOST_GENERATION" -le "$argument" ]; then
      echo "generation $ROOST_GENERATION fell over" >&2
      exit 1
    fi
    ;;
esac
say ready
case $job in
  nap)
    sleep "$argument"
    say sleep
    ;;
  alarm)
    if [ "$ROOST_GENERATION" -eq 1 ]; then
      say "alarm +$argument"
      say sleep
    fi
    ;;
esac
wait_for_the_stop
