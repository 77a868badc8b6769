#!/usr/bin/env bash
# Makes .venv/py (Python with the pinned packages) and .venv/gen (Python code of Protos/roost/v1).
# Each half is skipped when nothing it is made from has changed. Debian's python3 and protoc come from scripts/install.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=scripts/python-requirements.txt
python=/usr/bin/python3
[[ -x $python ]] || python=$(command -v python3) || { echo "venv.sh: no python3; run scripts/install.sh" >&2; exit 1; }
command -v protoc >/dev/null || { echo "venv.sh: no protoc; run scripts/install.sh" >&2; exit 1; }

# Two callers at once (a test and a person) must not write into the same half-made folder.
mkdir -p .venv
exec 9>.venv/lock
flock 9

fingerprint() { cat "$@" | sha256sum | cut -d' ' -f1; }
is_current() { [[ -f $1 && $(<"$1") == "$2" ]]; }

want=$(fingerprint "$requirements")-$("$python" -V 2>&1 | tr ' ' '-')
if ! is_current .venv/py.stamp "$want" || [[ ! -x .venv/py/bin/python ]]; then
  rm -rf .venv/py .venv/py.stamp
  "$python" -m venv .venv/py
  .venv/py/bin/python -m pip install -q --disable-pip-version-check -r "$requirements"
  echo "$want" >.venv/py.stamp
fi

protos=(Protos/roost/v1/*.proto)
want=$(fingerprint "${protos[@]}")
if ! is_current .venv/gen.stamp "$want" || [[ ! -d .venv/gen/roost ]]; then
  rm -rf .venv/gen .venv/gen.stamp
  mkdir .venv/gen
  protoc -I Protos --python_out=.venv/gen "${protos[@]}"
  echo "$want" >.venv/gen.stamp
fi
