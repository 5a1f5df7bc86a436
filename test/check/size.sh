#!/bin/sh
# SPDX-License-Identifier: MIT
# size.sh - is the shared library, stripped, as small as was promised?
#
#   size.sh LIBRARY CFLAGS
#
# At most 700,000 bytes, tables of Unicode and character sets included, as it is built by default: what
# is built without -O2, or to be watched, isn't judged. What takes how much: nm -S --size-sort, and
# readelf -r for the relocations of 24 bytes that a pointer in a table costs.
set -eu

library=$1
cflags=$2
most=700000

stripped=$(mktemp)
trap 'rm -f "$stripped"' EXIT
"${STRIP:-strip}" -o "$stripped" "$library"
bytes=$(wc -c <"$stripped")
case " $cflags " in
  *-fsanitize=* | *--coverage*) judged=no ;;
  *' -O2 '* | *' -Os '*) judged=yes ;;
  *) judged=no ;;
esac
if [ $judged = no ]; then
  echo "size: $bytes bytes, not judged: built with '$cflags'"
  exit 77
fi
echo "size: $bytes bytes, at most $most"
[ "$bytes" -le $most ]
