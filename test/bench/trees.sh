#!/bin/sh
# SPDX-License-Identifier: MIT
# trees.sh - trees by gumbo, with malloc() and in arenas of several kinds (bench_trees.c).
#
#   find SITE -name '*.html' -size +100k -size -250k | BUILD=build ROUNDS=5 sh test/bench/trees.sh
#
# After `make build/bench/bench_trees`. Arenas with chunks as pages have them (8 KB), as workers
# have them for trees that aren't kept (256 KB), between these, and with one chunk that holds any
# tree and stays. The contestants take turns; medians (medians.pl).
set -eu
bench=${BUILD:-build}/bench
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

cat >"$work/pages"
for round in $(seq "${ROUNDS:-5}"); do
  printf . >&2
  for chunk in 0 8 64 256 65536; do
    "$bench/bench_trees" "$chunk" <"$work/pages" >"$work/out"
    echo "chunk$chunk $(cat "$work/out")" >>"$work/runs"
  done
done
perl "$top/test/bench/medians.pl" KB/page cpu_ms/page faults/page of_html of_html_p99 of_html_most \
  <"$work/runs"
