#!/bin/sh
# SPDX-License-Identifier: MIT
# deps.sh - installs what is missing, with the system's package manager.
#
#   deps.sh 'MODULE...' PACKAGE...
#
# A package is Debian's name; a|b: either will do, a is installed. On Debian and its descendants only
# what is missing is installed; nothing happens when nothing is. Elsewhere it is enough that pkg-config
# finds every MODULE; if it doesn't, the packages are named and you install what your system calls them.
set -eu
modules=$1
shift

is_there() {
  dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  if [ -n "$modules" ] && pkg-config --exists "$modules" 2>/dev/null; then
    exit 0
  fi
  {
    echo 'make deps knows the package manager of Debian and Ubuntu only. Please install, by the'
    echo 'names that your system gives them, what Debian calls:'
    printf '  %s\n' "$@" | sed 's/|/ or /g'
    [ -z "$modules" ] || echo "so that pkg-config finds: $modules"
  } >&2
  exit 1
fi

missing=
for package; do
  found=
  for name in $(echo "$package" | tr '|' ' '); do
    ! is_there "$name" || found=yes
  done
  [ -n "$found" ] || missing="$missing ${package%%|*}"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
  as_root=sudo
  if ! command -v sudo >/dev/null; then
    echo "make deps: neither root nor sudo here. As root: apt-get install$missing" >&2
    exit 1
  fi
fi
echo "installing$missing"
install() {
  # shellcheck disable=SC2086 # a list of names
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
}
# The lists of a new machine are empty or old: then once more, with new ones.
install </dev/null || { $as_root apt-get update -q && install </dev/null; }
