#!/bin/sh
# SPDX-License-Identifier: MIT
# workers.sh - when is a worker full, and when the loop? What a page costs each of them.
#
#   BUILD=build SIZES='70000 128000 242000 500000' sh test/bench/workers.sh
#
# Crawls of 201 pages of one size (big_pages.pl), plain and gzipped, over 64 connections without TLS,
# one worker. perf counts how long each thread runs. A line for each: bytes of a page, how it is sent,
# ms of the loop's thread and of the worker a page, and the worker's by the loop's. What is read on the
# loop leaves the worker nothing.
set -eu
build=${BUILD:-build}
sizes=${SIZES:-70000 128000 242000 500000}
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$build" && pwd)
work=$(mktemp -d)
. "$top/test/real/sites.inc"
. "$top/test/bench/servers.inc"
trap 'stop_server; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
hertz=5000

reason=$(lacks_server site postgresql)
command -v perf >/dev/null || reason='perf is not installed (linux-perf)'
if [ -n "$reason" ]; then
  echo "workers.sh: $reason" >&2
  exit 0
fi

# Samples of the loop's thread and of the worker, by the number of pages.
each_thread() { # PAGES
  perf record -q -e cpu-clock -F $hertz -o "$work/samples" \
    "$build/crawler" -q --own-server --no-robots --links a -c 64 -w 1 "$url" >/dev/null
  perf script -i "$work/samples" -F pid,tid 2>/dev/null | awk -v pages="$1" -v hertz=$hertz '
    { split($1, id, "/"); ++count[id[1] == id[2] ? "loop" : "worker"] }
    END { loop = count["loop"] * 1000 / hertz / pages; worker = count["worker"] * 1000 / hertz / pages
      printf "%8.2f %8.2f %8.2f\n", loop, worker, worker / loop }'
}

printf '%-8s %-8s %8s %8s %8s\n' bytes '' loop worker 'w/l'
make_postgresql
for size in $sizes; do
  rm -rf "$work/big" "$work/big.gzipped"
  perl "$top/test/bench/big_pages.pl" body "$work/postgresql" "$work/big" 200 "$size"
  for coding in '' gzip; do
    site big $coding
    printf '%-8s %-8s ' "$size" "${coding:-plain}"
    each_thread 201
    stop_server
  done
done
