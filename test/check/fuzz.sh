#!/bin/sh
# SPDX-License-Identifier: MIT
# fuzz.sh - one libFuzzer program for a while.
#
#   fuzz.sh PROGRAM SECONDS
#
# It starts from test/fuzz/corpus/<name>/ and from what earlier runs found, which it keeps below the
# build directory; <name> is the program's without "fuzz_". test/fuzz/<name>.dict, if there, is its
# dictionary.
# What crashes it is written to the build directory and named in the output.
set -eu
program=$1 seconds=$2
name=${program##*/fuzz_}
found=${program%/*}/found/$name
mkdir -p "$found"
set -- "$found"
[ ! -d "test/fuzz/corpus/$name" ] || set -- "$@" "test/fuzz/corpus/$name"
[ ! -f "test/fuzz/$name.dict" ] || set -- "-dict=test/fuzz/$name.dict" "$@"
exec "$program" -error_exitcode=1 -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
  -artifact_prefix="${program%/*}/$name-" "$@"
