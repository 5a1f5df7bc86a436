#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# medians.pl - of several runs: lines "NAME KEY=NUMBER ...", one for each run, become one for each
# NAME, in the order in which they first come, with "KEY MEDIAN (LEAST to MOST)".
#
#   medians.pl [KEY...] <LINES           these keys, or all of them
use strict;
use warnings;

my %wanted = map { $_ => 1 } splice @ARGV;
my (@names, %keys, %runs);
while (<STDIN>) {
  my ($name) = /^(\S+) / or next;
  push @names, $name if !$keys{$name};
  while (/ (\S+)=([\d.]+)/g) {
    next if %wanted && !$wanted{$1};
    push @{ $keys{$name} }, $1 if !$runs{$name}{$1};
    push @{ $runs{$name}{$1} }, $2;
  }
}
for my $name (@names) {
  my @told = map {
    my @sorted = sort { $a <=> $b } @{ $runs{$name}{$_} };
    sprintf '%s %s (%s to %s)', $_, $sorted[ $#sorted / 2 ], $sorted[0], $sorted[-1];
  } @{ $keys{$name} };
  printf "%-14s %s\n", $name, join ', ', @told;
}
