#!/bin/sh
# SPDX-License-Identifier: MIT
# same_pages_as_wget2.sh - does the command fetch exactly the pages that wget2 fetches?
#
#   same_pages_as_wget2.sh [BUILD]
#
# Both crawl the same real sites under nginx; the server's log decides. Nothing may be asked for
# twice. For each URL that only one of them asked for, why_linked.pl prints where it stands.
set -u
build=${1:-$BUILD}
here=$(dirname "$0")
. "$here/sites.inc"
work=$(mktemp -d) || exit 1
trap 'stop_sites; rm -rf "$work"' EXIT
start_sites || exit 1
passed=0
failed=0

check() { # NAME COMMAND...
  name=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "test-real: $name: FAILED"
  fi
}

crawl_with_crawler() {
  "$build/crawler" --json --own-server --allow-private --no-robots --links a -c 64 -w 2 \
    "$(site_url "$1")" >"$work/$1.jsonl"
}

crawl_with_wget2() {
  mkdir "$work/$1.wget2"
  (cd "$work/$1.wget2" && wget2 -q -r -l inf --robots=off \
    --ignore-tags=area,iframe,frame,img,link,script,input,embed,object "$(site_url "$1")" >/dev/null 2>&1)
  rm -rf "$work/$1.wget2"
}

none_twice() {
  twice=$(sort "$1" | uniq -d)
  [ -z "$twice" ] || { echo "asked for twice:"; echo "$twice"; false; }
}

same() { # SITE
  sort -u "$work/$1.ours" >"$work/a"
  sort -u "$work/$1.theirs" >"$work/b"
  comm -3 "$work/a" "$work/b" | awk '{ print $2 }' >"$work/differ"
  [ -s "$work/differ" ] || return 0
  echo "only asked for by one (crawler on the left, wget2 on the right):"
  comm -3 "$work/a" "$work/b"
  perl "$here/why_linked.pl" "$(site_root "$1")" "$work/differ"
  false
}

count() { # a number that must not be small by accident
  [ "$(wc -l <"$work/$1.ours")" -ge "$2" ]
}

for site in $SITES; do
  check "$site: the command ends with status 0" crawl_with_crawler "$site"
  take_log "$site" >"$work/$site.ours"
  crawl_with_wget2 "$site"
  take_log "$site" >"$work/$site.theirs"
  check "$site: no URL is asked for twice" none_twice "$work/$site.ours"
  check "$site: the same requests as wget2" same "$site"
  echo "test-real: $site: $(wc -l <"$work/$site.ours") requests, wget2 $(wc -l <"$work/$site.theirs")"
done
check 'python: all of the site' count python 500
check 'jdk: all of the site' count jdk 10000
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
