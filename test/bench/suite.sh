#!/bin/sh
# SPDX-License-Identifier: MIT
# suite.sh - `make bench-all`: the crawler beside others, in one scenario after the other.
#
#   BUILD=build ROUNDS=3 PEER_ROUNDS=1 sh test/bench/suite.sh [SCENARIO...]
#
# A scenario is one line of `scenario` below: a name, what it is, the server (servers.inc) and the
# contestants (contestants.inc). With names, those alone; `list` names them. The contestants take
# turns, round by round, the peers in the first PEER_ROUNDS of them: each a fresh process, measured
# from its start to its end (measure.c), what it has fetched counted in the server's log. TIME_LIMIT:
# seconds after which one is stopped.
#
# The figures go to BUILD/bench/results (results.pm says in what form), where those of other scenarios
# stay; tables (report.pl) and a plot (plot.pl) are made of all that is there.
set -eu
build=${BUILD:-build}
rounds=${ROUNDS:-3}
peer_rounds=${PEER_ROUNDS:-1}
time_limit=${TIME_LIMIT:-300}
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$build" && pwd)
bench=$build/bench
results=$bench/results
wanted=${*:-all}
work=$(mktemp -d)
mkdir -p "$results"
. "$top/test/real/sites.inc"
. "$top/test/bench/servers.inc"
. "$top/test/bench/contestants.inc"
trap 'stop_server; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

peer_names='wget2 scrapy crawlee spider'

# The pages that there are to be fetched, for those that get a list.
list_pages() {
  if [ "$host_count" -gt 0 ]; then
    run=env crawl_hosts 0 -S slow_concurrency="$connections" -o "$listed" >/dev/null
  else
    "$build/crawler" --json --own-server --no-robots --links a -w 0 ${tls:+--cacert "$work/ca.pem"} "$url" |
      page_urls >"$listed"
  fi
}

# Of the log: distinct pages, requests, bytes, and when the last one ended after BEGIN, in ms.
read_log() { # CONTESTANT BEGIN
  sleep 0.2 # nginx writes a line after the answer
  awk -v who="$1" -v begin="$2" '{ requests++; bytes += $3; last = $4; if (!seen[$1]++) pages++ }
    END { printf "%d %d %.0f %.0f", who == "wrk" ? requests : pages, requests, bytes, last ? (last - begin) * 1000 : 0 }' \
    "$work/log"
}

turn() { # SCENARIO CONTESTANT ROUND
  : >"$work/log"
  "run_$2" || :
  log=$(read_log "$2" "$begin")
  echo "turn $1 $2 $3 $(cat "$work/usage") $log" >>"$work/figures"
  sed -n "s/^turns of the loop: /note $1 $2 $3 &/p" "$work/out" >>"$work/figures"
  printf '.' >&2
  for name in limit cells8 cells16 cells32 crawler0 crawler2 hosts0 hosts2 hosts0wide names; do
    if [ "$2" = "$name" ] && [ "${log%% *}" -ne "$(wc -l <"$listed")" ]; then
      echo "$1: $2 has fetched ${log%% *} pages of $(wc -l <"$listed")" >&2
    fi
  done
}

# Those that are there; what keeps the others out goes to the figures.
able() { # SCENARIO CONTESTANT...
  of=$1
  shift
  for name; do
    reason=$(! command -v "lacks_$name" >/dev/null || "lacks_$name")
    if [ -n "$reason" ]; then
      echo "missing $of $name $reason" >>"$work/figures"
    else
      echo "$name"
    fi
  done
}

compare() { # SCENARIO CONTESTANT...
  names=$(able "$@")
  for round in $(seq "$rounds"); do
    for name in $names; do
      if [ "$round" -le "$peer_rounds" ] || ! has "$name" $peer_names; then turn "$1" "$name" "$round"; fi
    done
  done
  echo >&2
}

commit() {
  git -C "$top" describe --always --abbrev=10 --dirty=', changed' 2>/dev/null || echo unknown
}

