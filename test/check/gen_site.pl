#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# gen_site.pl - the documentation as HTML.
#
#   gen_site.pl ROOT VERSION MAN DIR     writes DIR of docs/, what it links to, and the pages of MAN
#   gen_site.pl --check DIR              do all links hold? Is nothing loaded from elsewhere?
#
# Markdown is read by cmark-gfm, manual pages by mandoc; here pages get anchors, links to each other
# and navigation. Files of the source that a page links to become pages as well. A page has one style
# sheet, docs/site.css, no script, and is the same wherever and whenever it is made.
use strict;
use warnings;
use File::Basename qw(dirname);
use File::Path qw(make_path);

my $check = @ARGV && $ARGV[0] eq '--check' ? shift @ARGV : undef;
my ($root, $version, $man, $dir) = $check ? ('', '', '', @ARGV) : @ARGV;
die "usage: gen_site.pl ROOT VERSION MAN DIR, or --check DIR\n" if !defined $dir;

sub slurp {
  my ($path) = @_;
  open my $in, '<', $path or die "gen_site.pl: $path: $!\n";
  local $/;
  return <$in> // '';
}

sub spew {
  my ($path, $text) = @_;
  make_path(dirname($path));
  open my $out, '>', $path or die "gen_site.pl: $path: $!\n";
  print $out $text;
  close $out or die "gen_site.pl: $path: $!\n";
}

sub output_of {
  my (@command) = @_;
  open my $in, '-|', @command or die "gen_site.pl: $command[0]: $! (make deps-docs)\n";
  local $/;
  my $text = <$in> // '';
  close $in or die "gen_site.pl: @command failed\n";
  return $text;
}

sub escape { return $_[0] =~ s/&/&amp;/gr =~ s/</&lt;/gr =~ s/>/&gt;/gr =~ s/"/&quot;/gr }

# "a/b/../c.md" of the folder "a/b": "a/b/c.md" and the like.
sub resolve {
  my ($folder, $path) = @_;
  my @parts;
  for my $part (split m{/}, "$folder/$path") {
    if ($part eq '..') { return undef if !@parts; pop @parts }
    elsif ($part ne '' && $part ne '.') { push @parts, $part }
  }
  return join '/', @parts;
}

sub relative {
  my ($from, $to) = @_;
  return '../' x ($from =~ tr{/}{}) . $to;
}

# ---- the check ----

sub files_below {
  my ($below) = @_;
  opendir my $in, $below eq '' ? $dir : "$dir/$below" or die "gen_site.pl: $dir/$below: $!\n";
  my @names = map { $below eq '' ? $_ : "$below/$_" } sort grep { !/^\./ } readdir $in;
  return map { -d "$dir/$_" ? files_below($_) : $_ } @names;
}

if ($check) {
  my %is_file = map { $_ => 1 } files_below('');
  my (%ids, %text, %linked, $links, @complaints);
  for my $page (grep { /\.html$/ } keys %is_file) {
    $text{$page} = slurp("$dir/$page");
    for my $id ($text{$page} =~ /\sid="([^"]*)"/g) {
      push @complaints, "$page: two of id $id" if $ids{$page}{$id}++;
    }
  }
  for my $page (sort keys %text) {
    my ($folder) = $page =~ m{^(.*)/};
    push @complaints, "$page: a script" if $text{$page} =~ /<script|<[^>]*\s(?:on\w+="|(?:href|src)="javascript:)/i;
    push @complaints, "$page: loads $1" if $text{$page} =~ /<(?:link|img|iframe)\b[^>]*(?:href|src)="(\w+:[^"]*|\/\/[^"]*)"/;
    push @complaints, "$page: not one h1" if (() = $text{$page} =~ /<h1\b/g) != 1;
    for my $link ($text{$page} =~ /<[^>]*\s(?:href|src)="([^"]*)"/g) {
      next if $link =~ /^(?:https?|mailto):/;
      $links++;
      my ($path, $anchor) = $link =~ /^([^#]*)(?:#(.*))?$/;
      my $to = $path eq '' ? $page : resolve($folder // '', $path) // '';
      $linked{$to} = 1;
      if (!$is_file{$to}) { push @complaints, "$page: the link to $link leads nowhere" }
      elsif (defined $anchor && !$ids{$to}{$anchor}) { push @complaints, "$page: $to has no #$anchor" }
    }
  }
  push @complaints, map { "no page links to $_" } grep { !$linked{$_} } sort keys %is_file;
  print "site: $_\n" for @complaints;
  printf "site: %d pages, %d links, %d complaints\n", scalar keys %text, $links // 0, scalar @complaints;
  exit(@complaints || !%text ? 1 : 0);
}

