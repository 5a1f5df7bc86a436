# SPDX-License-Identifier: MIT
# results.pm - what suite.sh has measured.
#
# results/SCENARIO.figures has these lines:
#   scenario NAME PLACE TITLE     the place is that in suite.sh
#   missing SCENARIO CONTESTANT REASON
#   turn SCENARIO CONTESTANT ROUND USER_MS SYSTEM_MS WALL_MS PEAK_KB STATUS PAGES REQUESTS BYTES LAST_MS
#   note SCENARIO CONTESTANT ROUND TEXT   what it says of itself
#   when DATE, COMMIT
# LAST_MS: from the start until the server had sent the last answer. STATUS 124: it was stopped.
package results;
use strict;
use warnings;

our %LABEL = (cells8 => '8 cells', cells16 => '16 cells', cells32 => '32 cells',
  crawler0 => 'crawler, workers 0', crawler2 => 'crawler, workers 2',
  crawlerlist => 'crawler, a list, no links', hosts0 => 'libcrawl, workers 0',
  hosts2 => 'libcrawl, workers 2', hosts0wide => 'libcrawl, wide slow lane', names => 'libcrawl, names looked up',
  names5 => 'libcrawl, 5% of the names dead', scrapy => 'Scrapy', spider => 'spider-rs');

sub label { return $LABEL{ $_[0] } // $_[0] }

sub median {
  my @s = sort { $a <=> $b } @_;
  return $s[$#s / 2];
}

sub extremes {
  my @s = sort { $a <=> $b } @_;
  return @s[0, -1];
}

# The row that takes the least CPU.
sub best_of {
  my ($best) = sort { median(@{ $a->{cpu_each} }) <=> median(@{ $b->{cpu_each} }) } @_;
  return $best;
}

sub read_scenario {
  my ($path) = @_;
  my %s = (rows => [], missing => [], notes => []);
  my %row;
  open my $in, '<', $path or die "results: $path: $!\n";
  while (<$in>) {
    chomp;
    if (/^scenario (\S+) (\d+) (.*)/) {
      @s{qw(name place title)} = ($1, $2, $3);
    } elsif (/^when (.*)/) {
      $s{when} = $1;
    } elsif (/^missing \S+ (\S+) (.*)/) {
      push @{ $s{missing} }, [$1, $2];
    } elsif (/^note \S+ (\S+) (\d+) (.*)/) {
      push @{ $s{notes} }, [$1, $2, $3];
    } elsif (/^turn \S+ (\S+) (.*)/) {
      my %t;
      my $who = $1;
      @t{qw(round user system wall peak status pages requests bytes last)} = split ' ', $2;
      push @{ $s{rows} }, $row{$who} = { who => $who, turns => [] } if !$row{$who};
      push @{ $row{$who}{turns} }, \%t;
    }
  }
  $_->{cpu_each} = [map { ($_->{user} + $_->{system}) / ($_->{pages} || 1) } @{ $_->{turns} }] for @{ $s{rows} };
  $s{limit} = $row{limit} // best_of(grep { $_->{who} =~ /^cells/ } @{ $s{rows} });
  $_->{rate} = [map { $_->{pages} * 1000 / $_->{wall} } @{ $_->{turns} }] for @{ $s{rows} };
  return \%s;
}

# A contestant's CPU a page to the limit's, in the rounds that both have.
sub ratios {
  my ($s, $row) = @_;
  my %of = map { $s->{limit}{turns}[$_]{round} => $s->{limit}{cpu_each}[$_] } 0 .. $#{ $s->{limit}{turns} };
  return map { my $l = $of{ $row->{turns}[$_]{round} }; $l ? $row->{cpu_each}[$_] / $l : () } 0 .. $#{ $row->{turns} };
}

# All scenarios, in the suite's order.
sub read_all {
  my ($folder) = @_;
  return sort { $a->{place} <=> $b->{place} } map { read_scenario($_) } glob "$folder/*.figures";
}

1;
