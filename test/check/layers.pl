#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# layers.pl - does every include in lib/ point downwards?
#
#   layers.pl ROOT "rooms of layer 0" "rooms of layer 1" ...
#
# A file may include its own room, rooms of lower layers, and crawl/crawler.h; loop/ may include
# base/ beside it. The header of an outside library has one place in the tree, and so has a header of
# ours that includes it. What only some systems have stays in base/ and loop/. A header that this
# script doesn't know has no place, until a row below gives it one.
use strict;
use warnings;

my ($root, @layers) = @ARGV;
die "usage: layers.pl ROOT LAYER...\n" if !@layers;
my %layer_of;
for my $n (0 .. $#layers) { $layer_of{$_} = $n for split ' ', $layers[$n] }
my %beside = ('loop base' => 1);

my @outside = ( # header, the files that may include it, in words
  [qr{^curl/},           qr{^fetch/curl_\w+\.[ch]$},       'fetch/curl_*'],
  [qr{^ares(_\w+)?\.h$}, qr{^fetch/resolve_cares\.c$},    'fetch/resolve_cares.c'],
  [qr{^openssl/},        qr{^fetch/tls_openssl\.c$},      'fetch/tls_openssl.c'],
  [qr{^event2/},         qr{^loop/loop_libevent\.c$},     'loop/loop_libevent.c'],
  [qr{^gumbo\.h$},       qr{^parse/html_gumbo\.c$},       'parse/html_gumbo.c'],
  [qr{^expat\.h$},       qr{^base/xml_expat\.c$},         'base/xml_expat.c'],
  [qr{^xxhash\.h$},      qr{^base/hash_xxh(_long)?\.c$},          'base/hash_xxh.c'],
  [qr{^(zlib|libdeflate|zstd|zstd_errors)\.h$|^brotli/}, qr{^base/inflate_\w+\.c$}, 'base/inflate_*.c'],
  [qr{^utf8proc\.h$},    qr{^url/idna\.c$},               'url/idna.c'],
  [qr{^libpsl\.h$},      qr{^url/psl\.c$},                'url/psl.c'],
  [qr{^pcre2\.h$},       qr{^filter/match_pcre2\.c$},     'filter/match_pcre2.c'],
  [qr{^sys/(epoll|event|eventfd|random|timerfd)\.h$}, qr{^(base|loop)/}, 'base/ or loop/'],
);
my %brings; # a header of ours that includes an outside one => that row's files
my %c_library = map { ("$_.h" => 1) } qw(
  assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign
  stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar
  wchar wctype
  emmintrin
  immintrin
  dirent fcntl fnmatch iconv netdb poll pthread sched semaphore strings unistd
  arpa/inet netinet/in netinet/tcp sys/file sys/mman sys/resource sys/select sys/socket sys/stat
  sys/time sys/types sys/uio sys/un sys/wait);

sub problem {
  my ($room, $file, $quote, $header) = @_;
  return $c_library{$header} ? undef : outside($file, $header) if $quote eq '<';
  return undef if $header eq 'crawl/crawler.h';
  if ($header eq 'crawl/gumbo.h') { # brings gumbo's own header along
    return $file =~ m{^parse/html_gumbo\.c$|^api/} ? undef : 'only parse/html_gumbo.c and api/ may';
  }
  my ($to) = $header =~ m{^([a-z]+)/[\w.]+$} or return 'not of the form "room/file.h"';
  return "no room named $to in the layers" if !exists $layer_of{$to};
  return "there is no lib/$header" if !-e "$root/lib/$header";
  if ($to ne $room && $layer_of{$to} >= $layer_of{$room} && !$beside{"$room $to"}) {
    return $layer_of{$to} == $layer_of{$room} ? 'sideways: both are of one layer' : 'upwards';
  }
  return 'brings an outside library along' if $brings{$header} && $file !~ $brings{$header};
  return undef;
}

sub outside {
  my ($file, $header) = @_;
  for my $row (@outside) {
    next if $header !~ $row->[0];
    return $file =~ $row->[1] ? undef : "in a second place: it belongs to $row->[2]";
  }
  return 'no known header: give it one place in test/check/layers.pl';
}

sub includes_of {
  my ($path) = @_;
  open my $in, '<', $path or die "layers.pl: $path: $!\n";
  return map { /^\s*#\s*include\s*([<"])([^>"]+)[>"]/ ? [$1, $2] : undef } <$in>;
}

my @paths = grep { /\.(c|h|def|inc)$/ } glob "$root/lib/*/*";
my %lines = map { m{/lib/(.*)$}; ($1 => [includes_of($_)]) } @paths;
for my $file (grep { /\.h$/ } keys %lines) {
  for my $line (grep { $_ && $_->[0] eq '<' } @{ $lines{$file} }) {
    for my $row (@outside) { $brings{$file} = $row->[1] if $line->[1] =~ $row->[0] }
  }
}

my ($includes, $bad) = (0, 0);
for my $file (sort keys %lines) {
  my ($room) = $file =~ m{^([^/]+)};
  if (!exists $layer_of{$room}) {
    print "lib/$file: its room is in no layer\n";
    $bad++;
    next;
  }
  my $at = 0;
  for my $line (@{ $lines{$file} }) {
    $at++;
    next if !$line;
    $includes++;
    my $why = problem($room, $file, @$line) // next;
    print "lib/$file:$at: includes $line->[1]: $why\n";
    $bad++;
  }
}
printf "layers: %d includes in %d files, %d wrong\n", $includes, scalar @paths, $bad;
exit($bad || !@paths ? 1 : 0);
