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
# its function: page.title is crawler_page_title(page). Left out are on_parse and start_thread, whose
# threads Ruby doesn't know, and rarer hooks. Libcrawl::C has every function as it is.
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
    LIBRARY = Fiddle.dlopen(ENV["LIBCRAWL"] || "libcrawl.so")
    FUNCTIONS = API["functions"].select { |f| f["header"] == "crawl/crawler.h" }
    ENUMS = API["enums"].to_h { |e| [e["name"], e["values"].to_h { |v| [v["value"], v["name"]] }] }
    TYPES = { "void" => TYPE_VOID, "int" => TYPE_INT, "unsigned" => -TYPE_INT,
              "size_t" => TYPE_SIZE_T, "int64_t" => TYPE_LONG_LONG, "uint64_t" => -TYPE_LONG_LONG,
              **ENUMS.transform_values { TYPE_INT } }.tap { |t| t.default = TYPE_VOIDP }
    WAITS = %w[crawler_run crawler_step crawler_next crawler_wait crawler_free].freeze

    # Is it NUL-terminated? What has a length isn't, or holds NULs.
    def self.text?(returns, takes)
      returns["type"] == "const char *" && takes.none? { |p| p["type"] == "size_t *" }
    end

    # Of an enum 3 is :tls, NONE nil, and a number without a name stays one.
    def self.value(type, value)
      return value unless ENUMS.key?(type)
      name = respond_to?("#{type}_name") ? public_send("#{type}_name", value) : ENUMS[type][value]
      name == "" ? nil : name&.delete_prefix("CRAWLER_")&.downcase&.to_sym || value
    end

    def self.argument(parameter, value)
      text = value.is_a?(String) && parameter["type"] == "const char *"
      good = text ? !value.b.include?("\0") : parameter["nullable"] || !value.nil?
      good ? value : raise(ArgumentError, "#{parameter["name"]} can't be #{value.inspect}")
    end

    FUNCTIONS.each do |f|
      name, takes, returns = f.values_at("name", "parameters", "returns")
      type = (text = text?(returns, takes)) ? TYPE_CONST_STRING : TYPES[returns["type"]]
      call = Function.new(LIBRARY[name], takes.map { |p| TYPES[p["type"]] }, type,
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
      proc do
        C.public_send(function, address) if pid == Process.pid
        pid = nil
      end
    end

    def expire = (@over = true) && @free&.call
    def over? = @over
    def to_ptr = @owner.over? ? raise(Released, "#{self.class} is used after its end") : @pointer

    # Defines a method for each function of type that tells or sets something: crawler_page_title()
    # is title, _is_seed() seed?, _set_priority() priority=. In those that have errors a negative
    # number is one.
    def self.wrap(type, except = [])
      C::FUNCTIONS.each do |f|
        function, (own, *others), returns = f.values_at("name", "parameters", "returns")
        name = function.delete_prefix("#{type}_")
        next if own&.fetch("type")&.delete_prefix("const ") != "#{type} *" || except.include?(name)
        next if others.any? { |p| p["direction"] }
        next if returns["type"].include?("*") && !C.text?(returns, others)
        fails = f["errors"].any? || name.start_with?("set_")
        bool = name.match?(/(^|_)(is|are)_/)
        name = name.sub(/^set_(.*)/, '\1=') if others.size == 1
        define_method(bool ? "#{name.delete_prefix("is_")}?" : name) do |*values|
          result = C.public_send(function, self, *values)
          raise Error, result if fails && result.negative?
          bool ? result == 1 : C.value(returns["type"], result)
        end
      end
    end
  end

  Request = Class.new(Thing) { wrap "crawler_request", %w[free set_body set_data] }
  Link = Class.new(Thing) { wrap "crawler_link" }

  # A request and its response, until the hook or block that was given it returns. What retain
  # returns lives until release.
  class Page < Thing
    wrap "crawler_page", %w[release]
    def retain = Page.new(C.crawler_page_retain(self), free: :crawler_page_release)
    def release = @owner.expire
    def request = Request.new(C.crawler_page_request(self), owner: @owner)
    def body = bytes(:crawler_page_body)&.b
    def text = bytes(:crawler_page_text)
    def headers = Array.new(header_count) { |i| [header_name(i), header_value(i)] }
    def links = Array.new(link_count) { |i| Link.new(C.crawler_page_link(self, i), owner: @owner) }

    # The URLs of all links, in their order; "" for what isn't one.
    def urls = bytes(:crawler_page_links_text).to_s.split("\0", -1).first(link_count)

    private def bytes(function)
      pointer = C.public_send(function, self, size = "\0" * Fiddle::SIZEOF_SIZE_T)
      pointer[0, size.unpack1("J")].force_encoding(Encoding::UTF_8) unless pointer.null?
    end
  end

  # One crawl. Its methods are for one thread at a time, but for add, stop, cancel, pause, resume.
  class Crawl
    include Enumerable
    TURN_MS = 100 # for so long Ruby's signals may wait
    CRAWLS = ObjectSpace::WeakMap.new # by the number that is the hooks' user pointer
    JUDGES = %w[filter request headers].freeze
    HOOKS = %w[filter request headers page links outcome done log].to_h do |hook|
      callback = C::API["callbacks"].find { |c| c["used_by"].include?("crawler_on_#{hook}") }
      returns, *types = [callback["returns"], *callback["parameters"]].map { |p| p["type"] }
      types_of_c = types.map { |type| C::TYPES[type] }
      [hook, Fiddle::Closure::BlockCaller.new(C::TYPES[returns], types_of_c) do |*values|
        CRAWLS[values.last.to_i]&.send(:called, hook, types, values) || ACCEPT
      end]
    end.freeze

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
    def stat(name) = C.crawler_get_stat(@c, Libcrawl.const_get("STAT_#{name.upcase}"))
    def stats = C::API["statistics"].to_h { |s| [s["name"].to_sym, stat(s["name"])] }

    %w[add add_sitemap allow_host deny_host allow_url deny_url include exclude].each do |name|
      define_method(name) { |text| check(C.public_send("crawler_#{name}", @c, text)) }
    end
    %w[stop cancel pause resume ended].each do |name|
      define_method(name) { C.public_send("crawler_#{name}", @c) }
    end

    # Sets a hook to a block, which is given what the callback of C is: on_filter { |request| ... },
    # on_headers { |page| ... }; those of filter, request and headers reject by false alone.
    # on_links { |page, urls| ... } answers an array of those that may be followed, or nothing.
    # What a hook raises ends the crawl and is raised again.
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
      out = Fiddle::Pointer.malloc(Fiddle::SIZEOF_VOIDP, Fiddle::RUBY_FREE)
      until (result = inside { C.crawler_next(@c, out, TURN_MS) }) == DONE
        next if result == AGAIN
        begin
          yield page = Page.new(out.ptr, free: :crawler_page_release)
        ensure
          page.release
        end
      end
      self
    end

    private

    def check(result) = result.negative? ? raise(Error.new(result, C.crawler_errmsg(@c))) : result

    # Where hooks are called; what other Ruby threads raise here has to wait.
    def inside(&block)
      raise Error.new(E_BUSY, "it is being driven") if @inside
      begin
        @inside = true
        result = Thread.handle_interrupt(Object => :never, &block)
        @raised ? raise(@raised) : check(result)
      ensure
        @inside = @raised = nil
      end
    end

    # A hook. Nothing may be raised or thrown through the frames of C.
    def called(hook, types, values)
      life = Thing.new
      given = types.zip(values)[1...-1].map { |type, value| given(type, value, life) }
      answer = @raised || !@hooks[hook] ? ACCEPT : ask(hook, given)
    rescue Exception => e
      failed(e)
    ensure
      life.expire
      failed(ThreadError.new("a hook was left by throw")) unless answer || @raised
      return answer || ACCEPT
    end

    def failed(exception) = C.crawler_fail(@c, (@raised = exception).message.tr("\0", " "))

    def given(type, value, life)
      case type
      when "const char *" then value.to_s.force_encoding(Encoding::UTF_8)
      when /crawler_request/ then Request.new(value, owner: life)
      when /crawler_page/ then value.null? ? nil : Page.new(value, owner: life)
      else C.value(type, value)
      end
    end

    def ask(hook, given)
      page, verdicts, = given
      given = [page, urls = page.urls] if hook == "links"
      answer = @hooks[hook].call(*given)
      return REJECT if answer == false && JUDGES.include?(hook)
      return ACCEPT unless urls && answer.is_a?(Array)
      kept = answer.to_h { |url| [url, true] }
      urls.each_with_index { |url, i| verdicts[i] = REJECT unless kept[url] }
      ACCEPT
    end
  end
end