# ---- what becomes of a file ----

my (%page_of, @later); # file of the tree => page of the site; files whose page isn't written yet
my @written;

sub page_name {
  my ($file) = @_;
  return $file =~ s/^docs\///r =~ s/README\.md$/index.md/r =~ s/\.md$/.html/r if $file =~ /^docs\/.*\.md$/;
  return $file =~ s/^docs\///r if $file =~ /^docs\/.*\.(?:svg|json)$/;
  return "tree/$file/index.html" if -d "$root/$file";
  return 'tree/' . ($file =~ s/\.md$//r) . '.html';
}

sub page_for {
  my ($file) = @_;
  if (!$page_of{$file}) {
    $page_of{$file} = page_name($file);
    push @later, $file;
  }
  return $page_of{$file};
}

# The links of a page made of FILE, as links of the site.
sub relink {
  my ($html, $file, $page) = @_;
  my $folder = $file =~ m{^(.*)/} ? $1 : '';
  $html =~ s{(<(?:a|img)\b[^>]*\s(?:href|src)=")([^"#]+)(#[^"]*)?(")}{
    my ($before, $to, $anchor, $after) = ($1, $2, $3 // '', $4);
    my $target = $to =~ /^\w+:/ ? undef : resolve($folder, $to);
    defined $target && -e "$root/$target" ? $before . relative($page, page_for($target)) . $anchor . $after
      : "$before$to$anchor$after"}ge;
  return $html;
}

# ---- navigation ----

my (%title, @guides, @references);

sub entry {
  my ($page, $to, $text, $sections) = @_;
  return '<li><a href="' . relative($page, $to) . "\">$text</a></li>\n" if $to ne $page;
  my $list = join '', map { "<li><a href=\"#$_->[0]\">$_->[1]</a></li>\n" } @$sections;
  return "<li><a href=\"#top\" aria-current=\"page\">$text</a>" . ($list ? "\n<ul>\n$list</ul>" : '') . "</li>\n";
}

sub navigation {
  my ($page, $sections) = @_;
  my @parts = (['Documentation', map { [$page_of{$_}, $title{$_}] } @guides],
               ['Reference', map { [$page_of{$_}, $title{$_}] } @references],
               ['Manual pages', ['man/crawler.1.html', 'crawler(1)'], ['man/libcrawl.3.html', 'libcrawl(3)'],
                ['man/libcrawl-options.3.html', 'libcrawl-options(3)'], ['man/index.html', 'all functions and types']]);
  my $made = '';
  for my $part (@parts) {
    my ($head, @entries) = @$part;
    $made .= "<h2>$head</h2>\n<ul>\n" . join('', map { entry($page, @$_, $sections) } @entries) . "</ul>\n";
  }
  return $made;
}

sub write_page {
  my ($page, $title, $body) = @_;
  my @sections = map { [$_->[0], $_->[1] =~ s/<[^>]*>//gr] } grep { defined } map { /id="([^"]*)"[^>]*>(.*)/s ? [$1, $2] : undef }
    $body =~ /<h2\b([^>]*>.*?)<a class="anchor"/gs;
  my $css = relative($page, 'site.css');
  my $home = relative($page, 'index.html');
  spew("$dir/$page", <<"HTML" . $body . "</main>\n<nav id=\"contents\" aria-label=\"Contents\">\n" . navigation($page, \@sections) . "</nav>\n</body>\n</html>\n");
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>$title - libcrawl</title>
<link rel="stylesheet" href="$css">
</head>
<body id="top">
<header><a href="$home"><b>libcrawl</b> $version</a> <a class="to-contents" href="#contents">Contents</a></header>
<main>
HTML
}

# ---- Markdown ----

# As GitHub makes them, which is what links in Markdown count on.
sub slug {
  my ($html, $seen) = @_;
  my $text = lc($html =~ s/<[^>]*>//gr =~ s/&(?:amp|lt|gt|quot);//gr);
  utf8::decode($text);
  $text =~ s/[^\w\- ]//g;
  $text =~ tr/ /-/;
  utf8::encode($text);
  my $n = $seen->{$text}++;
  return $n ? "$text-$n" : $text;
}

sub with_anchors {
  my ($html) = @_;
  my %seen = (top => 1, contents => 1);
  $html =~ s{<h([1-6])>(.*?)</h\1>}{
    my ($level, $text) = ($1, $2);
    my $id = slug($text, \%seen);
    "<h$level id=\"$id\">$text" . ($level > 1 ? " <a class=\"anchor\" href=\"#$id\" aria-label=\"link to this section\">#</a>" : '') .
      "</h$level>"}gse;
  return $html;
}

sub labelled {
  my ($row, @heads) = @_;
  my $n = 0;
  return $row =~ s{<td([^>]*)>(?=(.{5}))}{
    my $label = $heads[$n] // '';
    $n++ && $label ne '' && $2 ne '</td>' ? "<td$1 data-label=\"$label: \">" : $&}gesr;
}

# A table scrolls by itself; where the screen is narrow its cells stand below each other, each behind
# the heading of its column (docs/site.css).
sub with_labels {
  my ($table) = @_;
  my @heads = map { s/<[^>]*>//gr } $table =~ m{<th[^>]*>(.*?)</th>}gs;
  $table =~ s{<thead>.*?</thead>\n?}{}s if !grep { $_ ne '' } @heads;
  $table =~ s{<tr>\n(<td.*?)</tr>}{"<tr>\n" . labelled($1, @heads) . '</tr>'}gse;
  return "<div class=\"wide\" tabindex=\"0\">$table</div>";
}

sub with_tables { return $_[0] =~ s{<table>.*?</table>}{with_labels($&)}gser }

my %man_page; # name => its page of section 3

# Functions have a manual page each.
sub with_functions {
  my ($html, $page) = @_;
  my @parts = split m{(<a\b.*?</a>|<h\d.*?</h\d>|<pre.*?</pre>)}s, $html;
  for my $part (grep { !/^<(?:a|h\d|pre)\b/ } @parts) {
    $part =~ s{<code>(crawler_\w+)\(\)</code>}{
      $man_page{$1} ? '<a href="' . relative($page, $man_page{$1}) . "\">$&</a>" : $&}ge;
  }
  return join '', @parts;
}

sub write_markdown {
  my ($file) = @_;
  my $page = $page_of{$file};
  my $html = output_of('cmark-gfm', '-e', 'table', '-e', 'autolink', "$root/$file");
  my $omitted = '<!-- raw HTML omitted -->'; # in a paragraph of its own it was a comment
  $html =~ s/^$omitted\n?//mg;
  die "gen_site.pl: $file: HTML in '" . ($1 =~ s/<[^>]*>//gr) . "'\n" if $html =~ /^(.*$omitted.*)$/m;
  $html = with_functions(with_tables(with_anchors($html)), $page);
  write_page($page, title_of($file), relink($html, $file, $page));
}

sub title_of {
  my ($file) = @_;
  return $title{$file} //= slurp("$root/$file") =~ /^# (.*)$/m ? escape($1 =~ s/`//gr) : escape($file);
}

# ---- files and folders of the source ----

sub write_source {
  my ($file) = @_;
  write_page($page_of{$file}, escape($file), '<h1>' . escape($file) . "</h1>\n<pre><code>" . escape(slurp("$root/$file")) . "</code></pre>\n");
}

sub write_folder {
  my ($file) = @_;
  my $page = $page_of{$file};
  my @names = map { s{^\Q$root\E/}{}r } grep { -f } sort glob "$root/$file/*.{c,md,sh}";
  my $list = join '', map { '<li><a href="' . relative($page, page_for($_)) . '">' . escape(s{^.*/}{}r) . "</a></li>\n" } @names;
  write_page($page, escape("$file/"), '<h1>' . escape("$file/") . "</h1>\n<ul>\n$list</ul>\n");
}

sub write_later {
  while (defined(my $file = shift @later)) {
    if (-d "$root/$file") { write_folder($file) }
    elsif ($file =~ /\.md$/) { write_markdown($file) }
    elsif ($file =~ m{^docs/.*\.(?:svg|json)$}) { spew("$dir/$page_of{$file}", slurp("$root/$file")) }
    else { write_source($file) }
  }
}

# ---- manual pages ----

my %man_of; # "name.3" => its page, that of what it is a link to

sub find_man {
  for my $path (sort glob "$man/man?/*") {
    my ($name) = $path =~ m{([^/]+)$};
    my $text = slurp($path);
    my ($of) = $text =~ m{\A\.so man\d/(\S+)};
    $man_of{$name} = 'man/' . ($of // $name) . '.html';
    $man_page{$1} = $man_of{$name} if $name =~ /^(.*)\.3$/;
  }
}

sub write_man {
  my ($name) = @_;
  my ($section) = $name =~ /\.(\d)$/;
  my $html = output_of('mandoc', '-T', 'html', '-O', 'fragment', "$man/man$section/$name");
  my $page = "man/$name.html";
  my $title = $name =~ s/\.(\d)$/($1)/r;
  $html =~ s{<table class="(?:head|foot)">.*?</table>\n?}{}gs;
  $html =~ s{<(/?)h([1-5])\b}{"<$1h" . ($2 + 1)}ge;
  $html =~ s{(<h\d class="S[hs]" id=")([^"]*)("><a class="permalink" href="#[^"]*">)([^<]*)</a>}{
    $1 . $2 . '">' . ucfirst(lc $4) . " <a class=\"anchor\" href=\"#$2\" aria-label=\"link to this section\">#</a>"}ge;
  $html =~ s{<a class="permalink" href="#[^"]*">(.*?)</a>}{$1}gs;
  $html =~ s{<b>([\w-]+)</b>(\s*)\((\d)\)}{$man_of{"$1.$3"} && $man_of{"$1.$3"} ne $page ? '<a href="' . relative($page, $man_of{"$1.$3"}) . "\"><b>$1</b>$2($3)</a>" : $&}ge;
  $html =~ s{<b>(crawler_\w+)</b>\(\)}{$man_page{$1} && $man_page{$1} ne $page ? '<a href="' . relative($page, $man_page{$1}) . "\">$&</a>" : $&}ge;
  $html = unique_ids($html);
  write_page($page, $title, "<h1>$title</h1>\n$html");
}

# Of two things of a name the first has the anchor.
sub unique_ids {
  my ($html) = @_;
  my %seen = (top => 1, contents => 1);
  $html =~ s{ id="([^"]*)"}{$seen{$1}++ ? '' : $&}ge;
  return $html;
}

sub write_man_index {
  my $page = 'man/index.html';
  my @rows;
  for my $name (sort { $a =~ s/^.*\.//r <=> $b =~ s/^.*\.//r || $a cmp $b } keys %man_of) {
    my ($section) = $name =~ /\.(\d)$/;
    my $target = $man_of{$name} =~ s{^man/|\.html$}{}gr;
    my ($what) = slurp("$man/man$section/$target") =~ /^\.SH NAME\n.*? \\- ([^\n]*)/m;
    $what = $target ne $name ? 'with ' . ($target =~ s/\.(\d)$/($1)/r) : ($what // '') =~ s/\\\(aq/'/gr =~ s/\\\(ga/`/gr =~ s/\\-/-/gr =~ s/\\./ /gr;
    push @rows, '<tr><td><a href="' . relative($page, $man_of{$name}) . '">' . ($name =~ s/\.(\d)$/($1)/r) . '</a></td><td>' . escape($what) . "</td></tr>\n";
  }
  write_page($page, 'Manual pages', "<h1>Manual pages</h1>\n<div class=\"wide\" tabindex=\"0\"><table>\n" . join('', @rows) . "</table></div>\n");
}

# ---- all of it ----

# Pages of a folder in the order in which its README.md links to them.
sub in_order {
  my ($folder) = @_;
  my $text = slurp("$root/$folder/README.md");
  my @files = map { s{^\Q$root\E/}{}r } glob "$root/$folder/*.md";
  my %at = map { $_ => index($text, '(' . s{^.*/}{}r . ')') } @files;
  $at{$_} = $_ eq "$folder/README.md" ? -1 : $at{$_} < 0 ? length $text : $at{$_} for @files;
  return sort { $at{$a} <=> $at{$b} || $a cmp $b } @files;
}

@guides = in_order('docs');
@references = in_order('docs/reference');
title_of($_) for @guides, @references;
$title{'docs/README.md'} = 'Overview';
$title{'docs/reference/README.md'} = 'Overview';
page_for($_) for @guides, @references;
find_man();
write_later();
my %target = map { s{^man/|\.html$}{}gr => 1 } values %man_of;
write_man($_) for sort keys %target;
write_man_index();
spew("$dir/site.css", slurp("$root/docs/site.css"));
