#!/bin/sh
# SPDX-License-Identifier: MIT
# selftest.sh - does each check see the fault it is there for?
#
#   selftest.sh CC
#
# A small tree that all checks accept; then one fault at a time is planted in it, and the check has
# to fail and to name it. A check that nobody has seen failing is no check.
set -u
cc=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
tree=$work/tree
passed=0
failed=0

put() { # put FILE: from standard input
  mkdir -p "$(dirname "$tree/$1")"
  cat >"$tree/$1"
}

add() { # add FILE LINE...
  file=$tree/$1
  shift
  mkdir -p "$(dirname "$file")"
  printf '%s\n' "$@" >>"$file"
}

fresh() {
  rm -rf "$tree"
  put include/crawl/crawler.h <<'C'
/* SPDX-License-Identifier: MIT */
#ifndef CRAWL_CRAWLER_H
#define CRAWL_CRAWLER_H
#define CRAWLER_VERSION_MAJOR 1
#define CRAWLER_VERSION_MINOR 2
#define CRAWLER_VERSION_PATCH 3
#ifdef __cplusplus
extern "C" {
#endif
typedef int (*crawler_hook)(int kind, void *user);
/* Not a declaration: crawler_comment(void); */
int crawler_one(void);
/* Two. */
int crawler_two(crawler_hook hook, void *user);
#ifdef __cplusplus
}
#endif
#endif
C
  put lib/base/mem.h <<'C'
/* SPDX-License-Identifier: MIT */
/* mem.h - memory. */
#ifndef CR_BASE_MEM_H
#define CR_BASE_MEM_H
void *cr_alloc(void);
#endif
C
  put lib/base/mem.c <<'C'
/* SPDX-License-Identifier: MIT */
/* mem.c - memory; free() and printf() are words here, and "exit(1)" is text. */
#include "base/mem.h"

#include <stdlib.h>

void *cr_alloc(void)
{
  return malloc(1);
}
C
  put lib/loop/loop.h <<'C'
/* SPDX-License-Identifier: MIT */
/* loop.h - the loop. */
#include "base/mem.h"
C
  put lib/url/url.h <<'C'
/* SPDX-License-Identifier: MIT */
/* url.h - URLs. */
#include "crawl/crawler.h"
#include "base/mem.h"
C
  put lib/robots/robots.h <<'C'
/* SPDX-License-Identifier: MIT */
/* robots.h - robots.txt. */
C
  put lib/fetch/curl_easy.h <<'C'
/* SPDX-License-Identifier: MIT */
/* curl_easy.h - brings libcurl along. */
#include <curl/curl.h>
C
  put lib/api/options.def <<'C'
/* SPDX-License-Identifier: MIT */
/* CR_OPTION(comment, ...) */
CR_OPTION(max_pages, COUNT, 0)
C
  put test/base/test_mem.c <<'C'
/* SPDX-License-Identifier: MIT */
void assert_true(int);
void claim(void)
{
  assert_true(1);
}
C
  add docs/reference/options.md '| `max_pages` | 0 |' 'crawler_one() `lib/base/mem.c` [log](../../CHANGELOG.md)'
  add docs/reference/crawler.md 'crawler_two(), CRAWLER_VERSION_MAJOR'
  add CHANGELOG.md '# Changes' '' '## 1.2.3'
  add examples/crawler.c '/* SPDX-License-Identifier: MIT */' 'enum { EXIT_USAGE = 2 };'
  add examples/command/option_table.c '/* SPDX-License-Identifier: MIT */' '  { "one", 0, A },' \
    "  { \"two\", 't', B },"
  add docs/reference/command.md '| `--one`, `-t`, `--two N` | |' '| 0 | |' '| 2 | |'
}

# docs/api.json as the headers of the tree are now.
describe() {
  perl "$here/gen_api.pl" "$tree" >"$work/made" 2>&1 || cat "$work/made"
}

# HTML documentation, as gen_site.pl would write it.
write_site() {
  add site/index.html '<html><body id="top"><h1>One</h1><a href="a/b.html#part">b</a></body></html>'
  add site/a/b.html '<html><h1>Two</h1><h2 id="part">x</h2><a href="../index.html#top">one</a></html>'
}

# The manual pages of the tree as it is now.
write_pages() {
  perl "$here/gen_man.pl" "$tree" 1.2.3 "$work/man" >"$work/made" 2>&1 || cat "$work/made"
}