place=0
scenario() { # NAME TITLE SERVER CONTESTANTS
  place=$((place + 1))
  if has list $wanted; then
    printf '%-17s %s\n' "$1" "$2"
  elif has all $wanted || has "$1" $wanted; then
    printf '%s: %s ' "$1" "$2" >&2
    echo "scenario $1 $place $2" >"$work/figures"
    reason=$(lacks_server $3)
    if [ -n "$reason" ]; then
      echo "missing $1 everybody $reason" | tee -a "$work/figures" >&2
    else
      $3
      list_pages
      compare "$1" $4
      stop_server
    fi
    echo "when $(LC_ALL=C date '+%-d %B %Y, %H:%M'), commit $(commit)" >>"$work/figures"
    mv "$work/figures" "$results/$1.figures"
  fi
}

one="wrk limit crawler0 crawler2 $peer_names"
few='limit crawler0 crawler2 wget2'
celled='cells8 cells16 cells32'
many="$celled hosts0 hosts2"

scenario postgresql "one site: PostgreSQL's manual" 'site postgresql' "$one"
scenario python     "one site: Python's manual, long pages with many links" 'site python' "$one"
scenario jdk        "one site: the JDK's API, 10,000 pages" 'site jdk' "wrk $few"
scenario cppreference 'one site: cppreference' 'site cppreference' "$few"
scenario boost      "one site: Boost's documentation" 'site boost' "$few"
scenario gzip       "PostgreSQL's manual, gzipped" 'site postgresql gzip' "crawlerlist $one"
scenario gzip_cppreference 'cppreference, gzipped' 'site cppreference gzip' "crawlerlist $few"
scenario gzip_boost "Boost's documentation, gzipped" 'site boost gzip' "crawlerlist $few"
scenario gzip_jdk   "the JDK's API, gzipped" 'site jdk gzip' "crawlerlist $few"
scenario tls        "PostgreSQL's manual, by https" 'site postgresql tls' "$one"
scenario http2      "PostgreSQL's manual, by HTTP/2" 'site postgresql tls http2' "$few"
scenario delay50ms  "PostgreSQL's manual, 50 ms until each answer" 'site postgresql delay=0.05' "$one"
scenario big        '200 pages of 242 KB' 'site big' "$one"
scenario fresh_tls  '200 pages of 242 KB, gzipped, a new TLS connection for each' 'site big gzip tls fresh' "$few"
scenario broken     '200 pages of 242 KB, each of them many documents in one' 'site broken' "$few"
scenario hosts100   '100 hosts, 10 pages each, 64 connections' 'hosts 100 10 64' "$many wget2 scrapy"
scenario hosts10k   '10,000 hosts, 2 pages each, 1,000 connections' 'hosts 10000 2 1000' "$many"
scenario hosts10k_tls '10,000 hosts, 2 pages each, by https, 1,000 connections' 'hosts 10000 2 1000 tls' "$many"
scenario dead       '1,000 hosts, 4 pages each, 5% of them dead, 200 connections' 'hosts 1000 4 200 dead' "$many scrapy"
scenario delay4s    '4,000 hosts, 2 pages each, 4 s until each answer, 4,000 connections' \
                    'hosts 4000 2 4000 delay=4' "$celled hosts0 hosts0wide"
scenario names      '100,000 hosts, 1 page each, names from a name server, 1,000 connections' \
                    'names 100000 1000' 'hosts0 names names5'
scenario delay10k   '10,000 hosts, 12 pages each, 4 s until each answer, 10,000 connections' \
                    'hosts 10000 12 10000 delay=4' "$celled hosts0wide"

! has list $wanted || exit 0
sh "$top/test/bench/versions.sh" "$build" >"$results/versions"
perl "$top/test/bench/report.pl" "$results"
perl "$top/test/bench/plot.pl" "$results" >"$results/benchmarks.svg"
