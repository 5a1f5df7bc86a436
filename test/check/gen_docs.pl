#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# gen_docs.pl - what pages of README.md and docs/ repeat of the code, put there by a script.
#
#   gen_docs.pl [--check] ROOT
#
# Fills every block of the form
#
#   <!-- gen: KIND ... -->
#   (made)
#   <!-- end -->
#
# or, with --check, complains about each that isn't what it would write. Kinds:
#
#   code FILE                all of a source file after its head comment
#   code FILE NAME...        these functions or types of it, by name
#   declare NAME...          declarations of the public header
#   options HEADING          the rows of lib/api/options.def below that comment, as a table
#   enum NAME [FIRST LAST]   an enum of the public header (numbers FIRST to LAST) as a table
#   threads                  its functions by the threads that may call them, but options' setters
#   since                    its functions by the version that has them first
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Header;

my $check = @ARGV && $ARGV[0] eq '--check' ? shift @ARGV : undef;
my ($root) = @ARGV;
die "usage: gen_docs.pl [--check] ROOT\n" if !defined $root;

sub slurp {
  my ($path) = @_;
  open my $in, '<', "$root/$path" or die "gen_docs.pl: $path: $!\n";
  local $/;
  return <$in>;
}

# ---- code ----

# What is defined under this name, with the comment above it.
sub definition {
  my ($file, $text, $name) = @_;
  my $comment = qr{(?:/\*(?:[^*]|\*(?!/))*\*/\n)?};
  return $1 if $text =~ m{^($comment^(?!\s)[^\n;]*\b\Q$name\E\([^;{}]*\)\n\{\n.*?^\}\n)}ms;
  return $1 if $text =~ m{^($comment^(?:struct|enum)\s+\Q$name\E\s*\{.*?^?\};\n)}ms;
  return $1 if $text =~ m{^((?:static )?[^\n(){}]*\b\Q$name\E(?: = [^\n]*)?;[^\n]*\n)}m;
  die "gen_docs.pl: $file defines no $name\n";
}

sub code {
  my ($file, @names) = @_;
  my $text = slurp($file);
  $text =~ s{\A(?:/\*.*?\*/\n)+}{}s;
  my $shown = @names ? join("\n", map { definition($file, $text, $_) } @names) : $text;
  my $language = $file =~ /\.c$/ ? 'c' : $file =~ /\.sh$/ ? 'sh' : '';
  return "```$language\n$shown```\n";
}

my %declared; # the public header's, by name

sub declared {
  my ($name) = @_;
  my $header = 'crawl/crawler.h';
  %declared = map { $_->{name} => $_ } Header::declarations(slurp("include/$header"), $header) if !%declared;
  return $declared{$name} // die "gen_docs.pl: crawler.h declares no $name\n";
}

sub declare {
  my (@names) = @_;
  return "```c\n" . join('', map { declared($_)->{declaration} . "\n" } @names) . "```\n";
}

# ---- options ----

sub options {
  my ($heading) = @_;
  my @options = grep { $_->{heading} eq $heading } Header::options(slurp('lib/api/options.def'));
  die "gen_docs.pl: options.def has no '$heading'\n" if !@options;
  my $table = "| option | type | default | range | when | what |\n| --- | --- | --- | --- | --- | --- |\n";
  for my $o (@options) {
    my $initial = $o->{default} eq '' ? 'empty' : "`$o->{default}`";
    $table .= "| `$o->{name}` | $o->{type} | $initial | $o->{range} | $o->{when} | $o->{help} |\n";
  }
  return $table;
}

# ---- enums ----

my %texts;

sub text_of {
  my ($name) = @_;
  if (!%texts) {
    my $code = slurp('lib/api/error.c');
    $texts{$1} = $3 // $2 while $code =~ /\{ (CRAWLER_\w+), "([^"]*)"(?:, "([^"]*)")? \}/g;
    $code = slurp('lib/model/link.c') . slurp('lib/api/explain_api.c');
    $texts{$1} = $2 while $code =~ /\[(CRAWLER_\w+)\] = "([^"]*)"/g;
  }
  return $texts{$name};
}

