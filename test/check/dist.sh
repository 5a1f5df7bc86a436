#!/bin/sh
# SPDX-License-Identifier: MIT
# dist.sh - is the archive of a release the same, whoever makes it?
#
#   dist.sh MAKE BUILD
#
# Made twice, the second time by another umask, in another time zone and locale, it has the same bytes;
# and it has every file of the last commit and no other. Outside of a clone there is nothing to ask.
set -eu
make=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "dist: $*" >&2
  exit 1
}

git rev-parse --git-dir >/dev/null 2>&1 || {
  echo 'dist: no clone of git here: not asked'
  exit 77
}
(umask 022 && TZ=UTC LC_ALL=C $make -s BUILD="$work/one" dist)
(umask 077 && TZ=Asia/Kathmandu LC_ALL=C.UTF-8 $make -s BUILD="$work/two" dist)
name=$(cd "$work/one" && echo *.tar.gz)
cmp "$work/one/$name" "$work/two/$name" || fail 'two archives of one commit differ'
tar -tzf "$work/one/$name" | sed -n 's|^[^/]*/\(.*[^/]\)$|\1|p' | sort >"$work/packed"
git ls-tree -r --name-only --full-tree HEAD | sort >"$work/kept"
cmp -s "$work/packed" "$work/kept" || fail 'it has other files than the commit'
echo "dist: $(grep -c . "$work/packed") files, the same bytes twice"
