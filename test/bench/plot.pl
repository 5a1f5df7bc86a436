#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# plot.pl - what suite.sh has measured, as bars: SVG.
#
#   plot.pl RESULTS >benchmarks.svg
#
# Two columns, CPU a page and pages a second, on scales of powers of ten: a peer may take a hundred
# times what another takes. A bar is the median, the line across its end goes from the smallest to the
# largest. Readable on light and dark ground.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use results;

my ($folder) = @ARGV;
die "usage: plot.pl RESULTS\n" if !defined $folder;

my ($NAMES, $WIDTH, $GAP, $ROW, $HEAD, $BETWEEN) = (180, 300, 100, 17, 24, 16); # pixels
my @PANELS = (
  { x => $NAMES, title => 'CPU ms a page: less is better', key => 'cpu_each', from => -2, to => 2 },
  { x => $NAMES + $WIDTH + $GAP, title => 'pages a second: more is better', key => 'rate', from => 0, to => 5 },
);
my %CLASS = (wrk => 'limit', limit => 'limit', cells8 => 'limit', cells16 => 'limit',
  cells32 => 'limit', crawler0 => 'ours', crawler2 => 'ours',
  crawlerlist => 'ours', hosts0 => 'ours', hosts2 => 'ours', hosts0wide => 'ours');
my $total_width = $NAMES + 2 * $WIDTH + 2 * $GAP;
my @svg;

sub escaped {
  my ($text) = @_;
  my %entity = ('&' => '&amp;', '<' => '&lt;', '>' => '&gt;');
  return $text =~ s/([&<>])/$entity{$1}/gr;
}

sub text {
  my ($x, $y, $class, $what) = @_;
  push @svg, sprintf '<text x="%.0f" y="%.0f" class="%s">%s</text>', $x, $y, $class, escaped($what);
}

sub log10 { return log($_[0]) / log 10 }

# Where a value is in a panel; what is off the scale stands at its end.
sub place {
  my ($panel, $value) = @_;
  my $at = $value > 0 ? (log10($value) - $panel->{from}) / ($panel->{to} - $panel->{from}) : 0;
  return $panel->{x} + $WIDTH * ($at < 0 ? 0 : $at > 1 ? 1 : $at);
}

sub shown {
  my ($value) = @_;
  return sprintf $value < 0.1 ? '%.3f' : $value < 10 ? '%.2f' : $value < 100 ? '%.1f' : '%.0f', $value;
}

sub bar {
  my ($panel, $row, $y) = @_;
  my @values = @{ $row->{ $panel->{key} } };
  my $median = results::median(@values);
  my ($least, $most) = map { place($panel, $_) } results::extremes(@values);
  my $end = place($panel, $median);
  push @svg, sprintf '<rect x="%d" y="%d" width="%.1f" height="%d" class="%s"/>', $panel->{x}, $y + 2,
    $end - $panel->{x}, $ROW - 4, $CLASS{ $row->{who} } // 'peer';
  push @svg, sprintf '<path d="M%.1f %.1fH%.1f" class="spread"/>', $least, $y + $ROW / 2, $most if $most - $least >= 1;
  text(($most > $end ? $most : $end) + 5, $y + $ROW - 5, 'value', $panel->{key} eq 'rate' ? sprintf('%.0f', $median) : shown($median));
}

# Lines at the powers of ten, behind the bars.
sub grid {
  my ($panel, $top, $bottom) = @_;
  for my $power ($panel->{from} .. $panel->{to}) {
    push @svg, sprintf '<path d="M%.1f %dV%d" class="grid"/>', place($panel, 10**$power), $top, $bottom;
  }
}

sub scale {
  my ($panel, $y) = @_;
  text($panel->{x}, $y - 18, 'title', $panel->{title});
  text(place($panel, 10**$_), $y, 'scale', 10**$_) for $panel->{from} .. $panel->{to};
}

sub draw_scenario {
  my ($s, $y) = @_;
  my $bottom = $y + $HEAD + $ROW * @{ $s->{rows} };
  text(8, $y + 15, 'title', $s->{title});
  grid($_, $y + $HEAD, $bottom) for @PANELS;
  $y += $HEAD;
  for my $row (@{ $s->{rows} }) {
    my $note = (grep { $_->{status} == 124 } @{ $row->{turns} }) ? ' (stopped)' : '';
    text($NAMES - 8, $y + $ROW - 5, 'name', results::label($row->{who}) . $note);
    bar($_, $row, $y) for @PANELS;
    $y += $ROW;
  }
  return $bottom + $BETWEEN;
}

my $y = 50;
scale($_, $y - 8) for @PANELS;
$y = draw_scenario($_, $y) for results::read_all($folder);

print <<"END";
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $total_width $y" width="$total_width" height="$y" font-family="sans-serif" font-size="12">
<title>libcrawl beside others: CPU ms a page, and pages a second</title>
<style>
.ground { fill: #ffffff } text { fill: #24292f } .title { font-weight: bold } .name { text-anchor: end }
.scale { text-anchor: middle; font-size: 10px } .value { font-size: 11px }
.grid { stroke: #d0d7de } .spread { stroke: #24292f; stroke-width: 2 }
.ours { fill: #2f81c7 } .limit { fill: #9aa4af } .peer { fill: #d08a3c }
\@media (prefers-color-scheme: dark) {
.ground { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #30363d } .spread { stroke: #e6edf3 }
.limit { fill: #6e7681 } .peer { fill: #b9742c }
}
</style>
<rect width="$total_width" height="$y" class="ground"/>
END
print "$_\n" for @svg;
print "</svg>\n";
