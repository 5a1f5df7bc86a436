#!/bin/sh
# SPDX-License-Identifier: MIT
# embed.sh - do the bindings, loops and cookbook of examples/ do what they say, each by its own test on
# the bundled site?
#
#   embed.sh BUILD
#
# One line for each; each is built against BUILD's shared library and the public header alone, as a
# program outside of the tree is. What isn't installed is skipped; with EMBED_ALL=1 it has failed.
set -u
build=$(cd "$1" && pwd) || exit 2
root=$PWD
. "$(dirname "$0")/site.inc"
serve_site "$build" embed
LIBCRAWL=$build/libcrawl.so
link="-L$build -lcrawl -Wl,-rpath,$build"
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

needs_package() { # needs_package PACKAGE: by pkg-config
  pkg-config --exists "$1" || skip "no $1"
}

# ---- bindings ----

test_python() {
  needs python3
  timeout 120 python3 -W error examples/bindings/python/test_libcrawl.py . "$url"
}

test_luajit() {
  needs luajit
  timeout 120 luajit examples/bindings/lua/test.lua . "$url"
}

test_ruby() {
  needs ruby
  timeout 120 ruby -w examples/bindings/ruby/test.rb . "$url"
}

# A copy, beside which npm puts its packages.
test_node() {
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

test_cpp() {
  needs ${CXX:-g++}
  ${CXX:-g++} -std=c++17 -O1 -g -Wall -Wextra -Wpedantic -Werror -Iinclude \
    examples/bindings/cpp/test.cpp -o "$work/cpp" $link && timeout 60 "$work/cpp" "$url"
}

# Without a registry; the tree stays as it is.
test_rust() {
  needs cargo
  cp -r examples/bindings/rust "$work/rust" &&
    SITE=$url LIBCRAWL_LIB_DIR=$build CARGO_TARGET_DIR=$build/bindings/rust \
      timeout 300 cargo test -q --offline --manifest-path "$work/rust/Cargo.toml"
}

test_go() {
  needs go
  cd examples/bindings/go &&
    SITE=$url CGO_CFLAGS="-O2 -g -I$root/include" CGO_LDFLAGS="-L$build -Wl,-rpath,$build" \
      GOPROXY=off GOFLAGS=-mod=mod timeout 300 go test -count=1 .
}

# ---- loops ----

warnings='-Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror'

# loop NAME [PACKAGE]: every page that crawler_run() finds, and the loop's timer goes on meanwhile.
loop() {
  needs ${CC:-gcc}
  [ -z "${2:-}" ] || needs_package "$2"
  ${CC:-gcc} -std=c11 -D_GNU_SOURCE -O1 -g $warnings -Iinclude \
    ${2:+$(pkg-config --cflags "$2")} "examples/loops/$1.c" -o "$work/$1" $link \
    ${2:+$(pkg-config --libs "$2")} || return
  timeout 60 "$work/$1" "$url" allow_private 1 delay 20ms >"$work/said" || return
  tail -n 1 "$work/said"
  # At least 20 pages with 20 ms between them are 80 ticks of 5 ms: a loop that is held up has few.
  ticks=$(sed -n 's/^over: complete, after \([0-9]*\) ticks$/\1/p' "$work/said")
  [ "${ticks:-0}" -ge 40 ] || return
  "$build/examples/hello" "$url" allow_private 1 own_server 1 | sort >"$work/all_pages"
  sed '$d' "$work/said" | sort >"$work/pages"
  [ "$(wc -l <"$work/pages")" -ge 20 ] && diff "$work/all_pages" "$work/pages" || return
  ! "$work/$1" "$url" no_such_option 1 >"$work/said" 2>&1 && grep no_such_option "$work/said"
}

test_epoll() { loop epoll; }
test_libuv() { loop libuv libuv; }
test_glib() { loop glib glib-2.0; }

# ---- programs ----

test_cookbook() { sh test/check/cookbook.sh "$build" "${CC:-gcc}"; }

# ---- all of them ----

run() { # run NAME
  (test_"$1") >"$work/log" 2>&1 </dev/null
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

for name in python luajit ruby node cpp rust go epoll libuv glib cookbook; do run $name; done

echo "$passed passed, $failed failed$([ $skipped -eq 0 ] || echo ", $skipped skipped")"
[ "$failed" -eq 0 ]