run() {
  case $1 in
    layers) perl "$here/layers.pl" "$tree" 'base loop' 'url robots' 'fetch' 'api' ;;
    style) perl "$here/style.pl" "$tree" ;;
    docs) perl "$here/docs.pl" "$tree" 1.2.3 ;;
    api) perl "$here/gen_api.pl" --check "$tree" ;;
    site) perl "$here/gen_site.pl" --check "$tree/site" ;;
    man) perl "$here/gen_man.pl" --check "$tree" "$work/man" ;;
    headers) sh "$here/headers.sh" "$tree" "$cc" no-such-compiler ;;
    symbols) link_and_ask ;;
    size) link_and_weigh ;;
    abi) link_with_types && sh "$here/abi.sh" "$tree" "$work/one.so" ;;
    calls) compile_and_ask ;;
  esac >"$work/said" 2>&1
}

# The library of the tree is what symbols.c holds.
link_and_ask() {
  $cc -fPIC -c "$tree/symbols.c" -o "$work/one.o" && $cc -shared "$work/one.o" -o "$work/one.so" &&
    rm -f "$work/one.a" && ar rcs "$work/one.a" "$work/one.o" &&
    perl "$here/symbols.pl" "$work/one.so" "$work/one.a" "$tree/include/crawl/crawler.h"
}

link_and_weigh() {
  $cc -fPIC -shared "$tree/symbols.c" -o "$work/one.so" && sh "$here/size.sh" "$work/one.so" "$optimized"
}

# A library that has the types of the tree's header, and the description that goes with it.
link_with_types() {
  describe && $cc -g -fPIC -shared -I"$tree/include" "$tree/abi.c" -o "$work/one.so"
}

# The tree with an interface that is kept as it is now.
keep_abi() {
  fresh
  put include/crawl/crawler.h <<'C'
#include <stddef.h>
/* A colour. */
typedef enum crawler_color {
  CRAWLER_RED = 0,
  CRAWLER_BLUE = 1
} crawler_color;
int crawler_one(crawler_color color); /* one */
int crawler_two(int kind); /* two */
#define CRAWLER_FLAG 4 /* a flag */
C
  put abi.c <<'C'
#include <crawl/crawler.h>
int crawler_one(crawler_color color) { return color; }
int crawler_two(int kind) { return kind; }
C
  link_with_types && sh "$here/abi.sh" --renew "$tree" "$work/one.so" >"$work/said" 2>&1
}

# breaks PATTERN SED-EXPRESSION WHAT: with header and source changed so.
breaks() {
  keep_abi
  sed -i "$2" "$tree/include/crawl/crawler.h" "$tree/abi.c"
  refuses abi "$1" README.md 'words'
}

