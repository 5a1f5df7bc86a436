#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# gen_api.pl - docs/api.json: the public interface for programs that write bindings.
#
#   gen_api.pl [--check] ROOT
#
# Writes docs/api.json of the public headers, their comments and lib/api/options.def; with --check it
# complains if the file isn't what it would write, and about what has no comment. docs/api.md says
# what the members mean.
use strict;
use warnings;
use FindBin;
use JSON::PP;
use lib $FindBin::Bin;
use Header;

my $check = @ARGV && $ARGV[0] eq '--check' ? shift @ARGV : undef;
my ($root) = @ARGV;
die "usage: gen_api.pl [--check] ROOT\n" if !defined $root;
my $json = JSON::PP->new->canonical->latin1(0);

sub slurp {
  my ($path) = @_;
  open my $in, '<', "$root/$path" or return undef;
  local $/;
  return <$in>;
}

my @headers = map { s{^\Q$root\E/include/}{}r } glob "$root/include/crawl/*.h";
my @found = map { Header::declarations(slurp("include/$_"), $_) } @headers;
my %function = map { $_->{name} => $_ } grep { $_->{kind} eq 'function' } @found;
my %thing = map { $_->{name} => 1 } grep { $_->{kind} eq 'struct' } @found;
my %callback = map { $_->{name} => 1 } grep { $_->{kind} eq 'callback' } @found;

# The function that takes back what a pointer to this type is.
sub taken_back_by {
  my ($type) = @_;
  my ($thing) = $type =~ /^(?:const )?(crawler\w*) \*/ or return ();
  return grep { $function{$_} } "${thing}_free", "${thing}_release";
}

# The enum that a constant is one of, or the macros it stands among.
sub family_of {
  my ($name) = @_;
  for my $item (@found) {
    return $item->{name} if $item->{kind} eq 'enum' && grep { $_->{name} eq $name } @{ $item->{values} };
    next if $item->{kind} ne 'macro' || $item->{name} ne $name;
    return [map { $_->{name} } grep { $_->{kind} eq 'macro' && $_->{group} == $item->{group} } @found];
  }
  die "gen_api.pl: the header names $name and has none\n";
}

# "CRAWLER_LINK_A, ..." is what it returns, and "how: CRAWLER_FINISH_OK" or such a line of a list what
# is given for a parameter; crawler_reason_name() takes a crawler_reason.
sub constants_of {
  my ($f, $p, $said) = @_;
  my $type = $p ? $p->{type} : $f->{returns};
  return () if $type !~ /^(?:int|unsigned|(?:const )?uint8_t \*)$/;
  my ($enum) = $p ? $f->{name} =~ /^(\w+)_name$/ : ();
  return (constants => $enum) if $enum && grep { $_->{kind} eq 'enum' && $_->{name} eq $enum } @found;
  my ($one) = $p ? $said =~ /\b\Q$p->{name}\E(?::|\s{2,})\s*(CRAWLER_\w+)/ : $said =~ /(?<!\w: )\b(CRAWLER_\w+), \.\.\./;
  return $one ? (constants => family_of($one)) : ();
}

# How many entries or bytes a pointer leads to; a text without it ends at its NUL.
sub length_of_result {
  my ($f, $said) = @_;
  my ($out) = grep { $_->{type} eq 'size_t *' && $_->{name} eq 'bytes' } @{ $f->{parameters} };
  return (length => $out->{name}) if $f->{returns} =~ /\*$/ && $out;
  return $said =~ /one entry a link/ ? (length => 'crawler_page_link_count()') : ();
}

sub length_of {
  my ($f, $p) = @_;
  my @all = @{ $f->{parameters} };
  my ($i) = grep { $all[$_] == $p } 0 .. $#all;
  my $next = $all[$i + 1];
  return $next && $p->{type} =~ /^(?:const )?\w+ \*$/ && $next->{type} eq 'size_t' && $next->{name} =~ /^(?:bytes|count)$/
    ? (length => $next->{name}) : ();
}

