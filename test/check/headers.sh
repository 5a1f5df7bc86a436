#!/bin/sh
# SPDX-License-Identifier: MIT
# headers.sh - does every header stand alone?
#
#   headers.sh ROOT CC CXX [FLAG...]
#
# The public ones as C99, C11 and C17 and as C++11 and C++17, with warnings as errors; those of lib/
# as the C11 they are written in; crawler.h also by LuaJIT's ffi.cdef, as bindings read it. What isn't
# installed (a C++ compiler, LuaJIT) is named and left out.
set -u
root=$1 cc=$2 cxx=$3
shift 3
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
asked=0
wrong=0

# must WHAT COMMAND...: shows the command's words when it fails.
must() {
  what=$1
  shift
  asked=$((asked + 1))
  if ! "$@" >"$work/log" 2>&1; then
    wrong=$((wrong + 1))
    echo "headers: $what:"
    head -n 20 "$work/log"
  fi
}

for header in "$root"/include/crawl/*.h; do
  name=crawl/${header##*/}
  echo "#include <$name>" >"$work/alone.c"
  echo 'int main(void) { return 0; }' >>"$work/alone.c"
  cp "$work/alone.c" "$work/alone.cc"
  for std in c99 c11 c17; do
    must "$name as $std" $cc -std=$std -Wall -Wextra -Wpedantic -Werror -Wshadow -Wstrict-prototypes \
      -Wundef -fsyntax-only -I"$root/include" "$@" "$work/alone.c"
  done
  command -v ${cxx%% *} >/dev/null || continue
  for std in c++11 c++17; do
    must "$name as $std" $cxx -std=$std -Wall -Wextra -Wpedantic -Werror -fsyntax-only \
      -I"$root/include" "$@" "$work/alone.cc"
  done
done
command -v ${cxx%% *} >/dev/null || echo "headers: no C++ compiler here: C++ was not asked"

for header in "$root"/lib/*/*.h; do
  echo "#include \"${header#"$root"/lib/}\"" >"$work/alone.c"
  echo 'int main(void) { return 0; }' >>"$work/alone.c"
  must "${header#"$root"/} alone" $cc -std=c11 -D_GNU_SOURCE -Wall -Wextra -fsyntax-only \
    -I"$root/include" -I"$root/lib" "$@" "$work/alone.c"
done

if command -v luajit >/dev/null; then
  echo '#include <crawl/crawler.h>' | $cc -E -P -I"$root/include" -x c - >"$work/plain.h"
  echo 'require("ffi").cdef(io.open(arg[1]):read("*a"))' >"$work/read.lua"
  must 'crawl/crawler.h in ffi.cdef' luajit "$work/read.lua" "$work/plain.h"
else
  echo 'headers: no luajit here: ffi.cdef was not asked'
fi
echo "headers: $asked compiled alone, $wrong wrong"
[ "$wrong" -eq 0 ]
