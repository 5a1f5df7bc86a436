#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# api_use.pl - C declarations from docs/api.json alone, as a generator of bindings would make them.
#
#   api_use.pl FILE cdef     for LuaJIT's ffi.cdef: all but macros
#   api_use.pl FILE claims   for a C compiler behind #include <crawl/crawler.h>: the same functions
#                            again, and that each constant has its value
#   api_use.pl FILE names    the functions of crawl/crawler.h, one a line
use strict;
use warnings;
use JSON::PP;

my ($file, $what) = @ARGV;
die "usage: api_use.pl FILE cdef|claims|names\n" if !defined $what;
open my $in, '<', $file or die "api_use.pl: $file: $!\n";
my $api = JSON::PP->new->decode(do { local $/; <$in> });

# "int (*)(int fd)" and "fd_cb": "int (*fd_cb)(int fd)".
sub declared {
  my ($type, $name) = @_;
  return $type =~ /\(\*\)/ ? $type =~ s/\(\*\)/(*$name)/r : "$type $name";
}

sub c_prototype {
  my ($f, $name) = @_;
  my $parameters = join ', ', map { declared($_->{type}, $_->{name}) } @{ $f->{parameters} };
  return "$f->{returns}{type} $name(" . ($parameters || 'void') . ');';
}

my @functions = grep { $_->{header} eq 'crawl/crawler.h' } @{ $api->{functions} };
if ($what eq 'names') {
  print "$_->{name}\n" for @functions;
} elsif ($what eq 'claims') {
  print c_prototype($_, $_->{name}), "\n" for @functions;
  print "_Static_assert($_->{name} == $_->{value}, \"$_->{name}\");\n"
    for @{ $api->{macros} }, map { @{ $_->{values} } } @{ $api->{enums} };
} else {
  print "typedef struct $_->{name} $_->{name};\n" for @{ $api->{structs} };
  for my $enum (@{ $api->{enums} }) {
    print 'typedef enum { ', join(', ', map { "$_->{name} = $_->{value}" } @{ $enum->{values} }), " } $enum->{name};\n";
  }
  print 'typedef ', c_prototype($_, "(*$_->{name})"), "\n" for @{ $api->{callbacks} };
  print c_prototype($_, $_->{name}), "\n" for @functions;
}
