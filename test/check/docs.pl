#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# docs.pl - do the words follow the code?
#
#   docs.pl ROOT VERSION
#
# Every public function stands in docs/reference/, every option of lib/api/options.def in its
# options.md, every option and exit status of the command in its command.md; every program of
# examples/cookbook/ in docs/cookbook.md. The other way round, no page names a function, a CRAWLER_
# constant, an option's row, a file of the tree or a link that isn't there, and none shows C that
# gen_docs.pl hasn't put there from a file that is compiled. The header and the change log know the
# Makefile's version.
use strict;
use warnings;

my ($root, $version) = @ARGV;
die "usage: docs.pl ROOT VERSION\n" if !defined $version;
my ($asked, $bad) = (0, 0);

sub complain {
  print "docs: @_\n";
  $bad++;
}

sub slurp {
  my ($path) = @_;
  open my $in, '<', $path or return undef;
  local $/;
  return <$in>;
}

my $headers = join "\n", map { slurp($_) } glob "$root/include/crawl/*.h";
(my $code = $headers) =~ s{/\*.*?\*/}{ }gs;
my %function = map { $_ => 1 } $code =~ /\b(crawler_\w+)\s*\(/g;
my %known = map { $_ => 1 } $code =~ /\b((?:crawler|CRAWLER)_\w+)/g;

sub options {
  my $text = slurp("$root/lib/api/options.def") // return ();
  $text =~ s{/\*.*?\*/}{ }gs;
  return $text =~ /^\s*\w+\(\s*"?([a-z][a-z0-9_]*)"?\s*,/mg;
}

sub check_reference {
  my @pages = glob "$root/docs/reference/*.md";
  return print "docs: there is no docs/reference/ yet\n" if !@pages;
  my $all = join "\n", map { slurp($_) } @pages;
  for my $name (sort keys %function) {
    $asked++;
    complain("$name() stands in no page of docs/reference/") if $all !~ /\b$name\b/;
  }
  my %option = map { $_ => 1 } options() or return print "docs: there is no options.def yet\n";
  my $page = slurp("$root/docs/reference/options.md");
  return complain('there is no docs/reference/options.md') if !defined $page;
  for my $name (sort keys %option) {
    $asked++;
    complain("option $name doesn't stand in docs/reference/options.md") if $page !~ /`$name`/;
  }
  for my $name ($page =~ /^\|\s*`([a-z][a-z0-9_]*)`\s*\|/mg) {
    complain("docs/reference/options.md has a row for $name, which is no option") if !$option{$name};
  }
}

# Blocks of C, whatever they are labelled.
sub check_blocks {
  my ($page, $text) = @_;
  $text =~ s{^<!-- gen: (?:code examples/\S+\.c\b|declare ).*?^<!-- end -->$}{}gms;
  while ($text =~ m{^\s*(```+|~~~+)[ \t]*(\w*)[^\n]*\n(.*?)^\s*\1}gms) {
    my ($label, $block) = (lc $2, $3);
    $asked++;
    complain("$page: a block of C that isn't taken from a file of examples/: " . (split /\n/, $block)[0])
      if $label eq 'c' || ($label eq '' && $block =~ /\bcrawler_\w+\s*\([^\n]*;|^#include\b/m);
  }
}

sub check_cookbook {
  my $text = slurp("$root/docs/cookbook.md") // '';
  for my $program (map { s{^\Q$root\E/}{}r } glob "$root/examples/cookbook/*.c") {
    $asked++;
    complain("$program has no paragraph in docs/cookbook.md") if index($text, "](../$program)") < 0;
  }
}

my %anchors; # page => its headings' anchors, as GitHub and gen_site.pl make them

sub anchors {
  my ($page) = @_;
  return $anchors{$page} if $anchors{$page};
  my %seen;
  my $text = slurp("$root/$page") =~ s/^```.*?^```//gmsr;
  for my $heading ($text =~ /^#+ (.*)$/mg) {
    my $anchor = lc($heading =~ s/\[([^\]]*)\]\([^)]*\)/$1/gr) =~ s/[^\w\- ]//gr =~ tr/ /-/r;
    $anchors{$page}{ $seen{$anchor} ? "$anchor-$seen{$anchor}" : $anchor } = 1;
    $seen{$anchor}++;
  }
  return $anchors{$page} //= {};
}

# Is what a page names there?
sub check_page {
  my ($page) = @_;
  my $text = slurp("$root/$page");
  my ($folder) = $page =~ m{^(.*/)};
  $folder //= '';
  for my $name ($text =~ /\b(crawler_\w+)\(/g) {
    $asked++;
    complain("$page: no public header has $name()") if !$function{$name};
  }
  for my $name ($text =~ /\b(CRAWLER_[A-Z0-9_]*[A-Z0-9])\b(?!\*)/g) {
    complain("$page: no public header has $name") if !$known{$name} && !grep { /^\Q$name\E_/ } keys %known;
  }
  while ($text =~ /\]\(([^)#\s]*)(?:#([^)]*))?\)/g) {
    my ($link, $anchor) = ($1, $2);
    next if $link =~ /^[a-z]+:/ || ($link eq '' && !defined $anchor);
    my $file = $link eq '' ? $page : "$folder$link";
    $asked++;
    if (!-e "$root/$file") { complain("$page: the link to $link leads nowhere") }
    elsif (defined $anchor && !anchors($file)->{$anchor}) { complain("$page: $file has no #$anchor") }
  }
  check_blocks($page, $text);
  for my $file ($text =~ m{`((?:lib|include|examples|test|docs|pkgconfig)/[\w./-]*\w)/?`}g) {
    $asked++;
    complain("$page: there is no $file") if !-e "$root/$file";
  }
}

# The command's long options, and the numbers that it ends with.
sub check_command {
  my $table = slurp("$root/examples/command/option_table.c") // return;
  my $page = slurp("$root/docs/reference/command.md") // '';
  for my $name ($table =~ /^  \{ "([a-z-]+)", (?:0|'.'),/mg) {
    $asked++;
    complain("docs/reference/command.md lacks --$name") if $page !~ /^\|[^|]*`--\Q$name\E[`= ]/m;
  }
  my %told = map { $_ => 1 } $page =~ /^\| (\d+) \|/mg;
  my %used = map { $_ => 1 } 0, slurp("$root/examples/crawler.c") =~ /\bEXIT_[A-Z_]+ = (\d+)/g;
  for my $status (sort keys %told, keys %used) {
    $asked++;
    complain("exit status $status: docs/reference/command.md and examples/crawler.c don't agree")
      if !$told{$status} || !$used{$status};
  }
}

sub check_version {
  my @parts = map { $headers =~ /define\s+CRAWLER_VERSION_$_\s+(\d+)/ ? $1 : () } qw(MAJOR MINOR PATCH);
  my $said = join '.', @parts;
  complain("crawler.h says version $said, the Makefile $version") if @parts && $said ne $version;
  my $log = slurp("$root/CHANGELOG.md") // '';
  complain("CHANGELOG.md has no heading for $version") if $log !~ /^## .*\Q$version\E/m;
}

my @pages = map { s{^\Q$root\E/}{}r } glob("$root/*.md $root/docs/*.md $root/docs/*/*.md $root/lib/*.md " .
                                            "$root/test/*.md $root/examples/*.md");
check_reference();
check_page($_) for @pages;
check_cookbook();
check_command();
check_version();
printf "docs: %d names and links in %d pages, %d complaints\n", $asked, scalar @pages, $bad;
exit($bad ? 1 : 0);
