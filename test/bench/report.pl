#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# report.pl - tables of what suite.sh has measured.
#
#   report.pl RESULTS           to the terminal
#   report.pl RESULTS PAGE.md   into the page, between its lines "<!-- bench -->" and "<!-- /bench -->"
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use results;

my ($folder, $page) = @ARGV;
die "usage: report.pl RESULTS [PAGE.md]\n" if !defined $folder;

sub digits {
  my ($value) = @_;
  return sprintf $value < 0.1 ? '%.3f' : $value < 10 ? '%.2f' : $value < 100 ? '%.1f' : '%.0f', $value;
}

sub spread {
  my @v = @_ or return '';
  my ($least, $most) = results::extremes(@v);
  return digits(results::median(@v)) if @v == 1;
  return sprintf '%s (%s to %s)', map { digits($_) } results::median(@v), $least, $most;
}

sub whole {
  my $text = sprintf '%.0f', results::median(@_);
  1 while $text =~ s/^(\d+)(\d{3})/$1,$2/;
  return $text;
}

my @HEAD = ('', 'pages', 'requests', 'MB sent', 'pages/s', 'CPU ms a page', 'CPU to limit', 'peak MB', 'last page, end');

sub row {
  my ($s, $row) = @_;
  my @turns = @{ $row->{turns} };
  my $of = sub { my ($key, $by) = @_; map { $_->{$key} / $by } @turns };
  my $note = (grep { $_->{status} == 124 } @turns) ? ' (stopped)' : '';
  return (results::label($row->{who}) . $note, whole($of->('pages', 1)), whole($of->('requests', 1)),
    whole($of->('bytes', 1e6)), whole(@{ $row->{rate} }), spread(@{ $row->{cpu_each} }),
    spread(results::ratios($s, $row)), digits(results::median($of->('peak', 1024))),
    join(', ', map { digits(results::median($of->($_, 1000))) . ' s' } qw(last wall)));
}

# When the last page came is told where the library went on for a second without one.
sub columns {
  my ($s) = @_;
  my $waits = grep { $_->{wall} - $_->{last} > 1000 && $_->{pages} } map { @{ $_->{turns} } }
    grep { $_->{who} =~ /^(?:crawler|hosts)\d/ } @{ $s->{rows} };
  return $waits ? 0 .. $#HEAD : 0 .. $#HEAD - 1;
}

# How long the loop's turns took.
sub notes {
  my ($s) = @_;
  return @{ $s->{notes} };
}

sub when_and_rounds {
  my ($s) = @_;
  my %many;
  push @{ $many{ scalar @{ $_->{turns} } } }, results::label($_->{who}) for @{ $s->{rows} };
  my @counts = sort { $b <=> $a } keys %many;
  return "$s->{when}." if !@counts;
  return "$s->{when}. Rounds: $counts[0]" . join('', map { "; $_ of " . join(', ', @{ $many{$_} }) } @counts[1 .. $#counts]) . '.';
}

sub versions {
  open my $in, '<', "$folder/versions" or return ();
  return map { /^([^:]+): (.*)/ ? [$1, $2] : () } <$in>;
}

sub as_text {
  for my $s (results::read_all($folder)) {
    print "\n$s->{name}: $s->{title}. ", when_and_rounds($s), "\n";
    my @columns = columns($s);
    my $line = join(' ', ('%-24s', '%8s', '%9s', '%8s', '%8s', '%24s', '%24s', '%8s', '%17s')[@columns]) . "\n";
    printf $line, @HEAD[@columns];
    printf $line, (row($s, $_))[@columns] for @{ $s->{rows} };
    printf "%s, round %d: %s\n", results::label($_->[0]), @$_[1, 2] for notes($s);
    printf "%-24s missing: %s\n", results::label($_->[0]), $_->[1] for @{ $s->{missing} };
  }
  print "\n";
  printf "%-18s %s\n", @$_ for versions();
}

sub as_markdown {
  my $out = '';
  for my $s (results::read_all($folder)) {
    $out .= "### $s->{title}\n\n`make bench-all BENCH=$s->{name}`. " . when_and_rounds($s) . "\n\n";
    my @columns = columns($s);
    $out .= '| ' . join(' | ', @HEAD[@columns]) . " |\n|" . ' --- |' x @columns . "\n";
    $out .= '| ' . join(' | ', (row($s, $_))[@columns]) . " |\n" for @{ $s->{rows} };
    $out .= '| ' . results::label($_->[0]) . " | missing: $_->[1] |" . ' |' x (@columns - 2) . "\n" for @{ $s->{missing} };
    $out .= "\n";
    $out .= '- ' . results::label($_->[0]) . ", round $_->[1]: $_->[2]\n" for notes($s);
    $out .= "\n" if notes($s);
  }
  $out .= "### Machine and versions\n\n| | |\n| --- | --- |\n";
  $out .= "| $_->[0] | $_->[1] |\n" for versions();
  return $out;
}

if (!defined $page) {
  as_text();
  exit;
}
open my $in, '<', $page or die "report.pl: $page: $!\n";
my $text = do { local $/; <$in> };
my $tables = as_markdown();
$text =~ s{(?<=<!-- bench -->\n).*?(?=<!-- /bench -->)}{$tables}s or die "report.pl: $page has no place for tables\n";
open my $out, '>', $page or die "report.pl: $page: $!\n";
print $out $text;
