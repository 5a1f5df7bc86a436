#!/bin/sh
# SPDX-License-Identifier: MIT
# memory.sh - `make bench-memory`: what a transfer in flight takes, the library beside a bare loop.
#
#   BUILD=build TRANSFERS='1000 5000 10000' sh test/bench/memory.sh
#
# As many hosts as transfers, each with one page of 8 KB, all of them asked at once; the server
# (servers.inc) answers when the last one has connected. A line for each: connections, http or https,
# who, and peak memory beyond what there was before the first began, in KB for each transfer. It has
# the bodies in it that were there at the same time; the kernel's buffers it doesn't have.
set -eu
build=${BUILD:-build}
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$build" && pwd)
bench=$build/bench
work=$(mktemp -d)
. "$top/test/real/sites.inc"
. "$top/test/bench/servers.inc"
. "$top/test/bench/contestants.inc"
trap 'stop_server; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
time_limit=600

reason=$(lacks_server hosts delay=1)
if [ -n "$reason" ]; then
  echo "memory.sh: $reason" >&2
  exit 0
fi

# All were in flight together if none began later than the first one ended.
tell() { # NAME
  perl -e 'my ($name, $count, $scheme, $delay) = @ARGV;
    my %is = <STDIN> =~ /(\w+)=([\d.]+)/g;
    printf "%6d %-5s %-8s %6.1f KB a transfer, peak %.0f MB%s\n", $count, $scheme, $name,
      ($is{rss_MB} - $is{idle_MB}) * 1024 / $count, $is{rss_MB},
      $is{requests} != $count || $is{wall} >= 2 * $delay ? " (not all at the same time)" : "";' \
    "$1" "$count" "http$tls" "$delay" <"$work/out"
}

run_hosts() {
  crawl_hosts 0 -S slow_concurrency="$connections" -S connect_timeout=300s -S dns_timeout=300s
}

for count in ${TRANSFERS:-1000 5000 10000}; do
  for tls in '' tls; do
    delay=$((4 + count / 500)) # until all have connected
    [ -z "$tls" ] || delay=$((4 + count / 150))
    hosts "$count" 1 "$count" $tls delay="$delay"
    timeout_s=600
    seq -f "http$tls://h%.0f.example:$port/" 0 $((count - 1)) >"$listed"
    run_cells && tell cells
    run_hosts && tell libcrawl
    stop_server
  done
done
