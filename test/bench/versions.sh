#!/bin/sh
# SPDX-License-Identifier: MIT
# versions.sh - on what machine and with what versions: "NAME: TEXT" lines for the tables.
#
#   versions.sh BUILD
set -eu
build=$1
export LC_ALL=C

line() { # NAME TEXT: or nothing, where there is no text
  [ -z "$2" ] || echo "$1: $2"
}

package() {
  dpkg-query -W -f '${Version}' "$1" 2>/dev/null || :
}

module() {
  sed -n 's/^ *"version": "\(.*\)",*/\1/p' "$build/bench/peers/node_modules/$1/package.json" 2>/dev/null | head -n 1
}

date '+date: %-d %B %Y'
line machine "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), $(getconf _NPROCESSORS_ONLN) cores, $(
  awk '/^MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo) GB"
line load "$(cut -d ' ' -f 1-3 /proc/loadavg) at the end: averages of 1, 5 and 15 minutes"
line system "$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release), Linux $(uname -r | sed 's/-.*//'), $(uname -m)"
line libcrawl "$("$build/crawler" --version | head -n 1)"
compiler=$(sed -n '1{s/^ccache //; s/ .*//; p}' "$build/flags")
line compiler "$compiler $($compiler -dumpfullversion 2>/dev/null || :)"
line libcurl "$(pkg-config --modversion libcurl)"
line libevent "$(pkg-config --modversion libevent_core)"
line gumbo "$(pkg-config --modversion gumbo)"
line nginx "$(nginx -v 2>&1 | sed 's,.*/,,')"
line unbound "$(package unbound)"
line wrk "$(package wrk)"
line wget2 "$(wget2 --version 2>/dev/null | sed -n '1s/.*Wget2 \([0-9.]*\).*/\1/p')"
line Scrapy "$(${PYTHON:-/usr/bin/python3} -c 'import scrapy, sys; print(scrapy.__version__, "on Python", sys.version.split()[0])' 2>/dev/null)"
line crawlee "$(module @crawlee/cheerio) on Node $(node --version 2>/dev/null)"
line spider-rs "$(module @spider-rs/spider-rs)"
for name in python3-doc postgresql-doc-15 openjdk-17-doc cppreference-doc-en-html libboost1.74-doc; do line "$name" "$(package "$name")"; done
