#!/bin/sh
# SPDX-License-Identifier: MIT
# cookbook.sh - do the programs of examples/cookbook/ do what they say?
#
#   cookbook.sh BUILD CC [NAME...]
#
# Each is built against BUILD's shared library and the public header alone, as a program outside of the
# tree is, and run on the bundled site or on that of test/data/cookbook/; what it prints and writes is
# compared with what is there. Whose library isn't installed is skipped; with EMBED_ALL=1 it has failed.
set -u
build=$(cd "$1" && pwd) || exit 2
cc=$2
shift 2
work=$(mktemp -d) || exit 1
mkfifo "$work/lantern" "$work/harbour"
cp -r test/data/cookbook "$work/site"
yes 'High water at noon.' | head -c 300000 >"$work/site/tides.pdf"
"$build/examples/serve" examples/site >"$work/lantern" &
servers=$!
perl test/check/cookbook_site.pl "$work/site" "$work/requests" >"$work/harbour" &
servers="$servers $!"
trap 'kill $servers 2>/dev/null; rm -rf "$work"' EXIT
exec 3<"$work/lantern" 4<"$work/harbour" # stay open: servers may say more
read -r lantern <&3 && read -r harbour <&4 ||
  { echo 'cookbook: a server names no address' >&2; exit 1; }
fast='own_server 1 allow_private 1'
passed=0
failed=0
skipped=0

# A test is a function that runs in a shell of its own, which ends with the first command that fails.
has() { # has LINE: is it a line of what the program printed, %l and %h the addresses of the sites?
  line=$(printf '%s\n' "$1" | sed -e "s|%l|$lantern|g" -e "s|%h|$harbour|g")
  grep -qxF -e "$line" "$work/said" || { echo "no line: $line"; cat "$work/said"; exit 1; }
}

fails() { # fails COMMAND...: since "set -e" doesn't see what "!" turns round
  if "$@"; then
    echo "should fail: $*"
    exit 1
  fi
}

lacks() { # lacks PATTERN
  fails grep -e "$1" "$work/said"
}

counts() { # counts N PATTERN: so many lines are like it
  found=$(grep -c -e "$2" "$work/said" || :)
  [ "$found" -eq "$1" ] || { echo "$found for $1 lines like $2"; cat "$work/said"; exit 1; }
}

says() { # says COMMAND...: runs it, with what it prints kept
  timeout 60 "$@" >"$work/said" </dev/null || { echo "status $?"; cat "$work/said"; exit 1; }
}

test_linkcheck() {
  says "$build/examples/linkcheck" "$lantern" $fast
  has '404: %lharbour/ferry.html'
  grep -A 1 '^404: ' "$work/said" | grep -q "^  on $lantern"
  counts 1 '^404: '
  lacks '^not all'
}

test_sitemap_writer() {
  says "$program" "$work/sitemap.xml" "$harbour" $fast
  has "16 URLs in $work/sitemap.xml"
  cp "$work/sitemap.xml" "$work/said"
  has "  <url><loc>%hkeeper&apos;s.html</loc></url>"
  has '  <url><loc>%hfish&amp;chips.html?day=5&amp;salt=yes</loc></url>'
  lacks 'draft\|alias\|pdf\|svg\|members'
  ! command -v xmllint >/dev/null || xmllint --noout "$work/sitemap.xml"
}

test_site_search() {
  says "$program" fill "$work/site.db" "$lantern" $fast
  says "$program" find "$work/site.db" 'title: puffin'
  counts 1 "^${lantern}birds/list/puffin.html: Puffin"
  says "$program" find "$work/site.db" 'granite NOT lantern'
  counts 3 '^  Stairs 127 steps of \[granite\], each a' # the page and its two queries
  says "$program" fill "$work/site.db" "$harbour" $fast
  says "$program" find "$work/site.db" 'granite OR unsearchable' # another site, and in a <style>
  counts 0 .
  fails "$program" find "$work/site.db" 'AND' 2>"$work/said"
  counts 1 'syntax error'
  fails "$program" fill "$work/site.db" "${harbour}nowhere" $fast >"$work/said" 2>&1
  counts 1 "no pages could be fetched"
  says "$program" find "$work/site.db" 'whale'
  has "%hreport.html: Report of the harbour master"
}

test_broken_images() {
  says "$program" "$harbour" $fast
  has '%hsunk.svg'
  has '%hhotel.png'
  has '  on %hpictures.html: 404'
  has '  on %hpictures.html: is text/html'
  has '3 images, 2 broken'
}

