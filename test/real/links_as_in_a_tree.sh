#!/bin/sh
# SPDX-License-Identifier: MIT
# links_as_in_a_tree.sh - the links of all pages of the real sites that are installed, by tokens and
# from gumbo's tree: the same, in the same order. Then those of mutated pages (MUTANTS=5 of each).
#
#   links_as_in_a_tree.sh [BUILD]
set -u
build=${1:-$BUILD}
here=$(dirname "$0")
. "$here/sites.inc"
passed=0
failed=0

for site in postgresql boost cppreference jdk python; do
  root=$(site_root "$site") || continue
  for mutants in 0 "${MUTANTS:-5}"; do
    echo "$site, mutants of each page: $mutants"
    if find "$root" -name '*.html' | "$build/real/agree" "$mutants"; then
      passed=$((passed + 1))
    else
      failed=$((failed + 1))
    fi
  done
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
