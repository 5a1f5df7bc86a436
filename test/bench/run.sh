#!/bin/sh
# SPDX-License-Identifier: MIT
# run.sh - `make bench`: what a page costs, side by side, in one run.
#
#   BUILD=build ROUNDS=5 sh test/bench/run.sh [SITE...]
#
# Contestants on each real site (test/real/sites.inc), 64 connections, the same pages:
#   limit    the fetch-only loop of libcurl and libevent, each body in one buffer (limit.c, mode K)
#   share    the library with a parser that looks recorded links up: all but the HTML (bench_crawl)
#   crawler  the command, workers 0; and 2
#   wget2    64 threads, links of <a> only
# They take turns, round by round; ratios are taken within a round, and the median is printed with the
# smallest and the largest. CPU is user + system of the whole process. Instructions per page come from
# callgrind, once, where perf has no counters.
set -eu
build=${BUILD:-build}
rounds=${ROUNDS:-5}
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/test/real/sites.inc"
work=$(mktemp -d)
trap 'stop_sites; rm -rf "$work"' EXIT
start_sites

bench=$build/bench
mkdir -p "$bench"

# Runs a command; appends "cpu_ms wall_ms peak_kb" to $work/SITE.NAME.
timed() { # SITE NAME COMMAND...
  key=$1.$2
  shift 2
  /usr/bin/time -o "$work/time" -f '%U %S %e %M' "$@" >"$work/out" 2>/dev/null || :
  if grep -q '^mode=' "$work/out"; then # it has measured itself, without loading its recording
    tr ' ' '\n' <"$work/out" | awk -F= '{ v[$1] = $2 }
      END { print (v["cpu"] + v["user"] + v["sys"]) * 1000, v["wall"] * 1000, v["rss_MB"] * 1024 }' >>"$work/$key"
  else
    tail -n 1 "$work/time" | awk '{ print ($1 + $2) * 1000, $3 * 1000, $4 }' >>"$work/$key"
  fi
}

round() { # SITE
  url=$(site_url "$1")
  timed "$1" limit "$bench/limit" -c 64 -m K "$work/$1.urls"
  timed "$1" share "$bench/bench_crawl" -c 64 -w 0 replay "$work/$1.links" "$url"
  timed "$1" crawler0 "$build/crawler" -q --own-server --no-robots --links a -c 64 -w 0 "$url"
  timed "$1" crawler2 "$build/crawler" -q --own-server --no-robots --links a -c 64 -w 2 "$url"
  rm -rf "$work/wget2"
  mkdir "$work/wget2"
  (cd "$work/wget2" && timed "$1" wget2 wget2 -q -r -l inf --robots=off --max-threads=64 \
    --ignore-tags=area,iframe,frame,img,link,script,input,embed,object "$url")
}

prepare() { # SITE
  "$bench/bench_crawl" -w 2 record "$work/$1.links" "$(site_url "$1")" >/dev/null
  take_log "$1" | awk -v base="$(site_url "$1")" '{ print substr(base, 1, length(base) - 1) $2 }' >"$work/$1.urls"
}

# NAME: pages/s, CPU ms a page, ratio to limit by CPU (median, smallest to largest), peak memory.
report() { # SITE
  pages=$(wc -l <"$work/$1.urls")
  echo
  echo "$1: $pages pages, $(uname -m), $rounds rounds"
  printf '%-10s %10s %12s %24s %10s\n' '' 'pages/s' 'CPU ms/page' 'CPU to limit' 'peak MB'
  for name in limit share crawler0 crawler2 wget2; do
    paste -d ' ' "$work/$1.$name" "$work/$1.limit" | perl -e '
      my ($name, $pages) = @ARGV; @ARGV = ();
      my (@cpu, @wall, @peak, @ratio);
      while (<STDIN>) {
        my ($c, $w, $p, $lc) = split;
        push @cpu, $c; push @wall, $w; push @peak, $p; push @ratio, $c / ($lc || 1);
      }
      sub median { my @s = sort { $a <=> $b } @_; return $s[$#s / 2] }
      my @r = sort { $a <=> $b } @ratio;
      printf "%-10s %10.0f %12.4f %8.2f (%.2f to %.2f) %10.1f\n", $name, $pages * 1000 / (median(@wall) || 1),
        median(@cpu) / $pages, median(@ratio), $r[0], $r[-1], median(@peak) / 1024;
    ' "$name" "$pages"
  done
}

instructions() { # SITE NAME COMMAND...
  site=$1 name=$2
  shift 2
  if perf stat -x, -e instructions:u true 2>&1 | grep -q '^[0-9]'; then
    n=$(perf stat -x, -e instructions:u "$@" 2>&1 >/dev/null | awk -F, '/instructions/ { print $1 }')
  else
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" >"$work/out" 2>"$work/err" || :
    n=$(sed -n 's/.*Collected : \([0-9]*\).*/\1/p' "$work/err")
  fi
  [ -n "$n" ] && echo "$name: $((n / $(wc -l <"$work/$site.urls"))) instructions a page"
}

for site in ${*:-$SITES}; do
  prepare "$site"
  for _ in $(seq "$rounds"); do round "$site"; done
  report "$site"
  if [ "${INSTRUCTIONS:-1}" = 1 ]; then
    instructions "$site" limit "$bench/limit" -c 64 -m K "$work/$site.urls"
    instructions "$site" share "$bench/bench_crawl" -c 64 -w 0 replay "$work/$site.links" "$(site_url "$site")"
  fi
done
