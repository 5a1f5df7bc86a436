#!/bin/sh
# SPDX-License-Identifier: MIT
# names.sh - names by getaddrinfo() in threads beside the library's resolver (bench_names.c).
#
#   BUILD=build ROUNDS=5 COUNT=10000 ATTEMPT_S=1 sh test/bench/names.sh      as root
#
# After `make build/bench/bench_names`. getaddrinfo() asks the system's name server, so all of it
# runs in a network of its own, where there is nothing but loopback, with a resolv.conf that names
# unbound (servers.inc) there. For 5% of the names no answer comes: each is given up after twice
# ATTEMPT_S. The contestants take turns: N threads; the resolver with N names at a time; and as the
# crawler opens it, with 8,192 at a time, of which 64 have been asked for a moment ago. A line for
# each, medians (medians.pl).
set -eu
[ "${1:-}" = inside ] || exec unshare -n -m sh "$0" inside
build=${BUILD:-build}
count=${COUNT:-10000}
attempt_s=${ATTEMPT_S:-1}
top=$(cd "$(dirname "$0")/../.." && pwd)
bench=$(cd "$build" && pwd)/bench
work=$(mktemp -d)
. "$top/test/real/sites.inc"
. "$top/test/bench/servers.inc"
trap 'stop_server; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

reason=$(lacks_server names)
if [ -n "$reason" ]; then
  echo "names.sh: $reason" >&2
  exit 0
fi

ip link set lo up
printf 'nameserver 127.0.0.1\noptions timeout:%s attempts:2\n' "$attempt_s" >"$work/resolv.conf"
echo 'hosts: dns' >"$work/nsswitch.conf"
for file in resolv.conf nsswitch.conf; do
  mount --bind "$work/$file" "/etc/$file"
done
name_port=53
start_name_server "$count"

run() { # NAME WORD...
  name=$1
  shift
  "$bench/bench_names" "$count" "$@" >"$work/out"
  echo "$name $(cat "$work/out")" >>"$work/runs"
}

for round in $(seq "${ROUNDS:-5}"); do
  printf . >&2
  for threads in 16 64 256; do run "threads$threads" threads "$threads"; done
  for active in 64 256; do run "resolver$active" resolver $((2000 * attempt_s)) "$active" 0; done
  run crawler resolver $((2000 * attempt_s)) 8192 64
done
perl "$top/test/bench/medians.pl" cpu_ms/name user sys wall last_found lost rss_MB <"$work/runs"
