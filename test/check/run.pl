#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# run.pl - runs test programs and checks, several at a time, and counts.
#
#   run.pl [-j JOBS] [-t SECONDS] [-e 'VARIABLE=VALUE...'] PROGRAM... NAME=COMMAND...
#
# A PROGRAM is a cmocka program, named after its place below $BUILD/test; its tests are counted from
# what cmocka prints, and a program that runs none has failed. With -e it runs once for each VALUE,
# with that in its environment. NAME=COMMAND goes to the shell and
# counts as one, unless it closes with "N passed, N failed" itself; exit status 77 means skipped.
# Output is shown of what failed. $TEST_WRAP (valgrind, setarch) stands before each program.
# The last line is "N passed, N failed", and the exit status 0 only if nothing failed.
use strict;
use warnings;
use POSIX qw(:sys_wait_h setpgid);
use Time::HiRes qw(time sleep);
use File::Temp qw(tempdir);

my %option = (j => 1, t => 120, e => '');
while (@ARGV && $ARGV[0] =~ /^-([jte])$/) {
  shift;
  $option{$1} = shift;
}
my ($jobs, $limit_s) = @option{qw(j t)};
my ($variable, @values) = split /[= ]+/, $option{e};
$| = 1;
my $build = $ENV{BUILD} // 'build';
my $wrap = $ENV{TEST_WRAP} // '';
$limit_s *= 10 if $wrap =~ /valgrind/;

my @waiting = map { in_each($_) } map { describe($_) } @ARGV;
my $count = @waiting;
my $width = 20;
for (@waiting) { $width = length $_->{name} if length $_->{name} > $width }
my $dir = tempdir(CLEANUP => 1);
my (%running, %total);
my $began = time;

sub describe {
  my ($arg) = @_;
  return { name => $1, command => $2, cmocka => 0 } if $arg =~ m{^([\w./-]+)=(.*)$}s;
  my $name = $arg;
  $name =~ s{^\Q$build\E/test/}{};
  $name =~ s{/test_}{/};
  return { name => $name, command => "exec $wrap $arg", cmocka => 1 };
}

sub in_each {
  my ($job) = @_;
  return $job if !@values || !$job->{cmocka};
  return map { { %$job, name => "$_/$job->{name}", command => "$variable='$_' $job->{command}" } } @values;
}

# Each in a process group of its own, so that what it started ends with it.
sub start {
  my ($job) = @_;
  $job->{log} = "$dir/" . scalar(keys %total) . '-' . (0 + @waiting);
  $job->{began} = time;
  my $pid = fork // die "run.pl: fork: $!\n";
  if (!$pid) {
    setpgid(0, 0);
    open STDIN, '<', '/dev/null';
    open STDOUT, '>', $job->{log} or die "run.pl: $job->{log}: $!\n";
    open STDERR, '>&', \*STDOUT;
    { exec 'sh', '-c', $job->{command} }
    POSIX::_exit(127);
  }
  $running{$pid} = $job;
}

sub count {
  my ($job, $text, $ok) = @_;
  my %n = (passed => 0, failed => 0, skipped => 0);
  if ($job->{cmocka}) {
    $n{ lc $1 } += $2 while $text =~ /^\[\s+(PASSED|FAILED|SKIPPED)\s+\]\s+(\d+) test\(s\)/mg;
  } elsif ($text =~ /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*\z/m) {
    @n{qw(passed failed skipped)} = ($1, $2, $3 // 0);
  } elsif ($job->{status} == 77 << 8) {
    $n{skipped} = 1;
  } elsif ($ok) {
    $n{passed} = 1;
  }
  my $none = !$n{passed} && !$n{failed} && !$n{skipped};
  $n{failed} = 1 if !$n{failed} && (!$ok || $none);
  $job->{why} .= ' ran no test' if $ok && $none;
  return \%n;
}

sub finish {
  my ($job) = @_;
  my $text = '';
  if (open my $log, '<', $job->{log}) { local $/; $text = <$log> // ''; }
  my $status = $job->{status};
  my $ok = $status == 0 || (!$job->{cmocka} && $status == 77 << 8);
  $job->{why} //= $status & 127 ? ' killed by signal ' . ($status & 127) : '';
  my $n = count($job, $text, $ok);
  $total{$_} += $n->{$_} for keys %$n;
  my $what = join ', ', map { $n->{$_} ? "$n->{$_} $_" : () } qw(passed failed skipped);
  my $word = $n->{failed} ? 'FAIL' : $n->{passed} ? 'ok' : 'skip';
  printf "%-4s  %-*s  %6.2f s  %s%s\n", $word, $width, $job->{name}, time - $job->{began}, $what, $job->{why};
  show($text, $word) if $word ne 'ok';
}

# Beginning and end of a long log: a sanitizer says first what is wrong, cmocka last.
sub show {
  my ($text, $word) = @_;
  my @lines = grep { !/^\[\s+(OK|RUN)\s+\]/ } split /\n/, $text;
  my $half = $word eq 'skip' ? 2 : 60;
  splice @lines, $half, @lines - 2 * $half, '...' if @lines > 2 * $half;
  print "      | $_\n" for @lines;
}

sub reap {
  for my $pid (keys %running) {
    my $job = $running{$pid};
    if (waitpid($pid, WNOHANG) == $pid) {
      $job->{status} = $?;
      kill 'KILL', -$pid;
      delete $running{$pid};
      finish($job);
    } elsif (time - $job->{began} > $limit_s && !$job->{why}) {
      $job->{why} = " over $limit_s s";
      kill 'KILL', -$pid;
    }
  }
}

$SIG{INT} = $SIG{TERM} = sub { kill 'KILL', map { -$_ } keys %running; exit 130 };
while (@waiting || %running) {
  start(shift @waiting) while @waiting && keys %running < $jobs;
  reap();
  sleep 0.01;
}
printf "in %d programs and checks, %.0f s\n", $count, time - $began;
my ($passed, $failed, $skipped) = map { $total{$_} // 0 } qw(passed failed skipped);
print "$passed passed, $failed failed", $skipped ? ", $skipped skipped" : '', "\n";
exit($failed || !$passed ? 1 : 0);
