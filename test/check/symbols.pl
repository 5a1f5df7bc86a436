#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# symbols.pl - what the library shows to others, and what it takes from them.
#
#   symbols.pl SHARED_LIBRARY ARCHIVE HEADER...
#
# The shared library and the archive export exactly the functions that the public headers declare,
# and those are crawler_*. What the library takes from others is on the list symbols.allow, which has
# nothing that ends the process, prints, or changes what the process shares. It has no writable
# variable of its own: two crawlers share nothing.
use strict;
use warnings;

my ($shared, $archive, @headers) = @ARGV;
die "usage: symbols.pl SHARED_LIBRARY ARCHIVE HEADER...\n" if !@headers;
my $nm = $ENV{NM} // 'nm';
my $objdump = $ENV{OBJDUMP} // 'objdump';

# Names, and comments from '#' on.
sub allowed_by {
  my ($file) = @_;
  open my $in, '<', $file or die "symbols.pl: $file: $!\n";
  return { map { $_ => 1 } map { s/#.*//s; split } <$in> };
}

# The C library has the same function under more names: checked (__memcpy_chk), or by the standard
# that is compiled for (__isoc99_sscanf).
sub plain_name { return $_[0] =~ /^__(?:isoc\d+_)?(\w+?)(?:_chk)?$/ ? $1 : $_[0] }

my $bad = 0;

sub complain {
  print "symbols: @_\n";
  $bad++;
}

sub lines_of {
  my @command = @_;
  open my $in, '-|', @command or die "symbols.pl: $command[0]: $!\n";
  my @lines = <$in>;
  close $in or die "symbols.pl: @command failed\n";
  return @lines;
}

# name => 1, of "address type name", without the version behind '@'
sub names { my %n; /\s([A-Za-z])\s+([^\s@]+)/ and $n{$2} = 1 for @_; return \%n }

# Comments, preprocessor lines and typedefs out; what is left of the form "crawler_x(" is declared.
sub declared_in {
  my ($header) = @_;
  open my $in, '<', $header or die "symbols.pl: $header: $!\n";
  local $/;
  my $text = <$in>;
  $text =~ s{/\*.*?\*/}{ }gs;
  $text =~ s{^\s*#(?:[^\n]*\\\n)*[^\n]*}{}mg;
  $text =~ s{extern\s*"C"\s*\{}{}g;
  my @names;
  for my $statement (split /;/, $text) {
    next if $statement =~ /^[\s}]*(typedef|static)\b/;
    push @names, $1 if $statement =~ /\b([A-Za-z]\w*)\s*\(/;
  }
  return @names;
}

sub compare {
  my ($what, $exported, $declared) = @_;
  for (sort keys %$exported) {
    complain("$what exports $_, which is no crawler_*") if !/^crawler_/;
    complain("$what exports $_, which no public header declares") if /^crawler_/ && !$declared->{$_};
  }
  for (sort keys %$declared) {
    complain("$_ is declared, but not in $what") if !$exported->{$_};
  }
}

my %declared = map { $_ => 1 } map { declared_in($_) } @headers;
complain('the public headers declare nothing') if !%declared;
complain("$_ is declared, and is no crawler_*") for grep { !/^crawler_/ } sort keys %declared;
compare('the shared library', names(lines_of($nm, '-D', '--defined-only', $shared)), \%declared);
compare('the archive', names(grep { !/^\S*:$/ } lines_of($nm, '-g', '--defined-only', $archive)), \%declared);

my %taken = (%{ names(lines_of($nm, '-D', '--undefined-only', $shared)) },
             %{ names(lines_of($nm, '-u', $archive)) });
my $allowed = allowed_by($0 =~ s/pl$/allow/r);
for (grep { !/^cr(awler)?_/ } sort keys %taken) {
  complain("the library takes $_, which symbols.allow doesn't have") if !$allowed->{$_} && !$allowed->{ plain_name($_) };
}

for (lines_of($objdump, '-t', $archive)) {
  next if !/^\S+ .{6}O (\.data|\.bss|\.tdata|\.tbss)(\S*)\s+\S+\s+(?:\.hidden )?(\S+)/;
  complain("$3 is a writable variable ($1$2)") if "$1$2" !~ /^\.data\.rel\.ro/;
}
printf "symbols: %d functions declared and exported, %d taken from others, %d complaints\n",
  scalar keys %declared, scalar keys %taken, $bad;
exit($bad ? 1 : 0);
