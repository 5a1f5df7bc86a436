#!/bin/sh
# SPDX-License-Identifier: MIT
# embed_static.sh - bindings of compiled languages and loops of others, on the bundled site.
#
#   embed_static.sh BUILD
#
# Each test is built against BUILD's shared library and the public header alone, as a program
# outside of the tree is, and called with the site's address. What isn't installed is skipped.
set -u
build=$(cd "$1" && pwd) || exit 2
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d) || exit 1
mkfifo "$work/url"
"$build/examples/serve" "$root/examples/site" >"$work/url" &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
exec 3<"$work/url" # stays open: serve may say more
read -r url <&3 || { echo 'embed: serve names no address' >&2; exit 1; }
link="-L$build -lcrawl -Wl,-rpath,$build"
passed=0
failed=0

# try NAME COMMAND...: ends with status 0.
try() {
  name=$1
  shift
  if "$@" >"$work/out" 2>&1 </dev/null; then
    passed=$((passed + 1))
    echo "ok $name"
  else
    failed=$((failed + 1))
    echo "FAIL $name"
    tail -n 20 "$work/out"
  fi
}

# has NAME PROGRAM [PACKAGE]: the program, and by pkg-config the package; else NAME is skipped.
has() {
  if ! command -v "$2" >/dev/null 2>&1; then
    echo "skip $1 (no $2)"
  elif [ $# -gt 2 ] && ! pkg-config --exists "$3"; then
    echo "skip $1 (no $3)"
  else
    return 0
  fi
  return 1
}

# ---- bindings ----

cpp() {
  "${CXX:-g++}" -std=c++17 -O1 -g -Wall -Wextra -Wpedantic -Werror -I"$root/include" \
    "$root/examples/bindings/cpp/test.cpp" -o "$work/cpp" $link && timeout 60 "$work/cpp" "$url"
}

if has C++ "${CXX:-g++}"; then
  try C++ cpp
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
