#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# trap_sites.pl - how much of a site does the command find although a trap is woven into it?
#
#   trap_sites.pl BUILD [CONFORMANCE]
#
# Each shape of traps.py is served with each set of names and numbers in trap-params.jsonl, here and
# in CONFORMANCE/crawl, and crawled with the default options but for the pause, up to twice as many
# requests as there are real pages. With each set 95% of those have to be found on 10 of the 12
# shapes at least, and all on the site without a trap. The last line is "N passed, N failed".
use strict;
use warnings;
use File::Temp qw(tempdir);
use IPC::Open2;

use constant { REAL_PAGES => 301, SHARE => 0.95, SHAPES_FOUND => 10, CRAWL_SECONDS => 120 };

my ($build, $further) = @ARGV;
die "usage: trap_sites.pl BUILD [CONFORMANCE]\n" if !defined $build;
my $data = 'test/data/crawl';
my $further_data = $further ? "$further/crawl" : $data;
my $traps = -e "$further_data/traps.py" ? "$further_data/traps.py" : "$data/traps.py";
my $work = tempdir(CLEANUP => 1);
my @shapes = split ' ', `python3 $traps --list`;
die "trap_sites.pl: no shapes (python3 $traps --list)\n" if @shapes < 2;

sub sets {
  my @sets;
  for my $file ("$data/trap-params.jsonl", "$further_data/trap-params.jsonl") {
    open my $in, '<', $file or next;
    push @sets, grep { /\S/ } <$in>;
  }
  my %seen;
  return grep { !$seen{$_}++ } @sets;
}

# Crawls one shape; what the server counted goes to the file. One request is for robots.txt.
sub crawl {
  my ($shape, $params, $out) = @_;
  my $server = open2(my $from, my $to, 'python3', $traps, $shape, '--params', $params);
  my $url = <$from> // exit 1;
  chomp $url;
  my $status = system 'timeout', CRAWL_SECONDS, "$build/crawler", '-q', '--allow-private', '--delay', 0, '-n',
    2 * REAL_PAGES - 1, $url;
  close $to;
  my $counted = <$from> // '';
  waitpid $server, 0;
  open my $file, '>', $out or exit 1;
  print $file $counted;
  close $file or exit 1;
  exit($status == 0 ? 0 : 1);
}

# All shapes at once: such a server spends most of its time waiting.
sub crawl_all {
  my ($params) = @_;
  my %shape_of;
  my %ended;
  for my $shape (@shapes) {
    my $pid = fork // die "trap_sites.pl: fork: $!\n";
    crawl($shape, $params, "$work/$shape") if !$pid;
    $shape_of{$pid} = $shape;
  }
  while ((my $pid = wait) > 0) { $ended{ $shape_of{$pid} } = $? == 0 }
  return \%ended;
}

# The share of real pages that were found, if the crawl kept to its requests.
sub found {
  my ($shape) = @_;
  open my $in, '<', "$work/$shape" or return 0;
  my ($real, $reached, $requests) = (<$in> // '') =~ /"real": (\d+), "reached": (\d+), "requests": (\d+)/;
  return 0 if !$real || $real != REAL_PAGES || $requests > 2 * $real;
  printf "  %-20s %3d of %d in %d requests\n", $shape, $reached, $real, $requests;
  return $reached / $real;
}

my ($passed, $failed) = (0, 0);
for my $set (sets()) {
  my $params = "$work/params.json";
  open my $file, '>', $params or die "trap_sites.pl: $params: $!\n";
  print $file $set;
  close $file or die "trap_sites.pl: $params: $!\n";
  print $set;
  my $ended = crawl_all($params);
  my %share = map { $_ => $ended->{$_} ? found($_) : 0 } @shapes;
  my $whole = (delete $share{none} // 0) == 1;
  my $most = grep { $_ >= SHARE } values %share;
  my $holds = $whole && $most >= SHAPES_FOUND;
  $holds ? $passed++ : $failed++;
  printf "%s: %d of %d shapes, without a trap %s\n", $holds ? 'ok' : 'FAILED', $most, scalar keys %share,
    $whole ? 'all' : 'not all';
}
print "$passed passed, $failed failed\n";
exit($failed || !$passed ? 1 : 0);
