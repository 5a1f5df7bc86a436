#!/bin/sh
# SPDX-License-Identifier: MIT
# embed_static.sh - bindings of compiled languages and loops of others, on the bundled site.
#
#   embed_static.sh BUILD
#
# Each test is built against BUILD's shared library and the public header alone, as a program
# outside of the tree is, and called with the site's address. What isn't installed is skipped.
set -u
build=$(cd "$1" && pwd) || exit 2
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d) || exit 1
mkfifo "$work/url"
"$build/examples/serve" "$root/examples/site" >"$work/url" &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
exec 3<"$work/url" # stays open: serve may say more
read -r url <&3 || { echo 'embed: serve names no address' >&2; exit 1; }
link="-L$build -lcrawl -Wl,-rpath,$build"
passed=0
failed=0

# try NAME COMMAND...: ends with status 0.
try() {
  name=$1
  shift
  if "$@" >"$work/out" 2>&1 </dev/null; then
    passed=$((passed + 1))
    echo "ok $name"
  else
    failed=$((failed + 1))
    echo "FAIL $name"
    tail -n 20 "$work/out"
  fi
}

# has NAME PROGRAM [PACKAGE]: the program, and by pkg-config the package; else NAME is skipped.
has() {
  if ! command -v "$2" >/dev/null 2>&1; then
    echo "skip $1 (no $2)"
  elif [ $# -gt 2 ] && ! pkg-config --exists "$3"; then
    echo "skip $1 (no $3)"
  else
    return 0
  fi
  return 1
}

# ---- bindings ----

cpp() {
  "${CXX:-g++}" -std=c++17 -O1 -g -Wall -Wextra -Wpedantic -Werror -I"$root/include" \
    "$root/examples/bindings/cpp/test.cpp" -o "$work/cpp" $link && timeout 60 "$work/cpp" "$url"
}

if has C++ "${CXX:-g++}"; then
  try C++ cpp
fi

# Debian's cargo, without a registry; the tree stays as it is.
rust() {
  cp -r "$root/examples/bindings/rust" "$work/rust" &&
    SITE=$url LIBCRAWL_LIB_DIR=$build CARGO_TARGET_DIR=$work/rust/target \
      timeout 300 cargo test -q --offline --manifest-path "$work/rust/Cargo.toml"
}

if has Rust cargo; then
  try Rust rust
fi

go_test() {
  (cd "$root/examples/bindings/go" &&
    SITE=$url CGO_CFLAGS="-O2 -g -I$root/include" CGO_LDFLAGS="-L$build -Wl,-rpath,$build" \
      GOPROXY=off GOFLAGS=-mod=mod timeout 300 go test -count=1 .)
}

if has Go go; then
  try Go go_test
fi

# ---- loops ----

warnings='-Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Werror'

# loop NAME [PACKAGE]: every page that crawler_run() finds, and the loop's timer goes on meanwhile.
loop() {
  source=$root/examples/loops/$1.c
  "${CC:-gcc}" -std=c11 -D_GNU_SOURCE -O1 -g $warnings -I"$root/include" \
    ${2:+$(pkg-config --cflags "$2")} "$source" -o "$work/$1" $link \
    ${2:+$(pkg-config --libs "$2")} || return
  timeout 60 "$work/$1" "$url" allow_private 1 delay 20ms >"$work/said" || return
  tail -n 1 "$work/said"
  # At least 20 pages with 20 ms between them are 80 ticks of 5 ms: a loop that is held up has few.
  ticks=$(sed -n 's/^over: complete, after \([0-9]*\) ticks$/\1/p' "$work/said")
  [ "${ticks:-0}" -ge 40 ] || return
  sed '$d' "$work/said" | sort >"$work/pages"
  [ "$(wc -l <"$work/pages")" -ge 20 ] && diff "$work/all_pages" "$work/pages" || return
  ! "$work/$1" "$url" no_such_option 1 >"$work/said" 2>&1 && grep no_such_option "$work/said"
}

"$build/examples/hello" "$url" allow_private 1 own_server 1 2>/dev/null | sort >"$work/all_pages"
has epoll "${CC:-gcc}" && try epoll loop epoll
has libuv "${CC:-gcc}" libuv && try libuv loop libuv libuv
has GLib "${CC:-gcc}" glib-2.0 && try GLib loop glib glib-2.0

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