# The objects of every source file of the tree.
compile_and_ask() {
  set --
  for source in "$tree"/lib/*/*.c; do
    object=$work/obj/$(basename "$(dirname "$source")")/$(basename "$source" .c).o
    mkdir -p "$(dirname "$object")"
    $cc -c -I"$tree/lib" "$source" -o "$object" || return 1
    set -- "$@" "$object"
  done
  perl "$here/calls.pl" 'base loop' 'url robots' 'fetch' 'api' -- "$@"
}

result() { # result GOOD TEXT
  if [ "$1" = yes ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "selftest: $2; it said:"
    cat "$work/said"
  fi
}

accepts() { # accepts CHECK WHAT
  good=no
  ! run "$1" || good=yes
  result $good "$1 does not accept $2"
}

# refuses CHECK PATTERN FILE LINE...: with those lines added to the file, and fresh again afterwards.
refuses() {
  check=$1 pattern=$2
  shift 2
  add "$@"
  good=no
  if ! run "$check" && grep -q -e "$pattern" "$work/said"; then
    good=yes
  fi
  result $good "$check does not see '$pattern'"
  fresh
}

fresh
for check in layers style docs headers; do accepts $check 'a clean tree'; done

refuses layers 'url.h:.*upwards' lib/url/url.h '#include "fetch/curl_easy.h"'
refuses layers 'url.h:.*sideways' lib/url/url.h '#include "robots/robots.h"'
refuses layers 'mem.h:.*sideways' lib/base/mem.h '#include "loop/loop.h"'
refuses layers 'second place' lib/url/url.h '#include <curl/curl.h>'
refuses layers 'second place' lib/fetch/fetch.h '#include <event2/event.h>'
refuses layers 'second place' lib/fetch/curl_easy.h '#include <gumbo.h>'
refuses layers 'second place' lib/url/url.h '#include <sys/epoll.h>'
refuses layers 'brings an outside library' lib/fetch/fetch.h '#include "fetch/curl_easy.h"'
refuses layers 'only parse/html_gumbo.c' lib/url/url.h '#include "crawl/gumbo.h"'
refuses layers 'no known header' lib/url/url.h '#include <glib.h>'
refuses layers 'room/file.h' lib/url/url.h '#include "url.h"'
refuses layers 'no lib/base/gone.h' lib/url/url.h '#include "base/gone.h"'
refuses layers 'in no layer' lib/extra/extra.h '/* extra.h */'

callee='void *cr_alloc(void); void *cr_down(void) { return cr_alloc(); }'
add lib/url/url.c "$callee" && accepts calls 'a call downwards' && fresh
add lib/loop/loop.c "$callee" && add lib/base/mem.c 'void *cr_mine(void) { return cr_alloc(); }' &&
  accepts calls 'a call to the room itself, and from loop to base' && fresh
caller='int crawler_name(void); int cr_name(void) { return crawler_name(); }'
add lib/api/names.c 'int crawler_name(void) { return 1; }' &&
  refuses calls 'url.c: takes crawler_name, of api/, upwards' lib/url/url.c "$caller"
add lib/robots/names.c 'int crawler_name(void) { return 1; }' &&
  refuses calls 'url.c: takes crawler_name, of robots/, sideways' lib/url/url.c "$caller"
add lib/loop/names.c 'int crawler_name(void) { return 1; }' &&
  refuses calls 'tool.c: takes crawler_name, of loop/, sideways' lib/base/tool.c "$caller"
add lib/api/names.c 'const int cr_table[] = { 1 };' &&
  refuses calls 'takes cr_table, of api/, upwards' lib/url/url.c 'extern const int cr_table[]; int cr_one(void) { return cr_table[0]; }'
refuses calls 'takes crawler_name, which no room defines' lib/url/url.c "$caller"
refuses calls 'its room is in no layer' lib/extra/extra.c 'int cr_extra;'

tool() { # tool LINE...: another file of base, with its test
  add test/base/test_tool.c '/* SPDX-License-Identifier: MIT */' 'assert_true(1);'
  add lib/base/tool.c '/* SPDX-License-Identifier: MIT */' '/* tool.c - a tool. */' "$@"
}
tool 'void *p = mem->free_fn;' && accepts style 'a field named like a function' && fresh
tool 'char *s = "strcpy(a, b)"; /* exit(1) */' && accepts style 'banned words in texts' && fresh
tool 'strcpy(a, b);' && refuses style 'strcpy: banned' lib/base/tool.c
tool 'p = malloc(1);' && refuses style 'malloc: memory' lib/base/tool.c
tool 'f(x, free(p));' && refuses style 'free: memory' lib/base/tool.c
tool 'printf("x");' && refuses style 'printf: a library prints' lib/base/tool.c
tool '#include <assert.h>' && refuses style 'assert.h: a library ends' lib/base/tool.c
tool 'abort();' && refuses style 'abort: a library ends' lib/base/tool.c
tool 'setenv("A", "b", 1);' && refuses style 'setenv: belongs' lib/base/tool.c
tool '#include <setjmp.h>' && refuses style 'one place only' lib/base/tool.c
tool '/* TODO: later */' && refuses style 'unfinished' lib/base/tool.c
tool "$(printf '%101s' x | tr ' ' y)" && refuses style 'over 100 columns' lib/base/tool.c
tool "$(printf 'int x;\t')" && refuses style 'tab, or space' lib/base/tool.c
tool "$(seq 700 | sed 's,.*,int x&;,')" && refuses style 'over 700 lines' lib/base/tool.c
tool 'int f(void)' '{' "$(seq 41 | sed 's,.*,  x(&);,')" '}' && refuses style 'a function of 41 lines' lib/base/tool.c
tool 'int f(void)' '{' '#if X' '#endif' '}' && refuses style '#if inside' lib/base/tool.c
refuses style 'no test/base/test_tool.c' lib/base/tool.c '/* SPDX-License-Identifier: MIT */' '/* tool.c - a tool. */'
tool '' && sed -i 's/assert_true(1)/true/' "$tree/test/base/test_tool.c" && refuses style 'asserts nothing' lib/base/tool.c
refuses style 'mem.h is also' lib/url/mem.h '/* SPDX-License-Identifier: MIT */' '/* mem.h - again. */'
refuses style 'SPDX' lib/url/host.h '/* host.h - hosts. */'
refuses style "begins with '/\* host.h - '" lib/url/host.h '/* SPDX-License-Identifier: MIT */' 'int host;'
refuses style 'a head comment of 14 lines' lib/url/host.h '/* SPDX-License-Identifier: MIT */' \
  '/* host.h - hosts.' "$(seq 12 | sed 's,.*, * more,')" ' */'
add lib/url/table.c '/* SPDX-License-Identifier: MIT AND Unicode-3.0 */' '/* table.c - data. Made by gen_table.mjs. */' \
  "$(seq 800 | sed 's/.*/int x&;/')" && accepts style 'generated data' && fresh

refuses docs 'crawler_three() stands in no page' include/crawl/crawler.h 'int crawler_three(void);'
refuses docs 'option depth' lib/api/options.def 'CR_OPTION(depth, COUNT, 0)'
refuses docs 'a row for gone' docs/reference/options.md '| `gone` | 1 |'
refuses docs 'no public header has crawler_gone()' docs/guide.md 'Call crawler_gone(c).'
refuses docs 'no public header has CRAWLER_GONE' docs/guide.md 'Returns CRAWLER_GONE.'
refuses docs 'leads nowhere' README.md '[guide](docs/gone.md)'
refuses docs 'options.md has no #gone' README.md '[options](docs/reference/options.md#gone)'
refuses docs 'README.md has no #here' README.md '## There' '[there](#there) [here](#here)'
refuses docs 'command.md lacks --three' examples/command/option_table.c '  { "three", 0, C },'
refuses docs 'exit status 3' examples/crawler.c 'enum { EXIT_NONE = 3 };'
refuses docs 'exit status 9' docs/reference/command.md '| 9 | |'
write_site
accepts site 'two pages'
fresh
write_site && refuses site 'the link to gone.html leads nowhere' site/index.html '<a href="gone.html">x</a>'
write_site && refuses site 'a/b.html has no #gone' site/index.html '<a href="a/b.html#gone">x</a>'
write_site && refuses site 'two of id top' site/index.html '<p id="top">x</p>'
write_site && refuses site 'a/b.html: a script' site/a/b.html '<p onclick="x()">x</p>'
write_site && refuses site 'loads https://a.test/x' site/a/b.html '<img alt="" src="https://a.test/x">'
write_site && refuses site 'no page links to c.html' site/c.html '<h1>x</h1>'
refuses docs 'there is no lib/base/gone.c' lib/README.md 'See `lib/base/gone.c`.'
refuses docs "a block of C that isn't taken" docs/guide.md '```c' 'int one = crawler_one();' '```'
refuses docs "a block of C that isn't taken" docs/guide.md '```' 'int one = crawler_one();' '```'
refuses docs 'gone.c has no paragraph in docs/cookbook.md' examples/cookbook/gone.c '/* gone.c */'
sed -i 's/PATCH 3/PATCH 4/' "$tree/include/crawl/crawler.h" && refuses docs 'says version 1.2.4' README.md
sed -i 's/1.2.3/1.2.2/' "$tree/CHANGELOG.md" && refuses docs 'no heading for 1.2.3' README.md

describe && accepts api 'a description that was made anew'
refuses api "docs/api.json isn't as the headers are" include/crawl/crawler.h 'int crawler_three(void); /* three */'
refuses api 'crawler_three has no comment' include/crawl/crawler.h '' 'int crawler_three(void);'
describe && sed -i 's/"int"/"long"/' "$tree/docs/api.json" &&
  refuses api "docs/api.json isn't as the headers are" README.md 'words'

write_pages && accepts man 'pages that were made anew'
refuses man 'crawler_three has no page' include/crawl/crawler.h 'int crawler_three(void); /* three */'
refuses man 'CRAWLER_THREE stands in no page' include/crawl/crawler.h '#define CRAWLER_THREE 3'
echo '.BR crawler_gone (3)' >>"$work/man/man3/crawler_one.3"
refuses man 'names crawler_gone.3, which' README.md 'words'
if command -v mandoc >/dev/null || command -v groff >/dev/null; then
  write_pages && echo '.NO such macro' >>"$work/man/man3/crawler_one.3"
  refuses man 'crawler_one.3.*macro' README.md 'words'
fi

refuses headers 'as c99' include/crawl/crawler.h 'bool crawler_three(void);'
refuses headers 'as c99' include/crawl/crawler.h 'int crawler_three();'
refuses headers 'lib/url/url.h alone' lib/url/url.h 'size_t cr_url_length(void);'

good_symbols='int crawler_one(void) { return 1; } int crawler_two(void *h, void *u) { return h == u; }'
add symbols.c "$good_symbols" 'static const char *const t[] = { "a" }; const void *volatile p;' &&
  refuses symbols 'p is a writable variable (.bss)' symbols.c
add symbols.c "$good_symbols" '__attribute__((used)) static const char *const names[] = { "a" };'
accepts symbols 'a table of constants' && fresh
refuses symbols 'shared library exports leak' symbols.c "$good_symbols" 'int leak(void) { return 1; }'
refuses symbols 'crawler_extra, which no public header' symbols.c "$good_symbols" 'int crawler_extra(void) { return 1; }'
refuses symbols 'crawler_two is declared, but not in' symbols.c 'int crawler_one(void) { return 1; }'
refuses symbols 'counter is a writable' symbols.c "$good_symbols" '__attribute__((used)) static int counter = 3;'
for name in abort exit printf puts signal setlocale putenv __assert_fail stderr; do
  refuses symbols "takes $name, which" symbols.c 'extern char '$name'[];' \
    'int crawler_one(void) { return *(volatile char *)'$name'; } int crawler_two(void) { return 1; }'
done

optimized=' -O2 -g'
add symbols.c "$good_symbols" 'const char table[600000] = { 1 };' && accepts size 'a large table' && fresh
refuses size 'bytes, at most 700000' symbols.c "$good_symbols" 'const char table[700000] = { 1 };'
optimized='-O0 -g'
refuses size 'not judged' symbols.c "$good_symbols"

if command -v abidw >/dev/null; then
  keep_abi && accepts abi 'an interface as it was'
  sed -i 's/CRAWLER_BLUE = 1/CRAWLER_BLUE = 1, CRAWLER_GREEN = 2/' "$tree/include/crawl/crawler.h"
  add include/crawl/crawler.h 'int crawler_three(void); /* three */' && add abi.c 'int crawler_three(void) { return 3; }'
  accepts abi 'a new function and a new constant'
  breaks '1 Changed' 's/crawler_two(int kind)/crawler_two(long kind)/'
  breaks '1 Removed' 's/crawler_two/crawler_too/'
  breaks 'CRAWLER_BLUE' 's/CRAWLER_BLUE = 1/CRAWLER_BLUE = 2/'
  breaks 'CRAWLER_FLAG 4' 's/CRAWLER_FLAG 4/CRAWLER_FLAG 8/'
else
  echo 'selftest: no abidw here: its check was not shown failing'
fi

# The runner itself: what fails, crashes, hangs or runs nothing must not pass.
runner() { # runner STATUS LAST-LINE ARGUMENT...
  status=$1 last=$2
  shift 2
  perl "$here/run.pl" -t 1 "$@" >"$work/said" 2>&1
  got=$?
  good=no
  if [ $got -eq "$status" ] && [ "$(tail -n 1 "$work/said")" = "$last" ]; then good=yes; fi
  result $good "run.pl $*: status $got"
}
script() { # script NAME LINE...: a program of that name
  printf '#!/bin/sh\n%s\n' "$2" >"$work/$1" && chmod +x "$work/$1"
}
script dated 'for word; do dir=${word#BUILD=}; [ "$dir" = "$word" ] || break; done
mkdir -p "$dir" && date +%s%N >"$dir/a.tar.gz"'
if git -C "$here" rev-parse --git-dir >/dev/null 2>&1; then
  good=no
  (cd "$here" && ! sh dist.sh "$work/dated" build >"$work/said" 2>&1) && grep -q 'archives of one commit differ' "$work/said" && good=yes
  result $good 'dist does not see an archive with a date in it'
fi
script good 'echo "[  PASSED  ] 3 test(s)." >&2'
script bad 'echo "[  PASSED  ] 2 test(s)."; echo "[  FAILED  ] 1 test(s), listed below:"; exit 1'
script crash 'echo "[  PASSED  ] 2 test(s)."; kill -SEGV $$'
script leak 'echo "[  PASSED  ] 2 test(s)."; exit 99'
script none 'exit 0'
script hang 'sleep 20'
runner 0 '3 passed, 0 failed' "$work/good"
runner 1 '5 passed, 1 failed' "$work/good" "$work/bad"
runner 1 '2 passed, 1 failed' "$work/crash"
runner 1 '2 passed, 1 failed' "$work/leak"
runner 1 '0 passed, 1 failed' "$work/none"
runner 1 '0 passed, 1 failed' "$work/hang"
runner 0 '4 passed, 0 failed, 1 skipped' "$work/good" 'a/b=true' 'a/c=exit 77'
runner 1 '3 passed, 1 failed' "$work/good" 'a/b=false'
runner 1 '5 passed, 2 failed' 'a/b=echo "5 passed, 2 failed"; exit 1'
runner 1 '0 passed, 0 failed'
script moody '[ "$MOOD" = "bad(1)" ] && exit 1; echo "[  PASSED  ] 1 test(s)."'
runner 0 '2 passed, 0 failed' -e 'MOOD=good fair' "$work/moody"
runner 1 '1 passed, 1 failed' -e 'MOOD=good bad(1)' "$work/moody"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
