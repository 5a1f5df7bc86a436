#!/bin/sh
# SPDX-License-Identifier: MIT
# border.sh - what a page's links cost on their way into another language.
#
#   border.sh BUILD [ROUNDS]
#
# Each border.* says by itself what it measures; this prints the medians (and quartiles) in
# microseconds a page, and what is asked for: the bulk hook at most 3 times a split of the same
# bytes without the library, and a call for each link at least 5 times the hook.
set -eu
build=$1 rounds=${2:-501}
LIBCRAWL=$(cd "$build" && pwd)/libcrawl.so
export LIBCRAWL PYTHONDONTWRITEBYTECODE=1

measure() {
  if command -v python3 >/dev/null; then
    PYTHONPATH=examples/bindings/python python3 test/bench/border.py "$rounds"
  fi
  if command -v luajit >/dev/null; then
    LUA_PATH='examples/bindings/lua/?.lua;;' luajit test/bench/border.lua "$rounds"
  fi
  node=$build/bindings/node # made by check-embed, with its packages
  if command -v node >/dev/null && [ -d "$node/node_modules/koffi" ]; then
    cp test/bench/border.mjs "$node" && node "$node/border.mjs" "$rounds"
  fi
}

measure | awk '
  function report(way) {
    for (way = 1; way <= count; way++)
      printf "%-7s %5s links  %-5s %9.2f us  (%.2f to %.2f)\n", name, links, order[way], \
        median[order[way]], low[order[way]], high[order[way]]
    if (count)
      printf "%-7s %5s links  hook / split %.2f (at most 3), each / hook %.2f, one / hook %.2f" \
        " (at least 5)\n", name, links, median["hook"] / median["split"], \
        median["each"] / median["hook"], median["one"] / median["hook"]
    count = 0
  }
  $1 != name || $2 != links { report() }
  { name = $1; links = $2; order[++count] = $3; median[$3] = $4; low[$3] = $5; high[$3] = $6 }
  END { report() }'
