#!/bin/sh
# SPDX-License-Identifier: MIT
# api.sh - is docs/api.json enough for a generator of bindings?
#
#   api.sh ROOT BUILD CC
#
# What api_use.pl makes of it says the same as the header to a C compiler, names the functions that
# the shared library exports, and is read by LuaJIT, which finds all of them and calls some. Where
# LuaJIT isn't installed that is said and left out. The symbols file of the Debian package has the same.
set -eu
root=$1 build=$2 cc=$3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "api: $*" >&2
  exit 1
}

use() { perl "$here/api_use.pl" "$root/docs/api.json" "$1"; }

{
  echo '#include <crawl/crawler.h>'
  use claims
} >"$work/claims.c"
$cc -std=c11 -Wall -Wextra -Werror -I"$root/include" -fsyntax-only "$work/claims.c" ||
  fail 'it says other things than the header'

use names | sort >"$work/named"
${NM:-nm} -D --defined-only "$build/libcrawl.so" | sed -n 's/.* T \(crawler_[a-z0-9_]*\).*/\1/p' |
  grep -vx crawler_page_gumbo | sort >"$work/exported" # crawl/gumbo.h has it
cmp -s "$work/named" "$work/exported" || {
  diff "$work/named" "$work/exported" || :
  fail 'it has other functions than the library'
}
count=$(grep -c . "$work/named")

symbols=$root/pkgconfig/debian/libcrawl0.symbols
sed -n 's/^ \(crawler_[a-z0-9_]*\)@Base .*/\1/p' "$symbols" | grep -vx crawler_page_gumbo | sort >"$work/packaged"
cmp -s "$work/named" "$work/packaged" || {
  diff "$work/named" "$work/packaged" || :
  fail "${symbols#"$root"/} has other functions"
}

if command -v luajit >/dev/null; then
  use cdef >"$work/cdef"
  cat >"$work/bind.lua" <<'LUA'
local ffi = require("ffi")
ffi.cdef(io.open(arg[1]):read("*a"))
local lib = ffi.load(arg[2])
local found = 0
for name in io.lines(arg[3]) do
  assert(lib[name] ~= nil, name)
  found = found + 1
end
local c = lib.crawler_new()
assert(lib.crawler_set_option(c, "max_pages", "25") == lib.CRAWLER_OK)
assert(ffi.string(lib.crawler_get_option(c, "max_pages")) == "25")
assert(lib.crawler_set_option(c, "max_page", "25") == lib.CRAWLER_E_OPTION)
lib.crawler_free(c)
print(found)
LUA
  found=$(luajit "$work/bind.lua" "$work/cdef" "$build/libcrawl.so" "$work/named") ||
    fail 'LuaJIT cannot use it'
  [ "$found" -eq "$count" ] || fail "LuaJIT finds $found of $count functions"
else
  echo 'api: no luajit here: ffi.cdef was not asked'
fi
echo "api: $count functions, as in the header and as exported"
