#!/bin/sh
# SPDX-License-Identifier: MIT
# tidy.sh - clang-tidy on one file, silent when all is well.
#
#   tidy.sh STAMP FILE FLAG...
set -eu
stamp=$1 file=$2
shift 2
mkdir -p "$(dirname "$stamp")"
if ! clang-tidy --quiet "$file" -- "$@" >"$stamp.log" 2>&1; then
  grep -v 'warnings\? generated\|warnings\? treated as error\|^Suppressed' "$stamp.log"
  exit 1
fi
: >"$stamp"