my %option = map { $_->{setter} => $_ } Header::options(slurp('lib/api/options.def') // '', slurp('lib/api/setters.c') // '');

sub codes_in { return $_[0] =~ s/"[^"]*"//gr =~ /\b(CRAWLER_(?:E_\w+|DONE|AGAIN))/g }

# What it may return by its comment, by the function that the comment refers to, and by the note on
# it and its neighbours; that on the whole section is about those which say nothing themselves.
sub errors_of {
  my ($f) = @_;
  my ($first) = map { $_->{type} } @{ $f->{parameters} };
  my $writes = ($first // 'const ') !~ /^const /;
  return () if $f->{returns} ne 'int' || (!$writes && $f->{name} =~ /_(?:is|are)_|_fd$/);
  my $said = Header::said_of($f);
  my %errors = map { $_ => 1 } codes_in($said);
  $errors{$_} = 1 for map { $function{$_} ? errors_of($function{$_}) : () } $said =~ /[Ee]rrors (?:as|are those of) (\w+)\(/g;
  my $own = grep { /_E_/ } keys %errors;
  my ($of_section, $of_note) = @$f{qw(head_note note)};
  $errors{$_} = 1 for $writes ? (codes_in($of_note), $own ? () : codes_in($of_section)) : ();
  if (my $option = $option{ $f->{name} }) {
    @errors{qw(CRAWLER_E_NOMEM CRAWLER_E_VALUE)} = (1, 1);
    $errors{CRAWLER_E_STATE} = 1 if $option->{when} eq 'start';
  }
  return sort keys %errors;
}

# Of the function before it, if it says that it is the same: what holds for a parameter of this name.
sub model_of {
  my ($f) = @_;
  return undef if Header::said_of($f) !~ /^The same\b/;
  my @all = grep { $_->{kind} eq 'function' } @found;
  my ($i) = grep { $all[$_] == $f } 0 .. $#all;
  return $i ? $all[$i - 1] : undef;
}

# Hooks whose answer is a crawler_verdict.
sub answers_verdict {
  my ($function) = @_;
  my ($list) = join(' ', @{ $function->{notes} }) =~ /where a verdict is meant \((.*?)\)/;
  return grep { $function->{name} eq "crawler_on_$_" } split /, /, $list // '';
}

# Whose is what it returns? Only of pointers.
sub ownership {
  my ($f) = @_;
  my $said = Header::said_of($f);
  return () if $f->{returns} !~ /\*$/;
  my ($free) = taken_back_by($f->{returns});
  return (ownership => 'owned', free => $free) if $free && $f->{name} =~ /_(new|new_with|retain)$/;
  return (ownership => 'static') if $said =~ /\bstatic\b/i;
  return (ownership => $f->{returns} eq 'void *' ? 'caller' : 'borrowed');
}

sub result_of {
  my ($f) = @_;
  my $said = join ' ', Header::said_of($f), $f->{comment}, @{ $f->{notes} };
  my %result = (type => $f->{returns}, ownership($f));
  if ($f->{returns} =~ /\*$/) {
    my $may = $said =~ /NULL(?::| and 0:| is the end| after| for a number| elsewhere)|(?:or|answer) NULL/;
    $result{nullable} = $may && $said !~ /never NULL/ ? JSON::PP::true : JSON::PP::false;
  }
  my $own = Header::said_of($f);
  my $is_boolean = $f->{returns} eq 'int' && ($f->{name} =~ /_(?:is|are)_/ || $own =~ /\b1: .*\b0: /s);
  $result{boolean} = JSON::PP::true if $is_boolean;
  return { %result, constants_of($f, undef, $own), length_of_result($f, $said) };
}

# Does the comment say that NULL may be given for it?
sub may_be_null {
  my ($f, $p, $said) = @_;
  my $name = quotemeta $p->{name};
  return 0 if $p->{type} !~ /[*)]$|_cb$/;
  return 1 if ($name =~ /^(user|data)$/ && $p->{type} eq 'void *') || $name eq 'cb';
  return 1 if $f->{name} =~ /_(free|release)$/ && $said =~ /NULL does nothing/;
  return 1 if $p->{type} =~ /crawler_stats \*$/ && grep { /answer -1 for NULL/ } @{ $f->{notes} };
  return 1 if $p->{type} =~ /\*\*$/ && $said =~ /what isn't wanted may be NULL/;
  return 1 if $p->{type} =~ /crawler_node \*$/ && grep { /take NULL for a node/ } @{ $f->{notes} };
  return $said =~ /\b$name (?:\(may be NULL\)|may be NULL|is NULL unless|\(NULL:|are copied \(NULL:|NULL\b|[^.;()]*\("" or NULL)/
    || $said =~ /^$name\b[^.\n]*; NULL\b|\($name,[^)]*; NULL:/m;
}

# direction: what it writes through; without one it is read.
sub parameter_of {
  my ($f, $p, $of_users) = @_;
  my $said = $of_users // join ' ', Header::said_of($f), $f->{comment};
  my %made = (name => $p->{name}, type => $p->{type}, constants_of($f, $p, $said), length_of($f, $p));
  if ($p->{type} =~ /^const \w+ \*\*$/) {
    @made{qw(direction ownership)} = ('out', 'borrowed');
  } elsif ($p->{type} =~ /\*\*$/) {
    my ($free) = $said =~ /\*\Q$p->{name}\E is yours to (crawler_\w+)\(\)/;
    ($free) = taken_back_by($p->{type}) if !$free;
    @made{qw(direction ownership free)} = ('out', 'owned', $free);
  } elsif ($p->{type} =~ /^(?:size_t|int|int64_t|double) \*$/) {
    $made{direction} = $f->{kind} eq 'callback' ? 'inout' : 'out';
  }
  $made{nullable} = JSON::PP::true if may_be_null($f, $p, $said);
  my @of_callback = map { { name => $_->{name}, type => $_->{type} } } @{ $p->{parameters} // [] };
  $made{callback} = { returns => $p->{returns}, parameters => \@of_callback } if $p->{parameters};
  $made{callback} = $p->{type} if $callback{ $p->{type} };
  $made{boolean} = JSON::PP::true if $p->{name} eq 'on' && $p->{type} eq 'int';
  my $model = model_of($f);
  my ($same) = $model ? grep { $_->{name} eq $p->{name} && $_->{type} eq $p->{type} } @{ $model->{parameters} } : ();
  return { $same ? %{ parameter_of($model, $same) } : (), %made };
}

sub common {
  my ($item) = @_;
  return (name => $item->{name}, header => $item->{header}, section => $item->{section},
          comment => Header::said_of($item), since => Header::since_of($item));
}

sub function {
  my ($f) = @_;
  my $said = Header::said_of($f);
  my $of_group = $f->{comment} ne '' && Header::without_tags($f->{comment}) ne Header::without_tags($said);
  return { common($f), returns => result_of($f), parameters => [map { parameter_of($f, $_) } @{ $f->{parameters} }],
           thread => Header::thread_of($f), errors => [errors_of($f)], notes => $f->{notes},
           ($of_group ? (group_comment => $f->{comment}) : ()) };
}

sub callback {
  my ($cb) = @_;
  my @users = grep { grep { $_->{type} eq $cb->{name} } @{ $_->{parameters} // [] } } @found;
  my $said = join ' ', map { Header::said_of($_) } @users;
  my @verdict = grep({ answers_verdict($_) } @users) ? (constants => 'crawler_verdict') : ();
  return { name => $cb->{name}, header => $cb->{header}, section => $cb->{section}, since => Header::since_of($cb),
           returns => { type => $cb->{returns}, @verdict },
           parameters => [map { parameter_of($cb, $_, $said) } @{ $cb->{parameters} }],
           used_by => [map { $_->{name} } @users] };
}

sub enum {
  my ($e) = @_;
  my @values = map { { name => $_->{name}, value => 0 + $_->{value}, comment => $_->{comment} } } @{ $e->{values} };
  return { common($e), values => \@values };
}

sub struct { return { common($_[0]), opaque => JSON::PP::true, fields => [] } }
sub macro { return { common($_[0]), value => $_[0]{value} =~ /^-?\d+$/ ? 0 + $_[0]{value} : $_[0]{value} } }

sub all_of {
  my ($kind, $make) = @_;
  return [map { $make->($_) } grep { $_->{kind} eq $kind } @found];
}

# A line for each thing: a change shows as the lines that changed.
sub lines {
  my ($name, $list) = @_;
  return sprintf " %s: [\n%s\n ]", $json->encode($name), join(",\n", map { '  ' . $json->encode($_) } @$list)
    if ref $list eq 'ARRAY' && @$list;
  return ' ' . $json->encode($name) . ': ' . $json->encode($list);
}

sub everything {
  my %version = map { $_->{name} =~ /^CRAWLER_VERSION_(\w+)/ ? ($1 => $_->{value}) : () } @found;
  my @options = Header::options(slurp('lib/api/options.def') // '', slurp('lib/api/setters.c'));
  my ($soversion) = (slurp('Makefile') // '') =~ /^SOVERSION\s*:?=\s*(\d+)/m;
  my ($stat) = grep { $_->{name} eq 'crawler_stat' } @found;
  my @statistics;
  for my $value (@{ $stat ? $stat->{values} : [] }) {
    next if $value->{name} !~ /^CRAWLER_STAT_(?!COUNT$)(\w+)/;
    push @statistics, { name => lc $1, number => 0 + $value->{value}, comment => $value->{comment} };
  }
  my @parts = (
    [library => 'libcrawl'], [soname => 'libcrawl.so.' . ($soversion // 0)], [version => join '.', map { $version{$_} // 0 } qw(MAJOR MINOR PATCH)], [headers => \@headers],
    [rules => [map { { name => $_->[0], text => $_->[1] } } Header::topics(slurp('include/crawl/crawler.h'))]],
    [macros => all_of(macro => \&macro)], [enums => all_of(enum => \&enum)], [structs => all_of(struct => \&struct)],
    [callbacks => all_of(callback => \&callback)], [functions => all_of(function => \&function)],
    [options => \@options], [statistics => \@statistics],
  );
  return "{\n" . join(",\n", map { lines(@$_) } @parts) . "\n}\n";
}

my $bad = 0;

sub complain {
  print "gen_api: @_\n";
  $bad++;
}

for my $item (grep { $_->{kind} =~ /^(function|enum|struct)$/ } @found) {
  complain("$item->{name} has no comment") if Header::without_tags(Header::said_of($item)) eq '';
}
for my $option (Header::options(slurp('lib/api/options.def') // '', slurp('lib/api/setters.c'))) {
  complain("$option->{setter} isn't named as option $option->{name} is")
    if $option->{setter} !~ /^crawler_set_\Q$option->{name}\E(_ms|_bytes)?$/;
}
my $new = everything();
if ($check) {
  complain("docs/api.json isn't as the headers are: perl test/check/gen_api.pl .") if (slurp('docs/api.json') // '') ne $new;
} else {
  open my $out, '>', "$root/docs/api.json" or die "gen_api.pl: docs/api.json: $!\n";
  print $out $new;
  close $out or die "gen_api.pl: docs/api.json: $!\n";
}
printf "gen_api: %d functions, %d complaints\n", scalar keys %function, $bad;
exit($bad ? 1 : 0);
