# frozen_string_literal: true

# SPDX-License-Identifier: MIT
# libcrawl.rb - libcrawl for Ruby, by Fiddle of the standard library: no gem, nothing to compile.
#
#   Libcrawl::Crawl.open("https://example.org/", max_pages: 25) do |crawl|
#     crawl.on_filter { |request| !request.url.include?("/private/") }
#     crawl.each { |page| puts "#{page.status} #{page.url} #{page.urls.size}" }
#   end
#
# Signatures and numbers are those of docs/api.json, read when this is loaded (from LIBCRAWL_API);
# the library is LIBCRAWL, or the linker's. What a page, request or link tells is a method named as
# its function: page.title is crawler_page_title(page). Left out are on_parse and the own thread,
# whose threads Ruby doesn't know, and rarer hooks. Libcrawl::C has every function as it is.
require "fiddle"
require "json"

module Libcrawl
  class Released < StandardError; end # a crawl, page, request or link is used after its end
  # What a function returned: code is the number, message what crawler_errmsg() says.
  class Error < StandardError
    attr_reader :code
    def initialize(code, message = C.crawler_strerror(code))
      super("#{C.crawler_error_name(@code = code)}: #{message}")
    end
  end

  # The functions of the header. Texts come as UTF-8, bytes as pointers; nil is NULL.
  module C
    include Fiddle
    API = JSON.parse(File.read(ENV["LIBCRAWL_API"] || "#{__dir__}/../../../docs/api.json"))
    LIBRARY = Fiddle.dlopen(ENV["LIBCRAWL"] || API["soname"])
    FUNCTIONS = API["functions"].select { |f| f["header"] == "crawl/crawler.h" }
    ENUMS = API["enums"].to_h { |e| [e["name"], e["values"].to_h { |v| [v["value"], v["name"]] }] }
    TYPES = { "void" => TYPE_VOID, "int" => TYPE_INT, "unsigned" => -TYPE_INT,
              "size_t" => TYPE_SIZE_T, "int64_t" => TYPE_LONG_LONG, "uint64_t" => -TYPE_LONG_LONG,
              **ENUMS.transform_values { TYPE_INT } }.tap { |t| t.default = TYPE_VOIDP }
    WAITS = %w[crawler_run crawler_step crawler_next crawler_wait crawler_free].freeze
    def self.text?(returns) = returns["type"] == "const char *" && !returns["length"]
    # Of an enum 3 is :tls, NONE nil, and a number without a name stays one.
    def self.value(of, value)
      return value == 1 if of["boolean"]
      enum = of["constants"] || of["type"]
      return value unless ENUMS.key?(enum)
      name = respond_to?("#{enum}_name") ? public_send("#{enum}_name", value) : ENUMS[enum][value]
      name == "" ? nil : name&.delete_prefix("CRAWLER_")&.downcase&.to_sym || value
    end

    def self.argument(parameter, value)
      cut = value.is_a?(String) && parameter["type"] == "const char *" && value.b.include?("\0")
      return value unless cut || value.nil? && !parameter["nullable"]
      raise ArgumentError, "#{parameter["name"]} can't be #{value.inspect}"
    end

    FUNCTIONS.each do |f|
      name, takes, text = f["name"], f["parameters"], text?(f["returns"])
      returns = text ? TYPE_CONST_STRING : TYPES[f["returns"]["type"]]
      call = Function.new(LIBRARY[name], takes.map { |p| TYPES[p["type"]] }, returns,
                          need_gvl: !WAITS.include?(name))
      define_singleton_method(name) do |*values|
        result = call.call(*takes.zip(values).map { |p, value| argument(p, value) })
        text ? result&.force_encoding(Encoding::UTF_8) : result
      end
    end
  end

  C::API["macros"].each { |m| const_set(m["name"].delete_prefix("CRAWLER_"), m["value"]) }
  C::ENUMS.each_value { |e| e.each { |n, name| const_set(name.delete_prefix("CRAWLER_"), n) } }

  # A pointer, until expire (its owner's, if it has one) or the garbage collector gives it back to
  # the function free. A forked process gives nothing back: it must not touch what it inherits.
  class Thing
    def initialize(pointer = nil, owner: self, free: nil)
      @pointer, @owner = pointer, owner
      ObjectSpace.define_finalizer(self, @free = Thing.releaser(free, pointer.to_i)) if free
    end

    def self.releaser(function, address, pid = Process.pid)
      proc { pid = C.public_send(function, address) if pid == Process.pid } # then nil: once
    end

    def over? = @over
    def expire = (@over = true) && @free&.call
    def to_ptr = @owner.over? ? raise(Released, "#{self.class} is used after its end") : @pointer

    # A method for each function of type: crawler_x_title() as title, _is_new() new?, _set_a() a=.
    def self.wrap(type, except = [])
      C::FUNCTIONS.each do |f|
        function, (own, *others), returns = f.values_at("name", "parameters", "returns")
        name = function.delete_prefix("#{type}_")
        next if own&.fetch("type")&.delete_prefix("const ") != "#{type} *" || except.include?(name)
        next if returns["type"].include?("*") && !C.text?(returns)
        name = name.sub(/^set_(.*)/, '\1=') if others.size == 1
        define_method(returns["boolean"] ? "#{name.delete_prefix("is_")}?" : name) do |*values|
          result = C.public_send(function, self, *values)
          f["errors"].any? && result.negative? ? raise(Error, result) : C.value(returns, result)
        end
      end
    end
  end

  Request = Class.new(Thing) { wrap "crawler_request", %w[free set_body set_data] }
  Link = Class.new(Thing) { wrap "crawler_link" }

  # A request and its response, until its hook or block returns; what retain returns until release.
  class Page < Thing
    wrap "crawler_page", %w[links release]
    def retain = Page.new(C.crawler_page_retain(self), free: :crawler_page_release)
    def release = @owner.expire
    def request = Request.new(C.crawler_page_request(self), owner: @owner)
    def body = bytes(:crawler_page_body)&.b
    def text = bytes(:crawler_page_text)
    def headers = Array.new(header_count) { |i| [header_name(i), header_value(i)] }
    def links = Array.new(link_count) { |i| Link.new(C.crawler_page_link(self, i), owner: @owner) }

    # The URLs of all links, in their order; "" for what isn't one.
    def urls
      text, offsets = Array.new(2) { Page.out }
      count = C.crawler_page_links(self, text, offsets, nil, nil)
      raise Error, count if count.negative?
      bytes = offsets.ptr[count * Fiddle::SIZEOF_INT, Fiddle::SIZEOF_INT].unpack1("I")
      text.ptr[0, bytes].force_encoding(Encoding::UTF_8).split("\0", -1).first(count)
    end

    def self.out = Fiddle::Pointer.malloc(Fiddle::SIZEOF_VOIDP, Fiddle::RUBY_FREE)

    private def bytes(function)
      pointer = C.public_send(function, self, size = "\0" * Fiddle::SIZEOF_SIZE_T)
      pointer[0, size.unpack1("J")].force_encoding(Encoding::UTF_8) unless pointer.null?
    end
  end

  # One crawl. Its methods are for one thread at a time, but for add, stop, cancel, pause, resume.
  class Crawl
    include Enumerable
    TURN_MS = 100 # for so long Ruby's signals may wait
    STATISTICS = C::API["statistics"].to_h { |s| [s["name"].to_sym, s["number"]] }
    CRAWLS = ObjectSpace::WeakMap.new # by the number that is the hooks' user pointer
    HOOKS = %w[filter request headers page links outcome done log].to_h do |hook|
      callback = C::API["callbacks"].find { |c| c["used_by"].include?("crawler_on_#{hook}") }
      takes = callback["parameters"]
      answer, *types = [callback["returns"], *takes].map { |p| C::TYPES[p["type"]] }
      [hook, Fiddle::Closure::BlockCaller.new(answer, types) do |*values|
        CRAWLS[values.last.to_i]&.send(:called, hook, takes, values) || ACCEPT
      end]
    end

    # The block's crawl is closed after it; the block's value is returned.
    def self.open(*urls, **options)
      yield crawl = new(*urls, **options)
    ensure
      crawl&.close
    end

    # Options as keywords: text, numbers (of a duration seconds), true, false, arrays for lists.
    def initialize(*urls, **options)
      raise NoMemoryError, "crawler_new" if (pointer = C.crawler_new).null?
      @c = Thing.new(pointer, free: :crawler_free)
      @hooks = {}
      CRAWLS[object_id] = self
      options.each { |name, value| set(name, value) }
      urls.each { |url| add(url) }
    end

    # Pages that are held live on.
    def close = @inside ? raise(Error.new(E_BUSY, "stop or cancel it first")) : @c.expire
    def set(name, value) = check(C.crawler_set_option(@c, name.to_s, Array(value).join(",")))
    def complete? = C.crawler_is_complete(@c) == 1
    def stats = STATISTICS.transform_values { |number| C.crawler_get_stat(@c, number) }
    %w[add add_sitemap allow_host deny_host allow_url deny_url include exclude].each do |name|
      define_method(name) { |text| check(C.public_send("crawler_#{name}", @c, text)) }
    end
    %w[stop cancel pause resume ended].each do |name|
      define_method(name) { C.public_send("crawler_#{name}", @c) }
    end

    # Sets a hook to a block, which is given what the callback of C is: on_filter { |request| ... },
    # on_headers { |page| ... }. false alone rejects. on_links { |page, urls| ... } answers an array
    # of those that may be followed, or nothing. What a hook raises ends the crawl, and is raised.
    HOOKS.each do |hook, closure|
      define_method("on_#{hook}") do |&block|
        C.public_send("crawler_on_#{hook}", @c, block && closure, object_id)
        @hooks[hook] = block
      end
    end

    # Crawls until the crawl is over; returns how it ended: "complete", "max_pages", ...
    def run
      nil until inside { C.crawler_step(@c, TURN_MS) } == DONE
      ended
    end

    # Each page, which ends when the block has returned. After a break it can be gone on with.
    def each
      return enum_for(:each) unless block_given?
      out = Page.out
      until (result = inside { C.crawler_next(@c, out, TURN_MS) }) == DONE
        next if result == AGAIN
        begin
          yield page = Page.new(out.ptr, free: :crawler_page_release)
        ensure
          page.release
        end
      end
    end

    private

    def check(result) = result.negative? ? raise(Error.new(result, C.crawler_errmsg(@c))) : result

    # Where hooks are called. What other threads raise waits, and what a hook raises for the end.
    def inside(&block)
      raise Error.new(E_BUSY, "it is being driven") if @inside
      result = begin
        @inside = true
        Thread.handle_interrupt(Object => :never, &block)
      ensure
        @inside = false
      end
      return result if [OK, AGAIN].include?(result)
      raised, @raised = @raised
      raised ? raise(raised) : check(result)
    end

    # A hook. Nothing may be raised or thrown through the frames of C.
    def called(hook, takes, values)
      life = Thing.new
      given = takes.zip(values)[1...-1].map { |parameter, value| given(parameter, value, life) }
      answer = @raised || !@hooks[hook] ? ACCEPT : ask(hook, given)
    rescue Exception => e
      failed(e)
    ensure
      life.expire
      failed(ThreadError.new("a hook was left by throw")) unless answer || @raised
      return answer || ACCEPT
    end

    def failed(exception) = C.crawler_fail(@c, (@raised = exception).message.tr("\0", " "))

    def given(parameter, value, life)
      case parameter["type"]
      when "const char *" then value.to_s.force_encoding(Encoding::UTF_8)
      when /crawler_request/ then Request.new(value, owner: life)
      when /crawler_page/ then value.null? ? nil : Page.new(value, owner: life)
      else C.value(parameter, value)
      end
    end

    def ask(hook, given)
      return @hooks[hook].call(*given) == false ? REJECT : ACCEPT if hook != "links"
      page, verdicts, = given
      kept = @hooks[hook].call(page, urls = page.urls)
      kept = kept.is_a?(Array) ? kept.to_h { |url| [url, true] } : Hash.new(true)
      urls.each_with_index { |url, i| verdicts[i] = REJECT unless kept[url] }
      ACCEPT
    end
  end
end
