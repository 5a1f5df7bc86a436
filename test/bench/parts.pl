#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# parts.pl - where the instructions of a page go, by part of the library.
#
#   parts.pl PAGES USER_MS SYSTEM_MS LIMIT SHARE
#
# LIMIT and SHARE are callgrind's profiles of limit and bench_crawl over the same pages, written with
# --compress-strings=no --compress-pos=no; the times are what a page takes share when nothing counts.
#
# Each instruction is counted once. One in a function of lib/ belongs to a part by its source line, so
# that inlining moves nothing. What does others' work (the C library, lib/base, the frontier's
# containers) belongs to the line that calls it; what nobody calls is the start and the end of the
# process. The sum is callgrind's own. Milliseconds are the user time shared out by instructions.
use strict;
use warnings;

my ($pages, $user_ms, $system_ms, @profiles) = @ARGV;
die "usage: parts.pl PAGES USER_MS SYSTEM_MS LIMIT SHARE\n" if @profiles != 2;

my @PARTS = ( # 1: our own
  ['URL',      1, 'links to URLs, keys and hashes; link memory'],
  ['probe',    1, 'look-ups in the seen-set'],
  ['admit',    1, 'scope and filter, counting links, adding new URLs'],
  ['schedule', 1, 'take, release, finish, timers, slots, turns'],
  ['hooks',    1, 'set-up of pages, their headers, calls out'],
  ['output',   1, "the command's lines"],
  ['fetch',    1, 'glue to libcurl and libevent, bodies into buffers'],
  ['libcurl',  0, 'and what it loads'],
  ['libevent', 0, ''],
  ['bench',    0, "limit's own loop; what stands in for the parser"],
  ['process',  0, 'its start and end, and the crawler\'s'],
);

# The first pattern that matches "OBJECT FILE:FUNCTION" says the part; none: its caller's.
my $CALLER = '';
my @RULES = (
  [qr{^\S*/lib(?:c|m|psl|utf8proc|xxhash)[.]so|^\S*/ld-linux}, $CALLER],
  [qr{^\S*/libevent}, 'libevent'],
  [qr{^\S*[.]so}, 'libcurl'],
  [qr{ test/bench/}, 'bench'],
  [qr{ examples/}, 'output'],
  [qr{ lib/base/}, $CALLER],
  [qr{ lib/frontier/(?:slab|records|ring|words|idmap|queue|entry|host)[.]}, $CALLER],
  [qr{ lib/model/(?:request|meta|extra)[.]}, $CALLER],
  [qr{ lib/api/(?:page_api|request_api|error)[.]}, $CALLER],
  [qr{ lib/(?:engine/shard|api/(?:lifetime|option\w*|setters|hooks))[.]}, 'process'],
  [qr{ lib/frontier/seen[.]}, 'probe'],
  [qr{ lib/frontier/frontier_memory[.]c:(?:lookup|reject)$}, 'probe'],
  [qr{ lib/engine/links[.]c:(?:settle_seen|find_twin)$}, 'probe'],
  [qr{ lib/(?:url/|engine/identify[.]|filter/link_memory[.])}, 'URL'],
  [qr{ lib/engine/links[.]c:(?:identify\w*|without_fragment|is_followed)$}, 'URL'],
  [qr{ lib/engine/links[.]c:ask_links$}, 'hooks'],
  [qr{ lib/engine/(?:links|admit|depth_pass)[.]}, 'admit'],
  [qr{ lib/(?:filter/|frontier/(?:frontier_add|depth)[.])}, 'admit'],
  [qr{ lib/frontier/frontier_memory[.]c:authority$}, 'admit'],
  [qr{ lib/engine/(?:visit|deliver|arrive|redirect)[.]}, 'hooks'],
  [qr{ lib/(?:parse/|model/(?:page|headers)[.]|api/ready[.])}, 'hooks'],
  [qr{ lib/loop/loop[.]c:(?:\w+_timers?|arm|disarm|take_due)$}, 'schedule'],
  [qr{ lib/(?:fetch|loop)/}, 'fetch'],
  [qr{ lib/}, 'schedule'],
);

my %known;

