# frozen_string_literal: true

# SPDX-License-Identifier: MIT
# test.rb - does the Ruby binding crawl the bundled site as the library does?
#
#   LIBCRAWL=build/libcrawl.so ruby test.rb ROOT URL      (URL: of build/examples/serve)
require "timeout"
require_relative "libcrawl"

ROOT, SITE = ARGV
OPTIONS = { allow_private: true, own_server: true }.freeze
include Libcrawl

def crawl(url = SITE, **options, &block) = Crawl.open(url, **OPTIONS, **options, &block)

def expect(what, is) = is || raise("not so: #{what}")

# Runs the block, which has to raise error; returns what it raised.
def raises(error)
  yield
rescue error => e
  e
else
  raise "no #{error}"
end

def test_run
  urls = []
  outcomes = Hash.new(0)
  crawl do |c|
    c.on_page { |page| urls << page.url }
    c.on_outcome do |request, outcome, reason, page|
      outcomes[[outcome, reason, request.kind, page.nil?]] += 1
    end
    expect "complete", c.run == "complete"
    expect "every page is delivered", urls.uniq.size == urls.size && urls.size >= 20
    stats = c.stats
    expect "stats agree", stats[:fetched] == urls.size && stats[:queued].zero?
    ended = stats.values_at(:fetched, :redirected, :failed, :dropped)
    expect "the ledger adds up", stats[:admitted] == ended.sum
    expect "fetched pages have outcomes", outcomes[[:fetched, nil, :page, false]] == urls.size
    expect "some are dropped", stats[:dropped].positive?
    expect "without a page", outcomes[[:dropped, :robots, :page, true]] == stats[:dropped]
  end
end

def test_filter
  asked = []
  crawl do |c|
    c.on_filter { |request| (asked << request.url) && !request.url.include?("/birds/") }
    urls = c.map(&:url)
    expect "birds are asked about", asked.any? { |url| url.include?("/birds/") }
    expect "and left", urls.none? { |url| url.include?("/birds/") } && urls.size >= 10
    expect "an empty hook accepts", crawl { |d| d.on_filter {} && d.count } > urls.size
  end
end

def test_links
  seen = {}
  crawl do |c|
    c.on_links do |page, urls|
      expect "in bulk as one by one", urls == page.links.map(&:url)
      expect "native strings", urls.map(&:encoding).uniq == [Encoding::UTF_8]
      expect "kinds", page.links.map(&:kind_of).include?(:a)
      seen[page.url] = urls
      urls.reject { |url| url.end_with?("/about.html") }
    end
    urls = c.map(&:url)
    expect "links of the front page", seen[SITE].include?("#{SITE}about.html")
    expect "what isn't kept isn't followed", !urls.include?("#{SITE}about.html") && urls.size >= 10
  end
end

def test_page
  crawl(max_pages: 1) do |c|
    c.each do |page|
      file = File.binread("#{ROOT}/examples/site/index.html")
      expect "body", page.body == file && page.body.encoding == Encoding::BINARY
      expect "text", page.text == file.dup.force_encoding(Encoding::UTF_8)
      expect "title", page.text.include?("<title>#{page.title}</title>")
      expect "header", page.header("content-TYPE").start_with?("text/html")
      expect "no header", page.header("x-none").nil?
      expect "headers", page.headers.assoc("Content-Length")[1] == file.bytesize.to_s
      expect "seed", page.request.seed? && page.request.referrer.nil?
      expect "method", page.request.method == :get
      page.request.set_meta("a", "b")
      expect "meta", page.request.meta("a") == "b"
      raises(ArgumentError) { page.header(nil) }
      raises(ArgumentError) { page.header("a\0b") }
    end
    expect "ended", c.ended == "max_pages"
  end
end

def test_break
  crawl do |c|
    first = c.each { |page| break page.url }
    expect "the seed comes first", first == SITE
    rest = c.lazy.map(&:url).first(3)
    expect "goes on", rest.size == 3 && !rest.include?(first)
    expect "the rest once", (rest + c.map(&:url)).uniq.size == c.stats[:fetched] - 1
    expect "complete", c.complete?
  end
