#!/bin/sh
# SPDX-License-Identifier: MIT
# flat.sh - `make bench-flat`: instructions a page, by how many hosts and URLs are known already.
#
#   flat.sh BUILD
#
# Of the engine in a simulated crawl (bench_flat.c), counted by callgrind, which noise doesn't reach:
# those of lib/ itself, and all, the simulation's and the C library's among them.
set -eu
build=$1
pages=${PAGES:-5000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

count() { # HOSTS URLS
  valgrind -q --tool=callgrind --instr-atstart=no --callgrind-out-file="$work/out" \
    "$build/bench/bench_flat" "$1" "$2" "$pages" >/dev/null 2>&1
  callgrind_annotate --threshold=100 --auto=no "$work/out" | perl -ne '
    BEGIN { ($hosts, $urls, $pages) = splice @ARGV, 0, 3; @ARGV = "-"; }
    next unless /^\s*([\d,]+) \(\s*[\d.]+%\)\s+(.*)/;
    my ($n, $what) = ($1, $2);
    $n =~ tr/,//d;
    if ($what =~ /PROGRAM TOTALS/) { $all = $n } elsif ($what =~ m{^lib/}) { $own += $n }
    END { printf "%7d hosts, %8d URLs: %6d instructions a page of our own, %6d in all\n",
            $hosts, $urls, $own / $pages, $all / $pages }' "$1" "$2" "$pages" -
}

for hosts in 100 1000 10000 100000; do count $hosts 200000; done
for urls in 10000 100000 1000000 5000000; do count 1000 $urls; done
