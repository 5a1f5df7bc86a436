#!/usr/bin/env perl
# SPDX-License-Identifier: MIT
# why_linked.pl - where does a path stand in the pages of a site?
#
#   why_linked.pl ROOT FILE     FILE has a path a line ("/a/b.html")
#
# Prints page, tag and attribute for each place in ROOT's HTML whose value leads there. It finds tags by a
# plain pattern: a tool to look with, not a judge.
use strict;
use warnings;
use File::Find;

my ($root, $list) = @ARGV;
open my $in, '<', $list or die "$list: $!\n";
my %wanted;
while (my $path = <$in>) {
  chomp $path;
  $wanted{$path} = 0 if $path ne '';
}
exit 0 unless %wanted;

sub resolve {
  my ($page, $ref) = @_;
  $ref =~ s/#.*//s;
  $ref =~ s/&amp;/&/g;
  return if $ref =~ m{^[a-z][a-z0-9+.-]*:}i || $ref eq '';
  my ($path, $query) = split /\?/, $ref, 2;
  $path = $page =~ s{[^/]*$}{}r . $path unless $path =~ m{^/};
  1 while $path =~ s{/\./}{/} || $path =~ s{/(?!\.\./)[^/]+/\.\./}{/} || $path =~ s{^/\.\./}{/};
  $path =~ s/ /%20/g;
  return defined $query ? "$path?$query" : $path;
}

find({ no_chdir => 1, follow => 1, wanted => sub {
  return unless /\.html?$/ && -f;
  my $page = substr $File::Find::name, length $root;
  open my $html, '<:raw', $File::Find::name or return;
  local $/;
  my $text = <$html>;
  while ($text =~ /<([a-zA-Z][^\s>\/]*)([^>]*)>/g) {
    my ($tag, $attributes) = (lc $1, $2);
    while ($attributes =~ /([a-zA-Z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g) {
      my ($name, $value) = (lc $1, $2 // $3 // $4);
      my $target = resolve($page, $value);
      next unless defined $target && exists $wanted{$target} && $wanted{$target}++ < 3;
      print "  $target  stands in $page as <$tag $name=\"$value\">\n";
    }
  }
} }, $root);
print "  $_  stands nowhere\n" for sort grep { !$wanted{$_} } keys %wanted;