end

def test_life
  kept = request = link = nil
  crawl do |c|
    ended = c.each { |page| break page }
    raises(Released) { ended.url }
    c.on_page { |page| request = page.request }
    c.on_links { |page, _| link = page.links.first }
    c.each do |page|
      raises(Released) { request.url } && raises(Released) { link.url } if request
      break kept = page.retain
    end
  end
  expect "a retained page outlives the crawl", kept.status == 200 && kept.request.url == kept.url
  2.times { kept.release }
  raises(Released) { kept.url }
  crawl do |c|
    c.each do |page|
      c.close
      expect "a pulled page outlives the crawl, too", page.url == SITE
      break
    end
  end
  closed = Crawl.new
  2.times { closed.close }
  raises(Released) { closed.add(SITE) }
end

# What is in flight is cut without a word.
def test_close
  late = []
  c = Crawl.new(SITE, **OPTIONS)
  Crawl::HOOKS.each_key { |hook| c.public_send("on_#{hook}") { late << hook if c.nil? } }
  pages = 0
  c.each { (pages += 1) == 5 and break }
  expect "some are in flight", c.stats[:in_flight].positive?
  closing, c = c
  closing.close
  expect "no hook is called: #{late}", late.empty?
end

def test_raise
  sorry = Class.new(RuntimeError)
  crawl do |c|
    calls = 0
    c.on_filter { calls += 1 and raise sorry, "no more" }
    expect "run raises it", raises(sorry) { c.run }.message == "no more"
    expect "at once", calls == 1 && c.ended == "error"
    c.on_filter
    expect "goes on without the hook", c.run == "complete"
  end
  crawl do |c|
    c.on_page { raise sorry }
    raises(sorry) { c.to_a }
  end
  crawl do |c|
    c.on_page { c.run }
    expect "not in a hook", raises(Error) { c.run }.code == E_BUSY
    c.on_page { c.close }
    expect "nor close", raises(Error) { c.run }.code == E_BUSY
    c.on_page { throw :out }
    raises(UncaughtThrowError) { c.run }
    caught = catch(:out) { raises(ThreadError) { c.run } }
    expect "no throw through C", caught.message.include?("throw")
  end
end

def test_errors
  error = raises(Error) { crawl(max_pagez: 1) {} }
  expect "option", error.code == E_OPTION && error.message.include?("max_pagez")
  error = raises(Error) { crawl(max_pages: "many") {} }
  expect "value", error.code == E_VALUE && error.message.include?("many")
  expect "scheme", raises(Error) { crawl("mailto:a@b") {} }.code == E_SCHEME
  raises(ArgumentError) { crawl("#{SITE}\0") {} }
  raises(ArgumentError) { crawl { |c| c.add(nil) } }
end

# Other threads run meanwhile, and what they raise ends a run within a turn.
def test_threads
  ticks = 0
  ticker = Thread.new { loop { (ticks += 1) && sleep(0.002) } }
  crawl(delay: "20ms", own_server: false) { |c| c.run }
  expect "threads run", ticks > 50
  crawl(keep_open: true) { |c| raises(Timeout::Error) { Timeout.timeout(0.3) { c.run } } }
ensure
  ticker.kill
end

# What a process has mapped, in KB.
def resident = File.read("/proc/self/status")[/^VmRSS:\s+(\d+)/, 1].to_i

def test_leaks
  many = lambda do |times|
    times.times do
      crawl { |c| c.on_links { |_, urls| urls } && c.each { |page| page.links.size } }
      Crawl.new(SITE, **OPTIONS).on_page { true } # without close
      crawl { |c| c.each { |page| break page.retain } } # without release
    end
    GC.start
    resident
  end
  before = many.call(40)
  after = many.call(120)
  expect "flat: #{before} KB, then #{after} KB", after < before + 8192
  GC.start
  expect "crawls are collected", Crawl::CRAWLS.values.size < 20
end

tests = private_methods.grep(/^test_/)
tests.each { |name| send(name) }
puts "#{tests.size} tests passed"
