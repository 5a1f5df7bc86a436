#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# cookbook_site.pl - the site that the cookbook's programs are tested on, at 127.0.0.1.
#
#   cookbook_site.pl DIRECTORY LOG
#
# Prints its address and serves until it is killed: the files of DIRECTORY with an ETag or, papers, with
# a Last-Modified, and 304 for who has them; a login form whose cookie opens /members/. LOG has a line
# for each request: method, path, status.
use strict;
use warnings;
use Digest::MD5 qw(md5_hex);
use IO::Socket::INET;

my ($root, $log_path) = @ARGV;
die "usage: cookbook_site.pl DIRECTORY LOG\n" if !defined $log_path;
my $dated = 'Thu, 05 Feb 2026 10:00:00 GMT';
my %type = (html => 'text/html; charset=utf-8', svg => 'image/svg+xml', pdf => 'application/pdf',
            rss => 'application/rss+xml', atom => 'application/atom+xml', txt => 'text/plain');

sub slurp {
  my ($path) = @_;
  open my $in, '<:raw', $path or return undef;
  local $/;
  return <$in>;
}

# Status, headers as [name, value], body.
sub file {
  my ($path, $headers) = @_;
  $path =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
  return (404, [['Content-Type', 'text/html']], '<title>Not found</title>') if $path =~ m{/\.};
  return (301, [['Location', "$path/"]], '') if $path !~ m{/$} && -d "$root$path";
  $path .= 'index.html' if $path =~ m{/$};
  my $body = slurp("$root$path") // return (404, [['Content-Type', 'text/html']], '<title>Not found</title>');
  my ($name) = $path =~ /\.(\w+)$/;
  my $type = $body =~ /^<!DOCTYPE html>/ ? $type{html} : $type{ $name // '' } // 'application/octet-stream';
  my $is_dated = ($name // '') eq 'pdf';
  my $version = $is_dated ? $dated : '"' . md5_hex($body) . '"';
  my @said = (['Content-Type', $type], [$is_dated ? 'Last-Modified' : 'ETag', $version]);
  my $has = $headers->{ $is_dated ? 'if-modified-since' : 'if-none-match' } // '';
  return $has eq $version ? (304, \@said, '') : (200, \@said, $body);
}

sub answer {
  my ($method, $target, $headers, $body) = @_;
  my ($path) = split /\?/, $target;
  if ($path eq '/login') {
    return (200, [['Content-Type', 'text/html']], '<form method="post"><input name="user"></form>')
      if $method ne 'POST';
    return (303, [['Location', '/login?again=1']], '') if $body ne 'user=ada&password=clockwork';
    return (303, [['Location', '/members/'], ['Set-Cookie', 'session=open; Path=/; HttpOnly']], '');
  }
  return (403, [['Content-Type', 'text/html']], '<title>Members only</title>')
    if $path =~ m{^/members/} && ($headers->{cookie} // '') !~ /\bsession=open\b/;
  return file($path, $headers);
}

sub serve {
  my ($client, $log) = @_;
  my ($method, $target) = (<$client> // '') =~ m{^([A-Z]+) (\S+) HTTP/} or return;
  my (%headers, $body);
  while (defined(my $line = <$client>)) {
    last if $line =~ /^\r?\n$/;
    $headers{ lc $1 } = $2 if $line =~ /^([^:]+):\s*(.*?)\r?\n$/;
  }
  read $client, $body, $headers{'content-length'} // 0;
  my ($status, $said, $content) = answer($method, $target, \%headers, $body);
  print $log "$method $target $status\n";
  print $client "HTTP/1.1 $status Answer\r\nConnection: close\r\n";
  print $client "$_->[0]: $_->[1]\r\n" for @$said;
  print $client 'Content-Length: ' . length($content) . "\r\n" if $status != 304;
  print $client "\r\n", $method eq 'HEAD' ? '' : $content;
}

$SIG{PIPE} = 'IGNORE';
my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 128) or die "cookbook_site.pl: $!\n";
open my $log, '>>', $log_path or die "cookbook_site.pl: $log_path: $!\n";
$log->autoflush(1);
STDOUT->autoflush(1);
printf "http://127.0.0.1:%d/\n", $listener->sockport;
while (my $client = $listener->accept) {
  serve($client, $log);
  close $client;
}
