#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# big_pages.pl - a site of large pages, made from the pages of a real one.
#
#   big_pages.pl body|document FROM TO PAGES BYTES
#
# The first PAGES pages that links lead to from FROM/index.html; links to pages that aren't there lead
# to "#". Each gets what is in the bodies of those that come after it, as long as they fit, and text up
# to BYTES. With "document", whole documents follow one another, and the last is cut: no valid HTML.
use strict;
use warnings;

my ($kind, $from, $to, $pages, $bytes) = @ARGV;
die "usage: big_pages.pl body|document FROM TO PAGES BYTES\n" if !defined $bytes;

sub slurp {
  my ($path) = @_;
  open my $in, '<', $path or die "big_pages.pl: $path: $!\n";
  local $/;
  return <$in>;
}

my @found = ('index.html');
my %text;
for (my $at = 0; $at < @found; $at++) {
  $text{ $found[$at] } = slurp("$from/$found[$at]");
  for my $name ($text{ $found[$at] } =~ /<a\b[^>]*?\bhref="([\w.-]+\.html)/gi) {
    next if @found >= $pages || grep { $_ eq $name } @found;
    push @found, $name if -e "$from/$name";
  }
}
my %is_there = map { $_ => 1 } @found;
for (values %text) {
  s/(<a\b[^>]*?\bhref=")([^"#]*)/$1 . ($is_there{$2} ? $2 : '#')/gei;
}

sub string_together {
  my ($at) = @_;
  my $page = '';
  while (length $page < $bytes) {
    $page .= $text{ $found[$at++ % @found] };
  }
  return substr $page, 0, 1 + rindex $page, '>', $bytes - 1;
}

sub fill_body {
  my ($at) = @_;
  my ($page, $end) = $text{ $found[$at] } =~ m{^(.*)(</body>.*)$}s;
  for (1 .. @found) {
    my ($body) = $text{ $found[++$at % @found] } =~ m{<body[^>]*>(.*)</body>}s;
    $page .= $body if length($page) + length($body) + length($end) < $bytes;
  }
  my $left = $bytes - length($page) - length($end) - length '<p></p>';
  return $page . ($left > 0 ? '<p>' . substr('words of a long text ' x (1 + $left / 21), 0, $left) . '</p>' : '') . $end;
}

mkdir $to or die "big_pages.pl: $to: $!\n";
for my $at (0 .. $#found) {
  open my $out, '>', "$to/$found[$at]" or die "big_pages.pl: $found[$at]: $!\n";
  print $out $kind eq 'body' ? fill_body($at) : string_together($at);
}
