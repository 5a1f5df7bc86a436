#!/bin/sh
# SPDX-License-Identifier: MIT
# parts.sh - is the library whole when parts are left out of it?
#
#   parts.sh MAKE BUILD 'PART...' 'CHOICE...'
#
# A choice is a part, "all" of them, or "none". Each is built in BUILD/parts/CHOICE without that, from
# there installed and linked, and tested: what needs the part isn't built or is skipped. The shared
# library has to need the libraries of the parts that are in, and of no other part. Then without all,
# by clang if there is one. Prints a row for each: bytes of the stripped library, test programs, tests.
set -eu
make=$1 build=$2 parts=$3 choices=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

fail() {
  echo "parts: $*" >&2
  failures=$((failures + 1))
}

is_out() { # is_out CHOICE PART
  [ "$1" = all ] || [ "$1" = "$2" ]
}

# Each library is named after its part: libpsl.so.5, libpcre2-8.so.0.
check_needed() { # check_needed CHOICE LIBRARY
  readelf -d "$2" | sed -n 's/.*NEEDED.*\[lib\(.*\)\]/\1/p' >"$work/needed"
  for part in $parts; do
    if is_out "$1" "$part"; then
      ! grep -q "^${part#lib}" "$work/needed" || fail "without $1 the library needs $part"
    else
      grep -q "^${part#lib}" "$work/needed" || fail "without $1 the library doesn't need $part"
    fi
  done
}

run_make() { # run_make CHOICE NAME TARGET...: into BUILD/parts/NAME
  without=$1 name=$2
  shift 2
  case $without in
    all) without=$parts ;;
    none) without= ;;
  esac
  $make -s BUILD="$build/parts/$name" WITHOUT="$without" "$@" >"$work/log" 2>&1 || {
    grep -v '^ok ' "$work/log"
    fail "without $name: make $* failed"
  }
}

check() { # check CHOICE
  library=$build/parts/$1/libcrawl.so
  run_make "$1" "$1" all
  run_make "$1" "$1" symbols layers calls install-check
  run_make "$1" "$1" test
  programs=$(sed -n 's/^in \([0-9]*\) programs.*/\1/p' "$work/log")
  tests=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$work/log" | tail -n 1)
  check_needed "$1" "$library"
  "${STRIP:-strip}" -o "$work/stripped" "$library"
  printf '%-10s %8d  %3d  %-42s %s\n' "$1" "$(wc -c <"$work/stripped")" "${programs:-0}" "$tests" \
    "$(sed 's/\.so.*//' "$work/needed" | grep -v '^c$' | tr '\n' ' ')"
}

echo 'without       bytes  programs, tests                                libraries'
for choice in $choices; do check "$choice"; done
if command -v clang >/dev/null; then
  run_make all clang CC=clang all
  check_needed all "$build/parts/clang/libcrawl.so"
fi
[ "$failures" -eq 0 ]
