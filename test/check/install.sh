#!/bin/sh
# SPDX-License-Identifier: MIT
# install.sh - is an installed copy found, compiled against, linked and run, and taken out again?
#
#   install.sh MAKE BUILD CC
#
# By pkg-config and by CMake, with the shared library and with the archive. What libcrawl.pc names under
# Requires.private is all that the archive needs, and no more. Where CMake isn't installed that is said.
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
for file in bin/crawler include/crawl/crawler.h lib/libcrawl.a lib/libcrawl.so lib/libcrawl.so.0 lib/pkgconfig/libcrawl.pc \
  lib/cmake/libcrawl/libcrawl-config.cmake share/man/man1/crawler.1 share/man/man3/crawler_run.3; do
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
needs=$(pkg-config --print-requires-private libcrawl | cut -d ' ' -f 1)
link_static() { # link_static MODULE...: with the libraries of these
  $cc "$work/app.o" "$prefix/lib/libcrawl.a" -Wl,--no-as-needed $(pkg-config --libs "$@") -pthread -lm -o "$work/static"
}
$cc -c "$work/app.c" $(pkg-config --cflags libcrawl) -o "$work/app.o"
link_static $needs || fail 'the archive needs more than Requires.private names'
"$work/static" || fail 'the program with the archive failed'
readelf -d "$work/static" | grep -q 'NEEDED.*libcrawl' && fail 'it asks for the shared library'
for left_out in $needs; do
  ! link_static $(echo "$needs" | grep -vx "$left_out") 2>/dev/null || fail "the archive needs no $left_out"
done

# CMake, both targets of one package; another minor version is refused.
cmake_app() { # cmake_app DIR ARGUMENT...
  cmake -S "$work/cmake" -B "$work/$1" -DCMAKE_C_COMPILER="${cc##* }" -DCMAKE_PREFIX_PATH="$2" "-DASK=$3" >"$work/log" 2>&1
}
if command -v cmake >/dev/null; then
  mkdir "$work/cmake"
  cp "$work/app.c" "$work/cmake"
  cat >"$work/cmake/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.18)
project(app C)
find_package(libcrawl ${ASK} REQUIRED COMPONENTS shared static)
add_executable(shared app.c)
target_link_libraries(shared PRIVATE libcrawl::crawl)
add_executable(static app.c)
target_link_libraries(static PRIVATE libcrawl::crawl_static)
CMAKE
  mv "$prefix" "$work/moved" # the package doesn't know where it was installed
  cmake_app made "$work/moved" "${said%.*}" && cmake --build "$work/made" >"$work/log" 2>&1 || {
    cat "$work/log"
    fail 'no program by CMake'
  }
  "$work/made/shared" && "$work/made/static" || fail 'a program by CMake failed'
  readelf -d "$work/made/shared" | grep -q 'NEEDED.*libcrawl\.so\.[0-9]*\]' || fail 'by CMake it does not ask for the SONAME'
  readelf -d "$work/made/static" | grep -q 'NEEDED.*libcrawl' && fail 'by CMake it asks for the shared library'
  ! cmake_app refused "$work/moved" "${said%.*}9" || fail 'CMake takes another version'
  mv "$work/moved" "$prefix"
else
  echo 'install: no cmake here: its package was not asked'
fi

run_make uninstall PREFIX="$prefix"
left=$(find "$prefix" ! -type d)
[ -z "$left" ] || fail "uninstall leaves $left"

run_make install DESTDIR="$work/stage" PREFIX=/opt/crawl LIBDIR=/opt/crawl/lib64
grep -qx 'libdir=${prefix}/lib64' "$work/stage/opt/crawl/lib64/pkgconfig/libcrawl.pc" ||
  fail 'libcrawl.pc has another libdir'
echo 'install: installed, linked both ways, taken out'
