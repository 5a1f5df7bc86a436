#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# gen_man.pl - the manual pages, of the headers' comments, the reference and the examples.
#
#   gen_man.pl ROOT VERSION DIR     writes DIR/man1, DIR/man3
#   gen_man.pl --check ROOT DIR     is every public name there, and is the markup sound?
#
# crawler(1) is docs/reference/command.md and libcrawl-options(3) options.md; libcrawl(3) is the head
# comment of crawler.h and its sections. A page for each group of functions (see Header.pm) and for
# each type; what has no page of its own is a .so link to the one that has it. Setters of options
# have pages of their own. Nothing in them depends on when or where they are made.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Header;

my $check = @ARGV && $ARGV[0] eq '--check' ? shift @ARGV : undef;
my ($root, $version, $dir) = $check ? ($ARGV[0], '', $ARGV[1]) : @ARGV;
die "usage: gen_man.pl [--check] ROOT [VERSION] DIR\n" if !defined $dir;

sub slurp {
  my ($path) = @_;
  open my $in, '<', $path or return undef;
  local $/;
  return <$in>;
}

my @headers = glob "$root/include/crawl/*.h";
my @found = map { my $h = $_; Header::declarations(slurp($h), $h =~ s{^\Q$root\E/include/}{}r) } @headers;
my %declared = map { $_->{name} => $_ } @found;
my @options = Header::options(slurp("$root/lib/api/options.def") // '', slurp("$root/lib/api/setters.c"));
my %option_of = map { $_->{setter} => $_ } @options;

# ---- markup ----

# Text for roff: no character means anything, none is printed as another one.
sub plain {
  my ($text) = @_;
  $text =~ s/\\/\\e/g;
  $text =~ s/-/\\-/g;
  $text =~ s/'/\\(aq/g;
  $text =~ s/`/\\(ga/g;
  $text =~ s/\^/\\(ha/g;
  $text =~ s/~/\\(ti/g;
  $text =~ s/^\./\\&./mg;
  return $text;
}

# A sentence: what is declared is bold, and hyphens are hyphens.
sub prose {
  my ($text) = @_;
  my $made = plain($text);
  $made =~ s/(?<=[a-z])\\-(?=[a-z])/-/g;
  $made =~ s/\b(crawler_\w+|CRAWLER_\w+)\b(\(\))?/'\\fB' . $1 . '\\fP' . ($2 ? "()" : '')/ge;
  return $made;
}

# Sentences each on a line of its own, as roff wants them.
sub lines_of {
  my ($text) = @_;
  $text =~ s/(?<=[a-z)0-9"][.?!]) +(?=[A-Z])/\n/g;
  return join "\n", map { s/^\s+//r } grep { /\S/ } split /\n/, $text;
}

sub paragraphs {
  my ($text) = @_;
  my $made = '';
  for my $line (split /\n/, $text) {
    $made .= $line =~ /^(\w+)\s{2,}(.*)/ ? entry('\\fI' . plain($1) . '\\fP', said($2)) : ".PP\n" . said($line) . "\n";
  }
  return $made;
}

# Words of a comment, ready to be printed.
sub said { return lines_of(prose($_[0])) }

sub bold { return '\\fB' . plain($_[0]) . '\\fP' }

# A term and what it means.
sub entry {
  my ($term, $words) = @_;
  return ".TP\n$term\n" . ($words eq '' ? '\\&' : $words) . "\n";
}

sub verbatim { return ".PP\n.nf\n.RS\n" . plain($_[0] =~ s/\n+$//r) . "\n.RE\n.fi\n" }

sub page_head {
  my ($name, $section, $what) = @_;
  my $title = uc $name;
  $title =~ s/-/\\-/g;
  return ".\\\" Made by test/check/gen_man.pl of libcrawl.\n" .
    ".TH $title $section \"\" \"libcrawl $version\" \"libcrawl manual\"\n.SH NAME\n$what\n";
}

my %written;

sub write_page {
  my ($name, $section, $text) = @_;
  die "gen_man.pl: two pages $name($section)\n" if $written{"$name.$section"}++;
  open my $out, '>', "$dir/man$section/$name.$section" or die "gen_man.pl: $dir: $!\n";
  print $out $text =~ s/^(\.S[HS] [^\n]*\n)\.PP\n/$1/mgr;
  close $out or die "gen_man.pl: $name: $!\n";
}

# Of these pages those that there are; "crawler.1" is in section 1, the others in 3.
sub see_also {
  my (@names) = @_;
  my %source = ('crawler.1' => 'docs/reference/command.md', 'libcrawl-options' => 'docs/reference/options.md');
  my @there = grep { $_ eq 'libcrawl' || $declared{$_} || ($source{$_} && -e "$root/$source{$_}") } @names;
  my @lines = map { /^(.*)\.1$/ ? '.BR ' . plain($1) . ' (1)' : '.BR ' . plain($_) . ' (3)' } @there;
  return ".SH SEE ALSO\n" . join(",\n", @lines) . "\n";
}

# ---- pages of the reference ----

my %inline = ('`' => 'B', '**' => 'B', '*' => 'I');

sub from_markdown_words {
  my ($text) = @_;
  $text =~ s{\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)]*)\)}{
    my ($said, $to) = ($1, $2);
    $said =~ /\.md$/ && $to !~ m{/} ? "docs/reference/$said"
      : $to =~ /^options\.md/ ? "$said (libcrawl-options(3))" : $said}gex;
  my $made = '';
  for my $part (split /(`[^`]*`|\*\*[^*]+\*\*)/, $text) {
    $made .= $part =~ /^`(.*)`$/s || $part =~ /^\*\*(.*)\*\*$/s ? '\\fB' . plain($1) . '\\fP' : prose($part);
  }
  return lines_of($made);
}

sub table_cells { return map { s/^\s+|\s+$//gr } split /(?<!\\)\|/, $_[0] =~ s/^\||\|$//gr }

# A table's rows are a list: the first cell, the others as "heading: cell".
sub from_table {
  my (@rows) = @_;
  my @heads = table_cells(shift @rows);
  my $made = '';
  for my $row (grep { !/^\|[\s|:-]+$/ } @rows) {
    my ($first, @cells) = table_cells($row);
    my (@said, @labelled);
    for my $i (grep { $cells[$_] ne '' } 0 .. $#cells) {
      my ($label) = ($heads[$i + 1] // '') =~ /^(type|default|range|when|present|typed setter takes)$/;
      push @{ defined $label ? \@labelled : \@said }, defined $label ? "$label: $cells[$i]" : $cells[$i];
    }
    my $end = @said && @labelled ? '.' : '';
    my @words = map { from_markdown_words($_) } grep { $_ ne '' } join('; ', @said) . $end, join '; ', @labelled;
    $made .= entry(from_markdown_words($first), join "\n", @words);
  }
  return $made;
}

sub setters_words {
  my ($made) = @_;
  for my $setter (keys %option_of) {
    my $name = plain($option_of{$setter}{name});
    $made =~ s/^(\.TP\n\\fB\Q$name\E\\fP\n(?:[^.\n][^\n]*\n)+)/$1\\(em \\fB$setter\\fP(3)\n/m;
  }
  return $made;
}

# What a page is made of, one after the other.
my $code_block = qr/```\w*\n(.*?)```\n/s;
my $heading_line = qr/(#+) ([^\n]*)\n/;
my $table_rows = qr/((?:\|[^\n]*\n)+)/;
my $bullets = qr/((?:- [^\n]*\n(?:  [^\n]*\n)*)+)/;
my $sentences = qr/((?:(?![`#|\n])[^\n]*\n|`[^`\n][^\n]*\n)+)/;

sub from_markdown {
  my ($text) = @_;
  my $made = '';
  $text =~ s/^<!--.*?-->\n//mg;
  while ($text =~ /\G(?:$code_block|$heading_line|$table_rows|$bullets|\n+|$sentences)/gc) {
    my ($code, $level, $heading, $table, $list, $words) = ($1, $2, $3, $4, $5, $6);
    if (defined $code) {
      $made .= verbatim($code);
    } elsif (defined $heading) {
      $made .= ($level eq '##' ? '.SH ' . uc plain($heading) : '.SS ' . plain($heading)) . "\n" if $level ne '#';
    } elsif (defined $table) {
      $made .= from_table(split /\n/, $table);
    } elsif (defined $list) {
      $made .= ".IP \\(bu 2\n" . from_markdown_words($_) . "\n" for map { s/\n\s*/ /gr } split /^- /m, $list =~ s/^- //r;
    } elsif (defined $words) {
      $made .= ".PP\n" . from_markdown_words($words) . "\n";
    }
  }
  die "gen_man.pl: what is '" . substr($text, pos($text) // 0, 60) . "'?\n" if (pos($text) // 0) < length $text;
  return $made;
}

# ---- the two of the reference, and libcrawl(3) ----

sub write_command {
  my $text = slurp("$root/docs/reference/command.md") // return;
  $text =~ s/\A# [^\n]*\n\n```\n.*?```\n+//s; # the usage line: the synopsis here
  write_page('crawler', 1, page_head('crawler', 1, 'crawler \- crawl web sites and print what is found') .
    ".SH SYNOPSIS\n\\fBcrawler\\fP [\\fIoptions\\fP] \\fIURL\\fP...\n.SH DESCRIPTION\n" . from_markdown($text) .
    see_also('libcrawl', 'libcrawl-options'));
}

sub write_options {
  my $text = slurp("$root/docs/reference/options.md") // return;
  $text =~ s/\A# [^\n]*\n//;
  my $what = 'libcrawl\-options \- what can be set of a crawl, with defaults and ranges';
  my $setter = $declared{crawler_set_option};
  write_page('libcrawl-options', 3, page_head('libcrawl-options', 3, $what) . ".SH SYNOPSIS\n.nf\n\\fB#include <crawl/crawler.h>\\fP\n" .
    ($setter ? ".PP\n" . synopsis($setter) . "\n" : '') . ".fi\n.SH DESCRIPTION\n" . setters_words(from_markdown($text)) .
    see_also('libcrawl', 'crawler.1', 'crawler_set_option', 'crawler_get_option'));
}

# For each section of the header its functions, but setters of options, with what each begins with;
# those of which one comment speaks together.
sub contents {
  my ($made, $section) = ('', '');
  my @functions = grep { $_->{kind} eq 'function' && !$option_of{ $_->{name} } } @found;
  for my $f (@functions) {
    my @together = grep { $_->{group} == $f->{group} && $_->{header} eq $f->{header} && brief($_) eq brief($f) } @functions;
    next if $together[0] != $f;
    if ($f->{section} ne $section) {
      $section = $f->{section};
      $made .= '.SS ' . plain($section eq '' ? $f->{header} : ucfirst $section) . "\n";
      $made .= "Options have a setter each: see \\fBlibcrawl\\-options\\fP(3).\n" if $section eq 'options';
    }
    $made .= entry(join(', ', map { bold($_->{name}) . '(3)' } @together), brief($f));
  }
  return $made;
}

sub write_overview {
  my @topics = Header::topics(slurp("$root/include/crawl/crawler.h"));
  my $made = page_head('libcrawl', 3, 'libcrawl \- an embeddable web crawler') .
    ".SH SYNOPSIS\n.nf\n\\fB#include <crawl/crawler.h>\\fP\n.PP\n" .
    "cc prog.c \$(\\|pkg\\-config \\-\\-cflags \\-\\-libs libcrawl\\|)\n.fi\n.SH DESCRIPTION\n" .
    "Give it seed URLs and callbacks; it discovers, fetches and parses pages, politely and fast, and calls back.\n" .
    "This page says what holds for all functions, and lists them.\n" .
    join('', map { '.SS ' . plain($_->[0]) . "\n" . said($_->[1]) . "\n" } @topics) .
    ".SH FUNCTIONS\n" . contents();
  my $hello = slurp("$root/examples/hello.c");
  $made .= ".SH EXAMPLES\n" . verbatim($hello =~ s{\A(?:/\*.*?\*/\n)+\n?}{}sr) if $hello;
  write_page('libcrawl', 3, $made . see_also('crawler.1', 'libcrawl-options'));
}

# ---- functions and types ----

# One line of what it is, for NAME: the first clause of its comment, or what its name says.
sub brief {
  my ($item) = @_;
  my $option = $option_of{ $item->{name} };
  return plain("set option $option->{name}: $option->{help}") if $option;
  return 'the types of what the library hands out' if $item->{kind} eq 'struct' && $item->{own} ne '';
  my $said = Header::without_tags(Header::said_of($item)) =~ s/\n.*//sr;
  $said =~ s/^(?:on_[^.]* (?:too|only)\. |[Ii]n on_outcome: )//;
  my ($first) = $said =~ /^(.*?[^.](?=\.(?: |$)|: |; |$))/;
  $first //= $said;
  $first = $item->{name} =~ s/^crawler_//r =~ tr/_/ /r if $first =~ /^(?:NULL\b|["<\d-]|else )|^\w+(?: \w+)?$/;
  $first = substr($first, 0, 72) =~ s/\s+\S*$/ .../r if length $first > 76;
  return prose($first) =~ s/\\f[BP]//gr;
}

# A declaration with names in italics.
sub synopsis {
  my ($item) = @_;
  my $text = $item->{declaration} =~ s{/\*.*?\*/}{}gsr =~ s/[ \t]+\n/\n/gr;
  my $made = plain($text);
  if ($item->{kind} =~ /function|callback/) {
    $made =~ s/\b(\Q$_->{name}\E)(?=[,)])/\\fP\\fI$1\\fP\\fB/g for @{ $item->{parameters} };
  }
  return join "\n", map { /\S/ ? "\\fB$_\\fP" : '' } split /\n/, $made;
}

sub enum_list {
  my ($enum) = @_;
  return join '', map { entry(bold($_->{name}) . ' (' . plain($_->{value}) . ')', said($_->{comment})) } @{ $enum->{values} };
}

my %thread_says = (
  'loop' => 'On the loop thread, or while nothing runs by one thread at a time.', 'any' => 'Any thread.',
  'any, async-signal-safe' => 'Any thread, and signal handlers.',
  'one at a time' => 'Any thread, but one at a time for each object.',
);

sub option_words {
  my ($o) = @_;
  my $default = $o->{default} eq '' ? 'empty' : $o->{default};
  my $made = ".PP\nSets option " . bold($o->{name}) . ': ' . said($o->{help}) . ".\n.PP\nType $o->{type}, default " . bold($default);
  $made .= ', ' . plain($o->{range}) if $o->{range} ne '';
  return $made . ($o->{when} eq 'start' ? "; before the first start only.\n" : "; at any time.\n");
}

# The shortest function of the examples that calls one of these.
my @examples = map { my $f = $_; { file => $f =~ s{^\Q$root\E/}{}r, text => slurp($f) } } sort glob "$root/examples/*.c";

sub example {
  my (@names) = @_;
  my $any = join '|', map { quotemeta } @names;
  my ($best, $from);
  for my $e (@examples) {
    while ($e->{text} =~ m{^((?:/\*(?:[^*]|\*(?!/))*\*/\n)?^(?!\s)[^\n;]*\b\w+\([^;{}]*\)\n\{\n.*?^\}\n)}msg) {
      my $function = $1;
      next if $function !~ /\b(?:$any)\(/ || ($function =~ tr/\n//) > 40;
      ($best, $from) = ($function, $e->{file}) if !defined $best || length $function < length $best;
    }
  }
  return defined $best ? ".SH EXAMPLES\nFrom \\fB" . plain($from) . "\\fP:\n" . verbatim($best) : '';
}

sub returns {
  my (@functions) = @_;
  my %errors = map { $_ => 1 } map { Header::said_of($_) =~ /\b(CRAWLER_(?:E_\w+|DONE|AGAIN))/g } @functions;
  return '' if !%errors;
  my %text;
  for my $value (map { @{ $_->{values} } } grep { $_->{name} eq 'crawler_error' } @found) {
    $text{ $value->{name} } = $value->{comment};
  }
  return ".SH ERRORS\n" . join('', map { entry(bold($_), said($text{$_} // '')) } sort keys %errors) .
    ".PP\nOthers are possible where memory is out: see \\fBcrawler_error\\fP(3).\n";
}

# What is said of the members of a group: its comment once, and their own.
sub said_of_group {
  my (@items) = @_;
  my ($made, %said) = ('');
  for my $item (grep { $_->{kind} ne 'callback' } @items) {
    my $words = Header::without_tags($item->{comment});
    $made .= paragraphs($words) if $words ne '' && !$said{$words}++;
  }
  my $several = @items > 1;
  for my $item (@items) {
    $made .= option_words($option_of{ $item->{name} }) if $option_of{ $item->{name} };
    my $own = Header::without_tags($item->{own});
    next if $own eq '';
    $own = "In the header: $own" if $option_of{ $item->{name} } && !$several;
    my $term = bold($item->{name}) . ($item->{kind} eq 'function' ? '()' : '');
    $made .= $several ? entry($term, said($own)) : ".PP\n" . said($own) . "\n";
  }
  return $made;
}

sub threads {
  my (@functions) = @_;
  my %by;
  push @{ $by{ Header::thread_of($_) } }, $_->{name} for @functions;
  return ".SH THREADS\n" . $thread_says{ (keys %by)[0] } . "\n" if keys %by == 1;
  my %names = map { $_ => join ', ', map { bold($_) . '()' } @{ $by{$_} } } keys %by;
  return ".SH THREADS\n" . join '', map { entry($names{$_}, $thread_says{$_}) } sort keys %by;
}

# The page of these: declared together, or one setter; with them the types of their callbacks.
sub write_group {
  my (@items) = @_;
  my @functions = grep { $_->{kind} eq 'function' } @items;
  my %type = map { $_ => 1 } map { $_->{returns}, map { $_->{type} } @{ $_->{parameters} } } @functions;
  my @callbacks = grep { $_->{kind} eq 'callback' && $type{ $_->{name} } } @found;
  my @enums = grep { $_->{kind} eq 'enum' } @items;
  my ($main) = (@functions, @enums, @items);
  my $names = join ', ', map { $_->{name} } $main, grep { $_ != $main && $_->{kind} ne 'macro' } @items;
  my $page = page_head($main->{name}, 3, "$names \\- " . brief($main)) .
    ".SH SYNOPSIS\n.nf\n\\fB#include <$main->{header}>\\fP\n" .
    join('', map { ".PP\n" . synopsis($_) . "\n" } @callbacks, grep { $_->{kind} ne 'enum' } @items) .
    join('', map { ".PP\n\\fBenum $_->{name} { ... };\\fP\n" } @enums) . ".fi\n.SH DESCRIPTION\n" .
    said_of_group(@items) . join('', map { enum_list($_) } @enums) . returns(@functions);
  my @notes = @{ $main->{notes} };
  $page .= ".SH NOTES\n" . join('', map { paragraphs($_) } @notes) if @notes;
  $page .= threads(@functions) if @functions;
  $page .= ".SH VERSIONS\nSince " . Header::since_of($main) . ".\n";
  $page .= example(map { $_->{name} } @functions) if @functions;
  my @see = grep { $declared{$_} && $declared{$_}{kind} eq 'enum' } sort keys %type;
  my $sets = grep { $option_of{ $_->{name} } } @items;
  write_page($main->{name}, 3, $page . see_also('libcrawl', @see, $sets ? 'libcrawl-options' : ()));
  for my $name (map { $_->{name} } @callbacks, grep { $_ != $main && $_->{kind} ne 'macro' } @items) {
    write_page($name, 3, ".so man3/$main->{name}.3\n") if !$written{"$name.3"};
  }
}

sub write_all {
  mkdir $_ for $dir, "$dir/man1", "$dir/man3";
  unlink glob "$dir/man[13]/*";
  my (%group, @order);
  for my $item (grep { $_->{kind} ne 'callback' } @found) {
    my $key = $option_of{ $item->{name} } ? $item->{name} : "$item->{header} $item->{group}";
    push @order, $key if !$group{$key};
    push @{ $group{$key} }, $item;
  }
  write_group(@{ $group{$_} }) for @order;
  write_command();
  write_options();
  write_overview();
  printf "gen_man: %d pages\n", scalar keys %written;
}

# ---- check ----

my $bad = 0;

sub complain {
  print "gen_man: @_\n";
  $bad++;
}

sub tool { return !system "command -v $_[0] >/dev/null 2>&1" }

sub check_markup {
  my (@pages) = @_;
  my @real = grep { slurp($_) !~ /^\.so / } @pages;
  if (tool('mandoc')) {
    # Pages have no date: they are the same whenever they are made.
    complain("mandoc: $_") for grep { !/missing date/ } split /\n/, `mandoc -Tlint -Wwarning @real 2>&1`;
  }
  if (tool('groff')) {
    complain("groff: $_") for grep { /\S/ } split /\n/, `groff -man -ww -Tutf8 @real 2>&1 >/dev/null`;
  }
  print "gen_man: no mandoc and no groff here: the markup was not asked\n" if !tool('mandoc') && !tool('groff');
}

sub check_all {
  my @pages = glob "$dir/man1/* $dir/man3/*";
  my $all = join("\n", map { slurp($_) } @pages) =~ s/\\f[BIP]//gr;
  for my $name (map { $_->{name} } @found) {
    my $constant = $name =~ /^CRAWLER_/;
    complain("$name has no page") if !$constant && !-e "$dir/man3/$name.3";
    complain("$name stands in no page") if $all !~ /\b$name\b/;
  }
  for my $name (map { @{ $_->{values} // [] } } @found) {
    complain("$name->{name} stands in no page") if $all !~ /\b$name->{name}\b/;
  }
  my $options_page = slurp("$dir/man3/libcrawl-options.3") // '';
  for my $name (map { $_->{name} } @options) {
    complain("option $name isn't in libcrawl-options(3)") if $options_page !~ /^\\fB$name\\fP$/m;
  }
  for my $page (@pages) {
    my $text = slurp($page);
    complain("$page leads to $1, which isn't there") if $text =~ /^\.so (\S+)/ && !-e "$dir/$1";
    while ($text =~ /\b(crawler\w*|libcrawl\w*)(?:\\-(options))?(?:\\fP| )\((\d)\)/g) {
      my $file = $1 . ($2 ? "-$2" : '') . ".$3";
      complain("$page names $file, which isn't there") if !-e "$dir/man$3/$file";
    }
  }
  check_markup(@pages);
  printf "gen_man: %d pages, %d complaints\n", scalar @pages, $bad;
}

$check ? check_all() : write_all();
exit($bad ? 1 : 0);