test_link_graph() {
  says "$program" "$harbour" $fast
  has '  "%h" -> "%hfish&chips.html?day=5&salt=yes";'
  has '  "%hfish&chips.html?day=5&salt=yes" [label="/fish&chips.html?day=5&salt=yes"];'
  has '  "%hmembers" -> "%hmembers/" [style=dashed];'
  has '  "%hlost.pdf" [label="/lost.pdf", color=red];'
  ! command -v dot >/dev/null || dot -Tplain "$work/said" >/dev/null
  says "$program" "$lantern" $fast
  has '  "%l" -> "%lprivate/logbook.html";'
  lacks '"[^"]*logbook.html" \[\|example.org\|#'
}

test_find_feeds() {
  says "$program" "$harbour" $fast
  has '%hnews.rss'
  has '  4 links, application/rss+xml, found on %h'
  has '%hnotices.atom'
  has '  1 links, application/atom+xml, found on %h'
  has '2 feeds'
}

test_watch_changes() {
  says "$program" "$work/state" "$harbour" $fast
  counts 0 '^changed\|^gone'
  has 'new      %hreport.html'
  has 'new      %htides.pdf'
  : >"$work/requests"
  says "$program" "$work/state" "$harbour" $fast
  counts 1 '^0 changes; '
  counts 0 '; 0 of'
  fails grep ' 200$' "$work/requests"
  grep -qx 'GET /report.html 304' "$work/requests"
  grep -qx 'GET /tides.pdf 304' "$work/requests"
  echo '<p>A whale!' >>"$work/site/report.html"
  echo '<a href="whale.html">The whale</a>' >>"$work/site/papers.html"
  echo '<title>The whale</title>' >"$work/site/whale.html"
  mv "$work/site/charter.pdf" "$work/charter.pdf"
  says "$program" "$work/state" "$harbour" $fast
  has 'changed  %hreport.html'
  has 'changed  %hpapers.html'
  has 'new      %hwhale.html'
  has 'gone     %hcharter.pdf'
  counts 1 '^4 changes; '
  says "$program" "$work/state" "$harbour" $fast
  counts 1 '^0 changes; '
  rm "$work/site/whale.html"
  mv "$work/charter.pdf" "$work/site"
  cp test/data/cookbook/report.html test/data/cookbook/papers.html "$work/site"
}

test_count_words() {
  says "$program" "$harbour" $fast workers 4
  has "      7 %hkeeper's.html"
  has '      2 %hfish&chips.html?day=5&salt=yes'
  counts 1 'words on [0-9]* pages$'
  cp "$work/said" "$work/parallel"
  says "$program" "$harbour" $fast workers 0
  diff "$work/parallel" "$work/said"
}