sub part_of {
  my ($object, $file, $function) = @_;
  $function =~ s/[.'].*//; # a clone, a recursion
  my $place = "$object " . ($file =~ s{^/.*/(?=(?:lib|test|examples)/(?:\w+/)?\w+[.][ch]$)}{}r) . ":$function";
  if (!exists $known{$place}) {
    my ($rule) = grep { $place =~ $_->[0] } @RULES;
    $rule->[2] = 1 if $rule;
    $known{$place} = $rule ? $rule->[1] : $CALLER;
  }
  return $known{$place};
}

my %functions; # of each source file: [first line, name]

sub function_at {
  my ($file, $line) = @_;
  if (!$functions{$file}) {
    $functions{$file} = [];
    open my $in, '<', $file or die "parts.pl: $file: $!\n";
    while (<$in>) {
      push @{ $functions{$file} }, [$., $1] if /^[a-z][^;=]*?(\w+)\(/;
    }
  }
  my ($found) = grep { $_->[0] <= $line } reverse @{ $functions{$file} };
  return $found ? $found->[1] : '';
}

# Instructions by part, and in all.
sub read_profile {
  my ($path) = @_;
  my (%spent, %callee, $total);
  my ($object, $file, $part) = ('', '', $CALLER);
  open my $in, '<', $path or die "parts.pl: $path: $!\n";

  # What an inlined function of a header does belongs to the line before it.
  my $move_to = sub {
    my ($line) = @_;
    $part = part_of($object, $file, function_at($file, $line))
        if $part ne $CALLER && $object !~ /[.]so/ && $file =~ m{(?:^|/)lib/\w+/\w+[.]c$};
  };
  while (<$in>) {
    if (/^ob=(.*)/) {
      $object = $1;
    } elsif (/^f[lie]=(.*)/) {
      $file = $1;
    } elsif (/^fn=(.*)/) {
      $part = part_of($object, $file, $1);
    } elsif (/^c(ob|f[il]|fn)=(.*)/) {
      $callee{ $1 eq 'fl' ? 'fi' : $1 } = $2;
    } elsif (/^calls=/) {
      my ($line, $cost) = split ' ', <$in>;
      $move_to->($line);
      my $whose = part_of($callee{ob} // $object, $callee{fi} // $file, $callee{fn});
      $spent{$part} += $cost if $whose eq $CALLER && $part ne $CALLER;
      %callee = ();
    } elsif (my ($line, $cost) = /^(\d+) (\d+)$/) {
      $move_to->($line);
      $spent{$part} += $cost if $part ne $CALLER;
    } elsif (/^(?:summary|totals): (\d+)/) {
      $total = $1;
    }
  }
  die "parts.pl: $path is no profile\n" if !$total;
  my $called = 0;
  $called += $_ for values %spent;
  $spent{process} += $total - $called;
  return (\%spent, $total);
}

sub row {
  my ($name, $limit, $share, $ms, $what) = @_;
  printf "%-10s %10s %10s %9s  %s\n", $name, $limit, $share, $ms, $what;
}

sub number {
  my ($format, $value) = @_;
  return $value ? sprintf $format, $value : '';
}

my ($limit, $limit_total) = read_profile($profiles[0]);
my ($share, $share_total) = read_profile($profiles[1]);
for (grep { $_->[0] =~ /\Q[.]c:\E/ && !$_->[2] } @RULES) {
  die "parts.pl: no function is named as in $_->[0] any more\n";
}
my $ms_each = $user_ms / ($share_total - ($share->{output} // 0)); # the time is that of quiet crawls
my ($own, $own_ms) = (0, 0);

row('', 'limit', 'share', 'share ms', 'instructions a page');
for (@PARTS) {
  my ($name, $is_own, $what) = @$_;
  my $spent = $share->{$name} // 0;
  row($name, number('%.0f', ($limit->{$name} // 0) / $pages), number('%.0f', $spent / $pages),
    number('%.4f', $spent * $ms_each), $what);
  $own += $spent if $is_own;
  $own_ms += $spent * $ms_each if $is_own;
}
row('all', number('%.0f', $limit_total / $pages), number('%.0f', $share_total / $pages),
  number('%.4f', $share_total * $ms_each), '');
row('our own', '', number('%.0f', $own / $pages), number('%.4f', $own_ms), 'URL to fetch');
row('kernel', '', '', number('%.4f', $system_ms), '');