sub enum {
  my ($name, $first, $last) = @_;
  my @values = @{ declared($name)->{values} // die "gen_docs.pl: crawler.h has no enum $name\n" };
  my $has_texts = grep { defined text_of($_->{name}) } @values;
  my $table = $has_texts ? "| constant | number | text | meaning |\n| --- | --- | --- | --- |\n"
                         : "| constant | number | meaning |\n| --- | --- | --- |\n";
  for my $value (@values) {
    my ($constant, $number, $meaning) = @$value{qw(name value comment)};
    next if defined $first && ($number < $first || $number > $last);
    my $text = text_of($constant);
    next if $has_texts && !defined $text; # a count, not a member
    $table .= "| `$constant` | $number | ";
    $table .= ($text eq '' ? '' : "\"$text\"") . ' | ' if $has_texts;
    $meaning =~ s/(<[^<>|]+>)/`$1`/g; # a tag is no HTML of the page
    $table .= "$meaning |\n";
  }
  return $table;
}

# ---- functions ----

sub functions {
  declared('crawler');
  return sort { $a->{name} cmp $b->{name} } grep { $_->{kind} eq 'function' } values %declared;
}

sub threads {
  my %setter = map { $_->{setter} => 1 } Header::options(slurp('lib/api/options.def'), slurp('lib/api/setters.c'));
  my %by;
  push @{ $by{ Header::thread_of($_) } }, "`$_->{name}()`" for grep { !$setter{ $_->{name} } } functions();
  my @rows = (['any', 'any'], ['any, async-signal-safe', 'any, and in signal handlers'],
              ['one at a time', 'any, but one at a time for each object'],
              ['loop', 'the loop thread, or while nothing runs one thread at a time']);
  return "| thread | functions |\n| --- | --- |\n" . join '', map { "| $_->[1] | " . join(', ', @{ $by{ $_->[0] } }) . " |\n" } @rows;
}

sub since {
  my %by;
  push @{ $by{ Header::since_of($_) } }, "`$_->{name}()`" for functions();
  my $first = @{ delete $by{'0.1.0'} } . ' functions: all but those below';
  return "| since | functions |\n| --- | --- |\n| 0.1.0 | $first |\n" .
    join '', map { "| $_ | " . join(', ', @{ $by{$_} }) . " |\n" } sort keys %by;
}

# ---- pages ----

my %kind = (code => \&code, declare => \&declare, options => \&options, enum => \&enum,
            threads => \&threads, since => \&since);
my ($blocks, $bad) = (0, 0);

sub fill {
  my ($page, $what) = @_;
  my ($kind, @words) = split ' ', $what;
  die "gen_docs.pl: $page: what is '$what'?\n" if !$kind{$kind // ''};
  $blocks++;
  return $kind{$kind}->($kind eq 'options' ? join(' ', @words) : @words);
}

for my $page (map { s{^\Q$root\E/}{}r } glob("$root/*.md $root/docs/*.md $root/docs/*/*.md")) {
  my $old = slurp($page);
  (my $new = $old) =~ s{^(<!-- gen: (.*?) -->\n).*?^(<!-- end -->\n)}{$1 . fill($page, $2) . $3}gems;
  next if $new eq $old;
  if ($check) {
    print "gen_docs: $page isn't as the code is: perl test/check/gen_docs.pl .\n";
    $bad++;
  } else {
    open my $out, '>', "$root/$page" or die "gen_docs.pl: $page: $!\n";
    print $out $new;
    close $out or die "gen_docs.pl: $page: $!\n";
  }
}
print "gen_docs: $blocks blocks, $bad pages to be made again\n";
exit($bad ? 1 : 0);