test_own_resolver() {
  port=${lantern##*:}
  printf '# ours\n192.0.2.1\tother.example\n127.0.0.1  lantern.example www.lantern.example # two\n' \
    >"$work/hosts"
  says "$program" "$work/hosts" "http://www.LANTERN.example:$port" $fast
  has 'www.lantern.example is 127.0.0.1'
  has "200 http://www.lantern.example:${port}about.html from 127.0.0.1"
  counts 1 ' is '
  says "$program" "$work/hosts" "http://nowhere.example:$port" $fast max_retries 0
  has 'nowhere.example is unknown'
  has "dns http://nowhere.example:$port"
}

test_focused_crawl() {
  says "$program" seal "${harbour}topic/" allow_private 1 workers 0 delay 20ms max_pages 7 # in order: 2
  has '  2 %htopic/seals.html'
  has '  2 %htopic/bay.html'
  has '  1 %htopic/pups.html'
  counts 1 "^3 of 7 pages"
  says "$program" seal "${harbour}topic/" allow_private 1 delay 0
  has '3 of 8 pages have "seal", 4 URLs were not followed'
}

test_download() {
  says "$program" "$work/papers" application/pdf "$harbour" $fast
  has "2 files in $work/papers"
  [ "$(wc -l <"$work/papers/index.txt")" -eq 2 ]
  [ "$(ls "$work/papers" | wc -l)" -eq 3 ]
  while read -r name url; do
    cmp "$work/papers/$name" "$work/site/${url##*/}"
  done <"$work/papers/index.txt"
  says "$program" "$work/small" application/pdf "$harbour" $fast max_body 100k
  has "1 files in $work/small" # and of the other nothing is left
  [ "$(ls "$work/small" | wc -l)" -eq 2 ]
}

test_consumers() {
  says "$build/examples/hello" "$lantern" $fast
  all=$(wc -l <"$work/said")
  says "$program" 3 "$lantern" $fast
  counts 3 '^thread [1-3]: '
  [ "$(awk '{ sum += $3 } END { print sum }' "$work/said")" -eq "$all" ]
}

test_progress_line() {
  timeout 60 "$program" "$lantern" allow_private 1 delay 20ms >"$work/pages" 2>"$work/said"
  "$build/examples/hello" "$lantern" $fast | sort >"$work/all"
  sort "$work/pages" | diff "$work/all" -
  tr '\r' '\n' <"$work/said" >"$work/lines"
  cp "$work/lines" "$work/said"
  [ "$(grep -c 'pages, .* queued' "$work/said")" -ge 3 ] # of 800 ms and more
  has complete
  fails "$program" "$lantern" no_such_option 1 2>"$work/said"
  counts 1 no_such_option
}

test_time_budget() {
  says "$build/examples/hello" "$lantern" $fast
  all=$(wc -l <"$work/said")
  says "$program" 200ms 200 "$lantern" allow_private 1 delay 20ms host_concurrency 1
  [ "$(wc -l <"$work/said")" -ge 2 ]
  perl -MJSON::PP -ne '
    my $numbers = decode_json($_);
    die "shift $." if $numbers->{shift} != $.;
    die "left nothing" if !eof && (!$numbers->{left}{limit} || $numbers->{complete});
    die "not all" if eof && ($numbers->{ended} ne "complete" || $numbers->{fetched} != shift @ARGV);
  ' "$work/said" "$all"
}

test_login() {
  : >"$work/requests"
  echo 'user=ada&password=clockwork' | timeout 60 "$program" "${harbour}login" "$harbour" $fast >"$work/said"
  has '200 %hmembers/ Members'
  has '200 %hmembers/minutes.html Minutes of the last meeting'
  has '200 %hreport.html Report of the harbour master'
  grep -qx 'POST /login 303' "$work/requests"
  fails grep logout "$work/requests"
  echo 'user=ada&password=wrong' >"$work/fields"
  fails "$program" "${harbour}login" "$harbour" $fast <"$work/fields" >"$work/said" 2>&1
  has 'login: refused'
  lacks members
}

test_near_duplicates() {
  says "$program" 5 "$harbour" $fast
  counts 1 '^same '
  counts 1 '^nearly '
  lacks "keeper's"
  grep -A 1 '^nearly ' "$work/said" | grep -q report_corrected
  has '2 pairs'
}

# ---- all of them ----

warnings='-Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith
          -Wcast-qual -Wwrite-strings -Wvla -Wformat=2 -Wundef -Werror'

compile() { # compile SOURCE
  libraries=$(sed -n '1,12s,.*LDLIBS: *\([^*]*\).*,\1,p' "$1")
  $cc -std=c11 -D_GNU_SOURCE -O1 -g $warnings -Iinclude "$1" -o "$program" -pthread \
    -L"$build" -lcrawl -Wl,-rpath,"$build" $libraries
}

explains_itself() { # called without arguments
  "$program" >"$work/said" 2>&1 </dev/null || [ $? -eq 2 ]
  grep -q '^usage: ' "$work/said"
}

run() { # run NAME [PACKAGE]
  program=$work/$1
  if [ -n "${2:-}" ] && ! pkg-config --exists "$2" && [ "${EMBED_ALL:-}" != 1 ]; then
    skipped=$((skipped + 1))
    echo "skip  $1 (no $2)"
    return
  fi
  (set -e
  if [ -f "examples/cookbook/$1.c" ]; then
    compile "examples/cookbook/$1.c"
    explains_itself
  fi
  test_"$1") >"$work/log" 2>&1
  if [ $? -eq 0 ]; then
    passed=$((passed + 1))
    echo "ok    $1"
  else
    failed=$((failed + 1))
    echo "FAIL  $1"
    tail -n 30 "$work/log"
  fi
}

[ $# -gt 0 ] || set -- linkcheck $(basename -s .c -a examples/cookbook/*.c)
for name; do
  case $name in
    site_search) run $name sqlite3 ;;
    *) run "$name" ;;
  esac
done

echo "$passed passed, $failed failed$([ $skipped -eq 0 ] || echo ", $skipped skipped")"
[ "$failed" -eq 0 ]
