# SPDX-License-Identifier: MIT
# Header.pm - what the public headers and lib/api/options.def declare, read once for gen_docs.pl,
# gen_api.pl and gen_man.pl.
#
# How the headers are read:
#   a comment above a declaration  is about all declarations below it up to a blank line or the next
#                                  comment: they are a group; it ends before a function that has
#                                  a comment of its own where others had none
#   a comment behind a declaration is about that one
#   a comment and a blank line     is a note, on all that follows up to the next note; at the head
#                                  of a section on the whole section; one that ends with ':' only
#                                  ends the note before it
#   a macro                        belongs to the group it stands in; after a blank line it begins
#                                  one with what follows
#   [any thread], [since 1.2.0]    at the end of a comment, are what they say
package Header;
use strict;
use warnings;

# The comment's words: lines joined, but for lists of the form "name    what it is".
sub words_of {
  my ($comment) = @_;
  return '' if !defined $comment;
  $comment =~ s{^/\*\s?|\s*\*/$}{}g;
  my @lines = map { s/^ \* ?//r } split /\n/, $comment;
  my $text = shift(@lines) // '';
  my $in_list = 0;
  for my $line (@lines) {
    my $begins = $line =~ /^\w+\s{2,}\S/;
    my $leaves = $in_list && $line !~ /^\s/;
    $text .= ($begins || $leaves ? "\n" : ' ') . ($line =~ s/^\s+//r);
    $in_list = $begins || ($in_list && !$leaves);
  }
  $text =~ s/ +\n/\n/g;
  return $text =~ s/^\s+|\s+$//gr;
}

# [any thread] and its like, at the end of a comment.
my $tags = qr/\s*\[(any thread[^\]]*|since [\d.]+)\](?=$|,)/;

sub without_tags { return $_[0] =~ s/$tags//gr }

sub tags_of { return $_[0] =~ /$tags/g }

sub flat { return $_[0] =~ s/\s+/ /gr =~ s/^ | $//gr }

# What commas separate, but for those in parentheses.
sub split_list {
  my ($text) = @_;
  my ($depth, @parts) = (0, '');
  for my $char (split //, $text) {
    $depth += $char eq '(' ? 1 : $char eq ')' ? -1 : 0;
    if ($char eq ',' && $depth == 0) {
      push @parts, '';
    } else {
      $parts[-1] .= $char;
    }
  }
  return map { flat($_) } @parts;
}

sub parameter_of {
  my ($text) = @_;
  my ($returns, $name, $list) = $text =~ /^(.*?)\(\*(\w+)\)\((.*)\)$/;
  if (defined $list) {
    my $gap = $returns =~ /\*\s*$/ ? '' : ' ';
    $returns = flat($returns);
    return { name => $name, type => "$returns$gap(*)($list)", returns => $returns, parameters => [parameters_of($list)] };
  }
  $text =~ /^(.*?)(\w+)$/ or die "Header.pm: what is the parameter '$text'?\n";
  return { name => $2, type => flat($1) };
}

sub parameters_of {
  my ($text) = @_;
  return flat($text) eq 'void' ? () : map { parameter_of($_) } split_list($text);
}

sub function_of {
  my ($text) = @_;
  my $plain = flat($text =~ s/;$//r);
  $plain =~ /^(.*?)(\w+)\((.*)\)$/ or die "Header.pm: what is '$plain'?\n";
  return { kind => 'function', name => $2, returns => flat($1), parameters => [parameters_of($3)] };
}

sub enum_of {
  my ($name, $body) = @_;
  my @values;
  while ($body =~ m{\b(CRAWLER_\w+)\s*=\s*(-?\d+),?[ ]*(/\*.*?\*/)?}g) {
    push @values, { name => $1, value => $2, comment => words_of($3) };
  }
  return { kind => 'enum', name => $name, values => \@values };
}

sub declaration_of {
  my ($text) = @_;
  return { kind => 'struct', name => $1 } if $text =~ /^typedef struct (\w+) \1;$/;
  return undef if $text =~ /^struct \w+;$/; # of another library
  return function_of($text) if $text !~ /^typedef\b/;
  flat($text) =~ /^typedef (.*?)\(\*(\w+)\)\((.*)\);$/ or die "Header.pm: what is '$text'?\n";
  return { kind => 'callback', name => $2, returns => flat($1), parameters => [parameters_of($3)] };
}

# All declarations of a header's text, in order: kind, name, what is said of it, and where it stands.
sub declarations {
  my ($text, $header) = @_;
  my ($section, $head_note, $note, $group, $comment, $fresh, @found) = ('', '', '', 0, '', 1);
  my $told = -1; # the group whose comment is that of a function
  my $add = sub {
    my ($item, $own, $declaration) = @_;
    return if !$item;
    if ($item->{kind} eq 'function') {
      my $alone = without_tags(words_of($own)) ne '';
      ($comment, $group) = ('', $group + 1) if $alone && $told == $group;
      $told = $group if !$alone && $comment ne '';
    }
    push @found, { %$item, header => $header, section => $section, group => $group, comment => $comment,
                   own => words_of($own), notes => [grep { /[^:]$/ } $head_note, $note], head_note => $head_note,
                   note => $note, declaration => $declaration };
    $fresh = 0;
  };
  $text =~ s{\A(?:/\*.*?\*/\n)+}{}s;
  pos($text) = 0;
  while (pos($text) < length $text) {
    if ($text =~ m{\G/\* ---- (.*?) -+ \*/\n}gc) {
      ($section, $head_note, $note, $comment, $fresh) = ($1, '', '', '', 1);
    } elsif ($text =~ m{\G(/\*.*?\*/)\n(\n?)}gcs) {
      my $words = words_of($1);
      if ($2 ne '') {
        ($fresh && !grep({ $_->{section} eq $section } @found) ? $head_note : $note) = $words;
        $comment = '';
      } else {
        # Macros that began the group stay in it.
        $group++ if !(@found && $found[-1]{kind} eq 'macro' && $found[-1]{group} == $group && $found[-1]{begins});
        $comment = $words;
        $_->{comment} = $words for grep { $_->{kind} eq 'macro' && $_->{group} == $group } @found;
      }
    } elsif ($text =~ m{\G#define[ ](CRAWLER_\w+)[ ]([^\s/]+)[ ]*(/\*.*?\*/)?\n}gc) {
      my ($name, $value, $own) = ($1, $2, $3);
      my $begins = $fresh || ($found[-1]{begins} && $found[-1]{group} == $group);
      $group++ if $fresh && !(@found && $found[-1]{begins} && $found[-1]{group} == $group);
      $add->({ kind => 'macro', name => $name, value => $value, begins => $begins }, $own, "#define $name $value");
    } elsif ($text =~ m{\G(typedef enum (\w+) \{(.*?)\} \2;)[ ]*(/\*.*?\*/)?\n}gcs) {
      my ($all, $name, $body, $own) = ($1, $2, $3, $4);
      $add->(enum_of($name, $body), $own, $all);
    } elsif ($text =~ m{\G(?:#(?:[^\n]*\\\n)*[^\n]*|extern "C" \{|\})\n}gc) {
      next; # conditions, and what includes
    } elsif ($text =~ m{\G([A-Za-z][^;]*;)[ ]*(/\*[^\n]*?\*/)?[ ]*\n}gc) {
      my ($all, $own) = ($1, $2);
      $add->(declaration_of($all), $own, $all);
    } elsif ($text =~ m{\G\n}gc) {
      ($comment, $fresh) = ('', 1);
      $group++;
    } else {
      die "Header.pm: $header: what is '" . substr($text, pos $text, 60) . "'?\n";
    }
  }
  return @found;
}

# What is said of one of them: its own comment, or that of its group where it has none.
sub said_of {
  my ($item) = @_;
  return $item->{own} if without_tags($item->{own}) ne '';
  my $said = $item->{comment};
  $said = without_tags($said) . " $item->{own}" if $item->{own} ne ''; # its own tag stands
  return $said;
}

# Who may call it: "loop", "any", "any, async-signal-safe", or "one at a time" (any, but one).
sub thread_of {
  my ($item) = @_;
  my ($tag) = grep { /^any thread/ } tags_of(said_of($item));
  return $tag =~ s/^any thread/any/r if defined $tag;
  my $notes = join ' ', @{ $item->{notes} };
  my $reads = @{ $item->{parameters} } && $item->{parameters}[0]{type} =~ /^const /;
  return 'any' if $reads && $notes =~ /any (?:number of threads|thread) may read|read on any thread/;
  return 'one at a time' if $notes =~ /on the thread that holds it|may read it, but for/;
  # "One thread at a time may read a page", and what comes from one.
  my ($of) = map { $_->{type} } @{ $item->{parameters} };
  return ($of // '') =~ /crawler_(page|link) \*$/ && said_of($item) !~ /^In on_page only/ ? 'one at a time' : 'loop';
}

sub since_of {
  my ($item) = @_;
  my ($tag) = grep { /^since/ } tags_of(said_of($item));
  return defined $tag ? $tag =~ s/^since //r : '0.1.0';
}

# The topics of the head comment: [name, words] each.
sub topics {
  my ($text) = @_;
  my ($head) = $text =~ m{^/\* crawler\.h - (.*?)\*/}ms or return ();
  my @topics;
  for (split /\n/, $head) {
    push @topics, [$1, $2] and next if /^ \* ([A-Z]\w+)\s{2,}(\S.*)/;
    $topics[-1][1] .= " $1" if @topics && /^ \*\s{2,}(\S.*)/;
  }
  return @topics;
}

# ---- options ----

my %type = (BOOL => 'bool', INT => 'int', DURATION => 'duration', SIZE => 'size', TEXT => 'text', LIST => 'list');

# A bound as a person writes it: 86400000 ms is 1 day, 1 << 40 bytes are 1 TB.
sub bound {
  my ($type, $text) = @_;
  return '4294967295' if $text eq 'UINT32_MAX';
  (my $sum = $text) =~ s/\(int64_t\)//g;
  die "Header.pm: options.def: what is $text?\n" if $sum !~ /^-?\d+( << \d+)?$/;
  my $n = eval $sum;
  return $n if $n <= 0;
  return $n == 86400000 ? '1d' : "${n}ms" if $type eq 'DURATION';
  return $n >= 1 << 40 ? ($n >> 40) . 'T' : ($n >> 10) . 'k' if $type eq 'SIZE';
  return $n;
}

sub range {
  my ($type, $least, $most) = @_;
  return '' if $type =~ /^(BOOL|TEXT|LIST)$/;
  return $most =~ /INT64_MAX/ ? bound($type, $least) . ' and up' : bound($type, $least) . ' to ' . bound($type, $most);
}

# All rows of options.def, in order; setters: the text of setters.c, which says whose each is.
sub options {
  my ($text, $setters) = @_;
  my ($heading, %setter, @options) = ('');
  my $title = qr{/\* (?!SPDX|options\.def)(.*?) \*/\n};
  my $row = qr{OPT\((\w+), (\w+), "([^"]*)", ([^,]+), ([^,]+), (\w+),\s*((?:"[^"]*"\s*)+)\)};
  $setter{$1} = $2 while ($setters // '') =~ /^[A-Z]+\((\w+), (crawler_set_\w+)\)/mg;
  while ($text =~ m{^$title|$row}mg) {
    if (defined $1) {
      $heading = $1;
      next;
    }
    my ($name, $type, $initial, $least, $most, $when, $help) = ($2, $3, $4, $5, $6, $7, $8);
    push @options, { name => $name, type => $type{$type}, default => $initial, range => range($type, $least, $most),
                     when => $when eq 'ANY' ? 'any time' : 'start', help => join('', $help =~ /"([^"]*)"/g),
                     heading => $heading, setter => $setter{$name} // "crawler_set_$name" };
  }
  return @options;
}

1;
