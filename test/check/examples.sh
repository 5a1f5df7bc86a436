#!/bin/sh
# SPDX-License-Identifier: MIT
# examples.sh - do the examples do what they say, on the bundled site?
#
#   examples.sh BUILD
#
# Each is called as NAME URL [OPTION VALUE]... with the site's address and leave to fetch from
# loopback without a pause; it has to end by itself with status 0 and to print something. The command
# has to find the whole site, and to say in its exit status what went wrong.
set -u
build=$1
. "$(dirname "$0")/site.inc"
serve_site "$build" examples
passed=0
failed=0

# expect NAME STATUS PATTERN COMMAND...: ends with STATUS and prints a line like PATTERN.
expect() {
  name=$1 status=$2 pattern=$3
  shift 3
  timeout 30 "$@" >"$work/out" 2>"$work/err" </dev/null
  got=$?
  if [ "$got" -eq "$status" ] && cat "$work/out" "$work/err" | grep -q -e "$pattern"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "examples: $name: status $got for $status, or nothing like '$pattern' in"
    tail -n 20 "$work/out" "$work/err"
  fi
}

for program in "$build"/examples/*; do
  name=${program##*/}
  [ -f "$program" ] && [ -x "$program" ] || continue
  case $name in serve | document) continue ;; esac # no crawls
  expect "$name" 0 . "$program" "$url" own_server 1 allow_private 1
done
expect 'pull thread' 0 . "$build/examples/pull" thread "$url" own_server 1 allow_private 1

document=$build/examples/document
expect 'document FILE' 0 '^a  .* https://a.test/.*<a href>' "$document" https://a.test/ examples/site/index.html
expect 'document' 0 '^text/html, windows-1252: On stdin' \
  sh -c 'echo "<title>On  stdin</title>" | "$0" https://a.test/' "$document"
expect 'document without a URL' 2 usage "$document"
expect 'document of no URL' 1 'not a valid URL' "$document" nowhere

crawler=$build/crawler
expect 'crawler' 0 . "$crawler" --own-server "$url"
expect 'crawler --json' 0 '"summary":{"ended":"complete","complete":true' \
  "$crawler" --json --own-server "$url"
# All of the site but what robots.txt forbids and the page behind rel=nofollow, under one name or both.
missing=
for file in $(cd examples/site && find . -name '*.html' | cut -c 3-); do
  case $file in private/* | guestbook.html) continue ;; esac
  grep -qF -e "\"url\":\"$url$file\"" -e "\"url\":\"$url${file%index.html}\"" "$work/out" ||
    missing="$missing $file"
done
grep -q '"url":"[^"]*/private/[^}]*"outcome":"dropped","reason":"robots"' "$work/out" ||
  missing="$missing a-drop-for-robots"
grep -q '"url":"[^"]*/guestbook' "$work/out" && missing="$missing no-guestbook"
if [ -z "$missing" ]; then
  passed=$((passed + 1))
else
  failed=$((failed + 1))
  echo "examples: crawler --json lacks:$missing"
fi
expect 'crawler --max-pages' 0 '"fetched":2[,}]' "$crawler" --json --own-server -n 2 "$url"
expect 'crawler without a URL' 2 . "$crawler"
expect 'crawler --no-such-option' 2 . "$crawler" --no-such-option "$url"
kill $server
wait $server 2>/dev/null
expect 'hello on a refused port' 1 'connect' \
  "$build/examples/hello" "$url" own_server 1 allow_private 1 max_retries 0
expect 'hello without leave for loopback' 1 'address' "$build/examples/hello" "$url"
expect 'crawler on a refused port' 3 . "$crawler" --own-server "$url"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
