#!/bin/sh
# SPDX-License-Identifier: MIT
# handshakes.sh - what a new TLS connection costs the client, by how many threads make them.
#
#   BUILD=build ROUNDS=5 HOSTS=4000 sh test/bench/handshakes.sh
#
# After `make build/bench/limit_cells build/bench/measure`. So many hosts with a page each, so that
# each handshake is a whole one, 64 connections at a time, in one to four threads with a loop each
# (limit_cells.c), or in as many processes: what threads take that processes don't, they take for
# what they share. The contestants take turns. A line for each, medians (medians.pl): ms of the
# client's CPU, its start included, for a connection; and seconds, which are the server's, too.
set -eu
build=${BUILD:-build}
hosts=${HOSTS:-4000}
top=$(cd "$(dirname "$0")/../.." && pwd)
bench=$(cd "$build" && pwd)/bench
work=$(mktemp -d)
. "$top/test/real/sites.inc"
. "$top/test/bench/servers.inc"
trap 'stop_server; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

hosts "$hosts" 1 64 tls
seq -f "https://h%.0f.example:$port/" 0 $((hosts - 1)) >"$work/list"

run() { # NAME PROCESSES THREADS
  rm -f "$work"/part.*
  split -n "l/$2" "$work/list" "$work/part."
  "$bench/measure" 300 "$work/usage" sh -c 'for part; do $0 "$part" & done; wait' \
    "$bench/limit_cells -F -t $3 -c $((64 / $2 / $3)) -a $work/ca.pem" "$work"/part.* >"$work/out"
  [ "$(grep -c ' bad=0 ' "$work/out")" = "$2" ] || { cat "$work/out"; exit 1; }
  awk -v name="$1" -v n="$hosts" '{ printf "%s cpu=%.4f user=%.4f sys=%.4f wall=%.2f\n",
    name, ($1 + $2) / n, $1 / n, $2 / n, $3 / 1000 }' "$work/usage" >>"$work/runs"
}

for round in $(seq "${ROUNDS:-5}"); do
  printf . >&2
  run threads1 1 1
  for count in 2 4; do
    run "threads$count" 1 "$count"
    run "processes$count" "$count" 1
  done
done
perl "$top/test/bench/medians.pl" <"$work/runs"
