#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# calls.pl - does every call in lib/ point downwards?
#
#   calls.pl "rooms of layer 0" "rooms of layer 1" ... -- OBJECT...
#
# layers.pl looks at includes, and any room may include crawl/crawler.h: that a function declared there
# is called from below only the objects tell. What one takes (an undefined cr_* or crawler_*) must be
# defined in its own room or in a room of a lower layer; loop/ may take from base/ beside it. An
# object's room is the folder that it lies in.
use strict;
use warnings;

my @layers;
push @layers, shift @ARGV while @ARGV && $ARGV[0] ne '--';
shift @ARGV;
my @objects = @ARGV;
die "usage: calls.pl LAYER... -- OBJECT...\n" if !@layers || !@objects;
my $nm = $ENV{NM} // 'nm';
my %layer_of;
for my $n (0 .. $#layers) { $layer_of{$_} = $n for split ' ', $layers[$n] }
my %beside = ('loop base' => 1);

my (%room_of, @taken); # name => the room that defines it; [object, room, name]
for my $object (@objects) {
  my ($room, $file) = $object =~ m{([^/]+)/([^/]+)\.o$} or die "calls.pl: $object: not ROOM/FILE.o\n";
  die "calls.pl: $object: its room is in no layer\n" if !exists $layer_of{$room};
  open my $in, '-|', $nm, '-g', $object or die "calls.pl: $nm: $!\n";
  while (<$in>) {
    my ($type, $name) = /\b([A-Za-z])\s+(c(?:r|rawler)_\w+)$/ or next;
    if ($type =~ /^[Uwv]$/) { push @taken, ["$room/$file", $room, $name] }
    else { $room_of{$name} = $room }
  }
  close $in or die "calls.pl: $nm $object failed\n";
}

my $bad = 0;
for my $call (@taken) {
  my ($file, $room, $name) = @$call;
  my $to = $room_of{$name};
  my $why;
  if (!defined $to) { $why = 'which no room defines' }
  elsif ($to ne $room && $layer_of{$to} >= $layer_of{$room} && !$beside{"$room $to"}) {
    $why = "of $to/, " . ($layer_of{$to} == $layer_of{$room} ? 'sideways: both are of one layer' : 'upwards');
  }
  next if !$why;
  print "lib/$file.c: takes $name, $why\n";
  $bad++;
}
printf "calls: %d from %d objects, %d wrong\n", scalar @taken, scalar @objects, $bad;
exit($bad || !@taken ? 1 : 0);
