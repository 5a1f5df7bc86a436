#!/bin/sh
# SPDX-License-Identifier: MIT
# install.sh - is an installed copy found, compiled against, linked and run, and taken out again?
#
#   install.sh MAKE BUILD CC
set -eu
make=$1 build=$2 cc=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/usr

fail() {
  echo "install: $*" >&2
  exit 1
}

run_make() {
  $make -s BUILD="$build" "$@" >"$work/log" 2>&1 || { cat "$work/log"; fail "make $* failed"; }
}

run_make install PREFIX="$prefix"
for file in bin/crawler include/crawl/crawler.h lib/libcrawl.a lib/libcrawl.so lib/pkgconfig/libcrawl.pc; do
  [ -e "$prefix/$file" ] || fail "no $file was installed"
done

cat >"$work/app.c" <<'APP'
#include <crawl/crawler.h>
int main(void)
{
  crawler *c = crawler_new();
  int err = c ? crawler_set_option(c, "max_pages", "25") : CRAWLER_E_NOMEM;
  crawler_free(c);
  return err;
}
APP
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}"
said=$("$prefix/bin/crawler" --version | grep -o '[0-9.]*[0-9]' | head -n 1)
[ "$(pkg-config --modversion libcrawl)" = "$said" ] ||
  fail 'libcrawl.pc and crawler --version name different versions'

# Shared, as programs link by default. In $cc and what pkg-config prints, words are words.
$cc "$work/app.c" $(pkg-config --cflags --libs libcrawl) -o "$work/shared"
LD_LIBRARY_PATH="$prefix/lib" "$work/shared" || fail 'the program with the shared library failed'
readelf -d "$work/shared" | grep -q 'NEEDED.*libcrawl\.so\.[0-9]*\]' || fail 'it does not ask for the SONAME'

# The archive of ours beside the shared libraries of others.
$cc "$work/app.c" $(pkg-config --cflags libcrawl) "$prefix/lib/libcrawl.a" \
  $(pkg-config --libs $(pkg-config --print-requires-private libcrawl | cut -d ' ' -f 1)) -pthread -lm \
  -o "$work/static"
"$work/static" || fail 'the program with the archive failed'

run_make uninstall PREFIX="$prefix"
left=$(find "$prefix" ! -type d)
[ -z "$left" ] || fail "uninstall leaves $left"

run_make install DESTDIR="$work/stage" PREFIX=/opt/crawl LIBDIR=/opt/crawl/lib64
grep -qx 'libdir=${prefix}/lib64' "$work/stage/opt/crawl/lib64/pkgconfig/libcrawl.pc" ||
  fail 'libcrawl.pc has another libdir'
echo 'install: installed, linked both ways, taken out'
