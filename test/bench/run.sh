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
# They take turns (TURNS=3 a round), round by round; what is compared is compared within a round, and the median is
# printed with the smallest and the largest. CPU is user + system of the whole process, and requests are
# what the server has logged. Where the instructions go comes from callgrind, once (parts.pl). It takes
# "rep movs" for an instruction each byte, so that the C library is told to copy otherwise.
#
# Then, of many hosts and once: what robots.txt and politeness cost a request (bench_robots), and how much
# later than due the requests of a polite crawl come (bench_polite), and what a crawler costs that does
# nothing (bench_start). PARTS=0, HOSTS=0: without that.
set -eu
build=${BUILD:-build}
rounds=${ROUNDS:-5}
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/test/real/sites.inc"
work=$(mktemp -d)
trap 'stop_sites; rm -rf "$work"' EXIT
start_sites

contestants='limit share crawler0 crawler2 wget2'
bench=$build/bench
mkdir -p "$bench"

# How many requests the server has got since this was asked last; ours must be as many as there are pages.
requests() { # SITE NAME
  all=$(show_log "$1" | wc -l)
  n=$((all - $(cat "$work/$1.requests")))
  echo "$all" >"$work/$1.requests"
  pages=$(wc -l <"$work/$1.urls")
  if [ "$2" != wget2 ] && [ "$n" -ne "$pages" ]; then
    echo "$1: $2 made $n requests for $pages pages" >&2
    return 1
  fi
  echo "$n"
}

# Runs a command; appends "user_ms system_ms wall_ms peak_kb requests" to $work/SITE.NAME.
timed() { # SITE NAME COMMAND...
  site=$1 name=$2
  shift 2
  /usr/bin/time -o "$work/time" -f '%U %S %e %M' "$@" >"$work/out" 2>/dev/null || :
  requests=$(requests "$site" "$name")
  if grep -q '^mode=' "$work/out"; then # it has measured itself, without loading its recording
    tr ' ' '\n' <"$work/out" | awk -F= -v n="$requests" '{ v[$1] = $2 }
      END { print v["user"] * 1000, v["sys"] * 1000, v["wall"] * 1000, v["rss_MB"] * 1024, n }'
  else
    tail -n 1 "$work/time" | awk -v n="$requests" \
      '{ print $1 * 1000, $2 * 1000, $3 * 1000, $4, n }'
  fi >>"$work/$site.$name.turns"
}

turn() { # SITE
  url=$(site_url "$1")
  timed "$1" limit "$bench/limit" -c 64 -m K "$work/$1.urls"
  timed "$1" share "$bench/bench_crawl" -c 64 -w 0 replay "$work/$1.links" "$url"
  timed "$1" crawler0 "$build/crawler" -q --own-server --no-robots --links a -c 64 -w 0 "$url"
  timed "$1" crawler2 "$build/crawler" -q --own-server --no-robots --links a -c 64 -w 2 "$url"
}

# One turn takes a fifth of a second, which the kernel counts in ticks of its own: ours take several a
# round, wget2 one. Of a round their mean is kept.
round() { # SITE
  for _ in $(seq "${TURNS:-3}"); do turn "$1"; done
  rm -rf "$work/wget2"
  mkdir "$work/wget2"
  (cd "$work/wget2" && timed "$1" wget2 wget2 -q -r -l inf --robots=off --max-threads=64 \
    --ignore-tags=area,iframe,frame,img,link,script,input,embed,object "$url")
  for name in $contestants; do
    awk '{ for (i = 1; i <= NF; i++) sum[i] += $i } END { for (i = 1; i <= NF; i++) printf "%s ", sum[i] / NR; print "" }' \
      "$work/$1.$name.turns" >>"$work/$1.$name"
    rm "$work/$1.$name.turns"
  done
}

# The pages are what the crawler asks for: the server's log has no URL of a request that it refuses.
prepare() { # SITE
  "$bench/bench_crawl" -w 2 record "$work/$1.links" "$(site_url "$1")" >/dev/null
  "$build/crawler" --json --own-server --no-robots --links a -c 64 -w 2 "$(site_url "$1")" |
    page_urls >"$work/$1.urls"
  show_log "$1" | wc -l >"$work/$1.requests"
}

