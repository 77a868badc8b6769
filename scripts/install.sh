#!/usr/bin/env bash
# Installs the Debian packages that building and testing need. Skips what is installed; quick when nothing is missing.
set -euo pipefail

packages=(
  libnats-dev            # cnats, imported by CNats
  libssl-dev             # libcrypto, imported by CCrypto
  libprotobuf-c-dev      # imported by CProtobufC
  libmicrohttpd-dev      # imported by CMicroHTTPD
  libcurl4-openssl-dev   # imported by CCurl
  pkg-config             # how the Swift package manager finds the five
  protobuf-c-compiler    # protoc-c, for `make generate` and the test that compares
  protobuf-compiler      # protoc, for the Python code of Protos/
  git                    # applies the patches of Tests/Mutants, in `make mutants` and in a test
  nats-server            # the broker of the tests
  openssl                # makes the keys and certificates of the tests of TLS
  python3-venv           # brings python3, the language of the outside tests
  docker-compose         # reads compose/docker-compose.yml in a test; no engine is needed for that
  e2fsprogs              # a file system of a few MiB, to be filled to its last byte in a test
  mount                  # mounts it
  fiu-utils              # makes fdatasync and pwrite of a worker fail, in tests
  wget                   # the health check of the broker in compose/, carried out by a test
)

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null || true)
  [[ $status == "ii "* ]] || missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || { echo "install.sh: run as root: apt-get install ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "install.sh: installing ${missing[*]}" >&2
# Debian's package scripts start the broker as a service where they can; the tests start their own.
"${as_root[@]}" apt-get update -q >&2
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
