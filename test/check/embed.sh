#!/bin/sh
# SPDX-License-Identifier: MIT
# embed.sh - do the bindings do what they say, each by its own test on the bundled site?
#
#   embed.sh BUILD
#
# One line for each. What needs a tool that isn't there is skipped; with EMBED_ALL=1 it has failed.
set -u
build=$1
work=$(mktemp -d) || exit 1
mkfifo "$work/url"
"$build/examples/serve" examples/site >"$work/url" &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
exec 3<"$work/url" # stays open: serve may say more
read -r url <&3 || { echo 'embed: serve names no address' >&2; exit 1; }
LIBCRAWL=$(cd "$build" && pwd)/libcrawl.so
export LIBCRAWL PYTHONDONTWRITEBYTECODE=1
passed=0
failed=0
skipped=0

# A test is a function that runs in a shell of its own. It calls need first.
needs() { # needs TOOL...: or the test is skipped
  for tool; do
    command -v "$tool" >/dev/null || skip "no $tool"
  done
}

skip() { # skip WHY
  echo "$1" >"$work/why"
  exit 77
}

binding_python() {
  needs python3
  timeout 120 python3 -W error examples/bindings/python/test_libcrawl.py . "$url"
}

binding_luajit() {
  needs luajit
  timeout 120 luajit examples/bindings/lua/test.lua . "$url"
}

# A copy, beside which npm puts its packages.
binding_node() {
  needs node npm
  from=examples/bindings/node to=$build/bindings/node
  mkdir -p "$to"
  cp $from/*.mjs $from/package.json $from/.npmrc "$to"
  get_npm_packages $from "$to" || skip "npm can't get its packages"
  timeout 120 node --expose-gc "$to/test.mjs" . "$url"
}

get_npm_packages() { # get_npm_packages FROM TO
  ! cmp -s "$1/package-lock.json" "$2/node_modules/lock" || return 0
  cp "$1/package-lock.json" "$2"
  (cd "$2" && npm ci --ignore-scripts --no-audit --no-fund) &&
    cp "$1/package-lock.json" "$2/node_modules/lock"
}

run() { # run NAME
  (binding_"$1") >"$work/log" 2>&1 </dev/null
  status=$?
  if [ $status -eq 0 ]; then
    passed=$((passed + 1))
    echo "ok    $1"
  elif [ $status -eq 77 ] && [ "${EMBED_ALL:-}" != 1 ]; then
    skipped=$((skipped + 1))
    echo "skip  $1 ($(cat "$work/why"))"
  else
    failed=$((failed + 1))
    echo "FAIL  $1: status $status"
    [ $status -ne 77 ] || cat "$work/why"
    tail -n 30 "$work/log"
  fi
}

for name in python luajit node; do run $name; done

echo "$passed passed, $failed failed$([ $skipped -eq 0 ] || echo ", $skipped skipped")"
[ "$failed" -eq 0 ]
