#!/usr/bin/env bash
# Puts each deliberate bug of Tests/Mutants into a copy of the sources and lets the simulation look for it: seeds 1 to 200,
# then to 2,000, then to 10,000, until some have failed. Fails if a bug is found by none. Settings by environment:
#   MUTANTS  names with spaces (default: all)
#   SEEDS    how many at most, no more than 10000 (default)
set -euo pipefail
cd "$(dirname "$0")/.."

top=$PWD
copy=$top/.build/mutants/tree
built=$top/.build/mutants/build
found=$top/.build/mutants/found
lanes=$(nproc)
most=${SEEDS:-10000}
mkdir -p "$copy" "$found"
# The copy is no checkout of its own, and must not be taken for a part of this one.
export GIT_CEILING_DIRECTORIES=$top/.build/mutants
export SWIFT_BACKTRACE=enable=no

# Times of files go along: only what a patch touches is compiled again.
sources() { git ls-files --cached --others --exclude-standard | while read -r file; do [[ ! -f $file ]] || echo "$file"; done; }
restore() { xargs -d '\n' cp -p --parents -t "$copy"; }
comm -13 <(sources | sort) <(cd "$copy" && find . -type f -printf '%P\n' | sort) | (cd "$copy" && xargs -r -d '\n' rm --)
sources | restore

# One lane: every lanes-th seed. A seed that kills the process has failed too; the lane goes on behind it.
lane() { # FIRST LAST FILE
  local first=$1 last=$2 words
  while ((first <= last)); do
    words=$("$simulate" survey "$first" $(((last - first) / lanes + 1)) "$lanes" 2>/dev/null) && first=$((last + 1))
    grep -P '^\d+\t' <<<"$words" >>"$3" || true
    ((first <= last)) || break
    words=${words##*SEED=}
    [[ $words =~ ^[0-9]+$ ]] || { echo "mutants.sh: RoostSimulate ended without its last words" >&2; return 1; }
    printf '%s\tthe process dies\n' "$words" >>"$3"
    first=$((words + lanes))
  done
}

play() { # FIRST LAST; adds to $found/*
  local children=() number child
  for ((number = 0; number < lanes; number++)); do
    lane $(($1 + number)) "$2" "$found/$number" &
    children+=($!)
  done
  for child in "${children[@]}"; do wait "$child" || return 1; done
}

survey() { # NAME; true if some seed failed
  local next=1 last=0 seed fault
  rm -f "$found"/*
  for last in 200 2000 10000; do
    last=$((last < most ? last : most))
    ((last >= next)) || continue
    play "$next" "$last" || return 1
    next=$((last + 1))
    cat "$found"/* 2>/dev/null | sort -n >"$found.all" || true
    [[ -s $found.all ]] || continue
    IFS=$'\t' read -r seed fault <"$found.all"
    echo "$1: caught by $(wc -l <"$found.all") of $last seeds, first by $seed: ${fault:0:110}"
    return 0
  done
  echo "$1: NOT CAUGHT by $((next - 1)) seeds"
  return 1
}

mutants=${MUTANTS:-$(cd Tests/Mutants && printf '%s\n' *.patch | sed 's/\.patch$//')}
count=0
bad=()
for mutant in $mutants; do
  count=$((count + 1))
  patch=$top/Tests/Mutants/$mutant.patch
  touched=$(sed -n 's|^+++ b/||p' "$patch")
  if ! git -C "$copy" apply "$patch"; then
    echo "$mutant: the patch does not apply"
    bad+=("$mutant")
    continue
  fi
  # Without optimization across modules a change inside one compiles that one alone.
  if swift build -c release -Xswiftc -disable-cmo --product RoostSimulate --package-path "$copy" \
    --scratch-path "$built" >"$found.build" 2>&1; then
    simulate=$(echo "$built"/release/RoostSimulate)
    survey "$mutant" || bad+=("$mutant")
  else
    echo "$mutant: does not build"
    grep -m 3 'error:' "$found.build" | cut -c 1-200 >&2 || tail -n 20 "$found.build" >&2
    bad+=("$mutant")
  fi
  restore <<<"$touched"
done
echo "$count mutants, $((count - ${#bad[@]})) caught${bad:+; not: ${bad[*]}}"
((${#bad[@]} == 0))