# NAME: pages/s, CPU ms a page, that against limit, peak memory, requests.
report() { # SITE
  pages=$(wc -l <"$work/$1.urls")
  echo
  echo "$1: $pages pages, $(uname -m), $rounds rounds"
  printf '%-10s %8s %12s %22s %27s %8s %9s\n' '' 'pages/s' 'CPU ms/page' 'CPU / limit' 'CPU ms/page - limit' \
    'peak MB' 'requests'
  for name in $contestants; do
    paste -d ' ' "$work/$1.$name" "$work/$1.limit" | perl -I"$top/test/bench" -Mresults -e '
      sub spread { my ($f, @v) = @_; return sprintf "$f ($f to $f)", results::median(@v), results::extremes(@v) }
      my ($name, $pages) = @ARGV;
      my (@cpu, @wall, @peak, @ratio, @over, $requests);
      while (<STDIN>) {
        my ($u, $s, $w, $p, $r, $lu, $ls) = split;
        push @cpu, ($u + $s) / $pages; push @wall, $w; push @peak, $p; $requests = $r;
        push @ratio, ($u + $s) / (($lu + $ls) || 1); push @over, ($u + $s - $lu - $ls) / $pages;
      }
      printf "%-10s %8.0f %12.4f %22s %27s %8.1f %9d\n", $name, $pages * 1000 / (results::median(@wall) || 1),
        results::median(@cpu), spread("%.2f", @ratio), spread("%.3f", @over), results::median(@peak) / 1024, $requests;
    ' "$name" "$pages"
  done
}

# Mean of a column, for a page: the kernel shares a short process out to user and system by a few ticks.
each() { # SITE NAME COLUMN
  awk -v column="$3" -v pages="$(wc -l <"$work/$1.urls")" \
    '{ sum += $column } END { print sum / NR / pages }' "$work/$1.$2"
}

profile() { # SITE NAME COMMAND...
  site=$1 name=$2
  shift 2
  GLIBC_TUNABLES=glibc.cpu.x86_rep_movsb_threshold=0x10000000:glibc.cpu.x86_rep_stosb_threshold=0x10000000 \
    valgrind -q --tool=callgrind --compress-strings=no --compress-pos=no \
    --callgrind-out-file="$work/$name.profile" "$@" >/dev/null 2>&1 || :
  requests "$site" "$name" >/dev/null
}

parts() { # SITE
  profile "$1" limit "$bench/limit" -c 64 -m K "$work/$1.urls"
  profile "$1" share "$bench/bench_crawl" -c 64 -w 0 -o replay "$work/$1.links" "$(site_url "$1")"
  echo
  perl "$top/test/bench/parts.pl" "$(wc -l <"$work/$1.urls")" "$(each "$1" share 1)" "$(each "$1" share 2)" \
    "$work/limit.profile" "$work/share.profile"
}

# The numbers that a benchmark has printed, in the order of a row.
numbers() { # EXPRESSION OUTPUT: its groups are the numbers
  perl -0777 -e 'my $e = shift; print join(" ", <STDIN> =~ /$e/s)' "$1" <"$2"
}

hosts() {
  "$bench/bench_robots" ${ROBOTS_HOSTS:+"$ROBOTS_HOSTS"} >"$work/robots"
  echo
  echo "robots.txt and politeness, $(numbers '^(\d+) hosts' "$work/robots") hosts known"
  printf '%-10s %12s %12s %12s %12s\n' '' 'ns/request' 'of one host' 'bytes a file' 'parsed/text'
  printf '%-10s %12s %12s %12s %12s\n' match+rule \
    $(numbers 'policy: (\d+) ns.*?, (\d+) ns of one' "$work/robots") \
    $(numbers 'hosts: (\d+) bytes.*?, ([\d.]+) times' "$work/robots")
  "$bench/bench_polite" ${POLITE_HOSTS:+"$POLITE_HOSTS"} >"$work/polite" || : # what is wrong stands in there
  echo
  echo "later than due, $(numbers '^(\d+) hosts' "$work/polite") hosts by a real server's log"
  printf '%-10s %12s %12s %12s %12s %12s %12s\n' '' 'p50 ms' 'p99 ms' 'p99.9 ms' 'requests' 'CPU %' 'faults'
  printf '%-10s %12s %12s %12s %12s %12s %12s\n' polite \
    $(numbers 'p50 ([\d.]+) ms, p99 ([\d.]+) ms, p99.9 ([\d.]+) ms' "$work/polite") \
    $(numbers '(\d+) requests in \d+ s, (\d+)%' "$work/polite") $(numbers '; (\d+) faults' "$work/polite")
  echo
  "$bench/bench_start"
}

for site in ${*:-$SITES}; do
  prepare "$site"
  for _ in $(seq "$rounds"); do round "$site"; done
  report "$site"
  [ "${PARTS:-1}" = 0 ] || parts "$site"
done
[ "${HOSTS:-1}" = 0 ] || hosts
