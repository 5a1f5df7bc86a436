#!/bin/sh
# SPDX-License-Identifier: MIT
# demo.sh - `make demo`: the command on a site, pages and summary on the screen.
#
#   demo.sh BUILD URL [OPTION...]
#
# Without a URL it crawls examples/site/, served on loopback by examples/serve.c and without a
# pause between pages, since the server is one's own. With a URL it is polite and stops at 25 pages
# unless an OPTION says otherwise.
set -eu
build=$1 url=$2
shift 2
if [ -n "$url" ]; then
  echo "crawler --max-pages 25 $* $url"
  exec "$build/crawler" --max-pages 25 "$@" "$url"
fi

pipe=$(mktemp -u)
mkfifo "$pipe"
"$build/examples/serve" examples/site >"$pipe" &
server=$!
trap 'kill $server 2>/dev/null; rm -f "$pipe"' EXIT
exec 3<"$pipe" # stays open: serve may say more
read -r url <&3
echo "crawler --own-server $* $url"
"$build/crawler" --own-server "$@" "$url"
