#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# style.pl - the rules of the code that a script can hold.
#
#   style.pl ROOT
#
# For every C file: the licence line, 100 columns, at most 700 lines (but the public header), a base name of its own in the
# whole tree, no function that C has a safe form of. For lib/ besides: the head comment, functions
# of at most 40 lines, a test file beside each source file, no #if inside a function, all memory from
# base/mem, and nothing that prints, ends the process or changes what the process shares.
# A file that says "Made by gen_x" in its first lines is data: it has the head of the others only.
use strict;
use warnings;
use open ':std', ':encoding(UTF-8)';

my ($root) = @ARGV;
die "usage: style.pl ROOT\n" if !defined $root;
my %exempt = map { $_ => 1 } qw(test/bench/limit.c); # kept as it was measured elsewhere

my @never = ( # everywhere
  [qr/(?<![\w.>])(v?sprintf|strcpy|strcat|strtok|strtok_r|atoi|atol|atoll|atof|gets|alloca)\s*\(/, 'banned'],
  [qr/\bTODO\b(?!.*#\d)|\bFIXME\b|\bXXX\b/, 'unfinished'],
);
my @never_in_lib = ( # pattern, why, the files that may
  [qr/(?<![\w.>])(malloc|calloc|realloc)\b/, 'memory comes from base/mem.h', qr{^lib/base/mem\.c$}],
  [qr/(?<![\w.>])(free|strdup|strndup|v?asprintf|getline|aligned_alloc|posix_memalign)\s*\(/,
    'memory comes from base/mem.h', qr{^lib/base/mem\.c$}],
  [qr/(?<![\w.>])(v?f?printf|v?dprintf|f?puts|putchar|f?putc|perror)\s*\(|\b(stdout|stderr)\b/, 'a library prints nothing'],
  [qr/(?<![\w.>])(abort|exit|_exit|_Exit|quick_exit|atexit|assert)\s*\(|assert\.h>/, 'a library ends no process'],
  [qr/(?<![\w.>])(signal|sigaction|setlocale|putenv|setenv|unsetenv|srand|chdir|umask)\s*\(/, 'belongs to the whole process'],
  [qr/(?<![\w.>])(rand|random|localtime|gmtime|ctime|asctime|gethostbyname)\s*\(/, 'keeps hidden state'],
  [qr/setjmp\.h>|(?<![\w.>])(set|long)jmp\s*\(/, 'one place only', qr{^lib/parse/html_gumbo\.c$}],
);

my $bad = 0;

sub complain {
  my ($file, $line, $what) = @_;
  print "$file:$line: $what\n";
  $bad++;
}

sub slurp {
  my ($file) = @_;
  open my $in, '<:encoding(UTF-8)', "$root/$file" or die "style.pl: $file: $!\n";
  local $/;
  return <$in> // '';
}

# The code alone, line for line: comments and what stands in quotes are blanked.
sub code_of {
  my ($text) = @_;
  my $blank = sub { my $t = shift; $t =~ s/[^\n]/ /g; $t };
  $text =~ s{(/\*.*?\*/|//[^\n]*)|("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')}{
    defined $1 ? $blank->($1) : substr($2, 0, 1) . $blank->(substr($2, 1, -1)) . substr($2, -1)}gsex;
  return split /\n/, $text, -1;
}

sub check_text {
  my ($file, $lines) = @_;
  for my $n (0 .. $#$lines) {
    complain($file, $n + 1, 'over 100 columns') if length $lines->[$n] > 100;
    complain($file, $n + 1, 'tab, or space at the end') if $lines->[$n] =~ /\t|\s$/;
    complain($file, $n + 1, 'unfinished') if $lines->[$n] =~ $never[1][0];
  }
  complain($file, scalar @$lines, 'over 700 lines: split it')
    if @$lines > 701 && $file ne 'include/crawl/crawler.h'; # one header is the whole interface
}

sub check_words {
  my ($file, $code) = @_;
  my @rules = ($never[0], $file =~ m{^lib/} ? @never_in_lib : ());
  for my $n (0 .. $#$code) {
    for my $rule (@rules) {
      next if $code->[$n] !~ $rule->[0] || ($rule->[2] && $file =~ $rule->[2]);
      (my $word = $&) =~ s/\W+$//;
      complain($file, $n + 1, "$word: $rule->[1]");
    }
  }
}

# Function bodies are what stands between a '{' and a '}' in the first column.
sub check_functions {
  my ($file, $code) = @_;
  my $began;
  for my $n (0 .. $#$code) {
    if ($code->[$n] =~ /^\{/) {
      $began = $n;
    } elsif (defined $began && $code->[$n] =~ /^\}/) {
      my $length = $n - $began - 1;
      complain($file, $began, "a function of $length lines, over 40") if $length > 40;
      undef $began;
    } elsif (defined $began && $code->[$n] =~ /^\s*#\s*(if|else|elif)/) {
      complain($file, $n + 1, '#if inside a function: make two files');
    }
  }
}

sub check_head {
  my ($file, $text) = @_;
  my ($base) = $file =~ m{([^/]+)$};
  my ($head) = $text =~ m{^[^\n]*\n(/\* \Q$base\E - .*?\*/)}s
    or return complain($file, 2, "no head comment that begins with '/* $base - '");
  my $lines = 1 + ($head =~ tr/\n//);
  complain($file, 2, "a head comment of $lines lines, over 12") if $lines > 12;
}

sub check_test_beside {
  my ($file) = @_;
  return if $file !~ m{^lib/([^/]+)/([^/]+)\.c$};
  my $test = "test/$1/test_$2.c";
  return complain($file, 1, "has no $test") if !-e "$root/$test";
  complain($test, 1, 'asserts nothing') if slurp($test) !~ /\bassert_\w+\s*\(/;
}

sub files_below {
  my ($dir) = @_;
  opendir my $in, "$root/$dir" or return;
  my @found;
  for my $name (sort readdir $in) {
    next if $name =~ /^\./;
    push @found, -d "$root/$dir/$name" ? files_below("$dir/$name") : "$dir/$name";
  }
  return @found;
}

my (%place, $files);
for my $file (map { files_below($_) } qw(include lib examples test)) {
  next if $file !~ m{\.(c|h)$|^lib/.*\.(def|inc)$} || $file =~ m{^test/data/} || $exempt{$file};
  $files++;
  my $text = slurp($file);
  my ($base) = $file =~ m{([^/]+)$};
  complain($file, 1, "$base is also $place{$base}") if $place{$base};
  $place{$base} = $file;
  complain($file, 1, 'does not begin with the SPDX line')
    if $text !~ m{^/\* SPDX-License-Identifier: MIT( AND [\w.-]+)? \*/\n};
  check_head($file, $text) if $file =~ m{^lib/.*\.[ch]$};
  next if substr($text, 0, 600) =~ /\bMade by gen_\w+/;
  my @code = code_of($text);
  check_text($file, [split /\n/, $text, -1]);
  check_words($file, \@code);
  check_functions($file, \@code) if $file =~ m{^(lib|examples)/};
  check_test_beside($file);
}
print "style: $files files, $bad complaints\n";
exit($bad || !$files ? 1 : 0);
