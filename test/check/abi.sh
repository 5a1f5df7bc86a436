#!/bin/sh
# SPDX-License-Identifier: MIT
# abi.sh - may a program that was linked before go on with this shared library?
#
#   abi.sh [--renew] ROOT SHARED_LIBRARY
#
# test/check/abi/ holds what others rely on: libcrawl.abi, the exported functions with the types that
# the public headers show (abidw), and constants, the number of each enumerator and macro, which
# functions take as int. What is new is no change of that; what is gone or different fails. The
# library needs debug information. --renew writes both anew: with a new SONAME, or for what is new.
set -u
renew=no
[ "$1" != --renew ] || {
  renew=yes
  shift
}
root=$1 library=$2
kept=$root/test/check/abi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

fail() {
  echo "abi: $*" >&2
  exit 1
}

describe() { # describe LIBRARY FILE: what the headers show, and nothing of where it was built
  abidw --headers-dir "$root/include/crawl" --drop-private-types --drop-undefined-syms --exported-interfaces-only \
    --no-corpus-path --no-comp-dir-path --no-elf-needed --no-show-locs --no-parameter-names --no-write-default-sizes \
    --type-id-style hash --out-file "$2" "$1"
}

# Counts grow with their lists: they are no constants.
constants() {
  perl -MJSON::PP -0777 -ne '
    my $api = JSON::PP->new->decode($_);
    print sort map { "$_->{name} $_->{value}\n" } grep { $_->{name} !~ /_COUNT$|^CRAWLER_VERSION_/ }
      @{ $api->{macros} }, map { @{ $_->{values} } } @{ $api->{enums} }' "$root/docs/api.json"
}

command -v abidw >/dev/null || fail 'there is no abidw here: make deps-dev'
constants >"$work/constants" || fail 'docs/api.json cannot be read'
describe "$library" "$work/libcrawl.abi" || fail "abidw cannot read $library"
functions=$(grep -c '<function-decl' "$work/libcrawl.abi")
[ "$functions" -gt 0 ] || fail "$library has no debug information"
if [ $renew = yes ]; then
  mkdir -p "$kept" && cp "$work/libcrawl.abi" "$work/constants" "$kept"
  echo "abi: $functions functions written to ${kept#"$root"/}"
  exit
fi

bad=0
cat >"$work/counts" <<'SUPPRESS'
[suppress_type]
  type_kind = enum
  changed_enumerators = CRAWLER_STAT_COUNT, CRAWLER_CHECK_COUNT, CRAWLER_FACT_COUNT
SUPPRESS
abidiff --no-added-syms --no-show-locs --suppressions "$work/counts" "$kept/libcrawl.abi" "$work/libcrawl.abi" || bad=1
gone=$(grep -Fvxf "$work/constants" "$kept/constants") && bad=1
[ -z "$gone" ] || printf 'abi: gone, or has another number:\n%s\n' "$gone"
[ $bad -eq 0 ] || fail "it isn't as in ${kept#"$root"/}: a program linked before breaks (CONTRIBUTING.md, ABI)"
echo "abi: $functions functions and $(grep -c . "$kept/constants") constants, as they were"
