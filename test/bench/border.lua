-- SPDX-License-Identifier: MIT
-- border.lua - what a page's links cost on their way into LuaJIT: luajit border.lua ROUNDS
--
-- As border.py, which says what is measured and printed.
local ffi = require "ffi"
local libcrawl = require "libcrawl"

ffi.cdef [[
typedef struct crawler_link crawler_link;
int crawler_document_new(crawler_page **out, const char *url, const char *content_type,
                         const void *data, size_t bytes, const char *links);
const crawler_link *crawler_page_link(crawler_page *page, size_t i);
const char *crawler_link_url(const crawler_link *link);
struct border_time { long s, ns; };
int clock_gettime(int clock, struct border_time *now);
]]
local C = ffi.load(os.getenv("LIBCRAWL") or "libcrawl.so.0")
local now = ffi.new("struct border_time")

local function now_us()
  ffi.C.clock_gettime(1, now)
  return tonumber(now.s) * 1e6 + tonumber(now.ns) / 1e3
end

local function page_of(links)
  local html = {}
  for i = 0, links - 1 do
    html[i + 1] = ('<p><a href="/section/%d/article-%06d.html">An article</a>'):format(i % 7, i)
  end
  local data, out = table.concat(html), ffi.new("crawler_page *[1]")
  local err = C.crawler_document_new(out, "https://www.example.org/", "text/html", data, #data, nil)
  assert(err == 0)
  return out[0]
end

local function ways_of(links)
  local page, got = page_of(links), nil
  local handles, want = {}, {}
  for i = 1, links do
    handles[i] = C.crawler_page_link(page, i - 1)
    want[i] = ffi.string(C.crawler_link_url(handles[i]))
  end
  local text = table.concat(want, "\0") .. "\0"
  local verdicts = ffi.new("uint8_t[?]", links)
  local site = libcrawl.crawl { links = function(_, urls) got = urls end }
  local c, through_c = site.c, { hook = site.state.callbacks[1] }
  through_c.each = ffi.cast("crawler_links_cb", function(_, given)
    got = {}
    for i = 1, links do
      got[i] = ffi.string(C.crawler_link_url(C.crawler_page_link(given, i - 1)))
    end
    return 0
  end)
  through_c.one = ffi.cast("crawler_links_cb", function()
    got = {}
    for i = 1, links do got[i] = ffi.string(C.crawler_link_url(handles[i])) end
    return 0
  end)
  local ways = {
    split = function()
      got = {}
      local n, from, to = 0, 1, text:find("\0", 1, true)
      while to do
        n = n + 1
        got[n] = text:sub(from, to - 1)
        from = to + 1
        to = text:find("\0", from, true)
      end
    end,
  }
  for name, hook in pairs(through_c) do
    ways[name] = function() hook(c, page, verdicts, links, nil) end
    jit.off(ways[name]) -- compiled code can't call what calls back
  end
  for name, way in pairs(ways) do
    got = nil
    way()
    assert(#got == links and table.concat(got, "\0") .. "\0" == text, name)
  end
  return ways, site
end

local function quartiles(us)
  table.sort(us)
  return us[math.ceil(#us / 2)], us[math.ceil(#us / 4)], us[math.ceil(#us * 3 / 4)]
end

for _, links in ipairs { 10, 100, 1000 } do
  local ways, site = ways_of(links)
  local names, times = { "split", "hook", "each", "one" }, {}
  for _ = 1, tonumber(arg[1]) do
    for _, name in ipairs(names) do
      local way, repeats = ways[name], 2000 / links
      local began = now_us()
      for _ = 1, repeats do way() end
      times[name] = times[name] or {}
      table.insert(times[name], (now_us() - began) / repeats)
    end
  end
  for _, name in ipairs(names) do
    print(("luajit %d %s %.3f %.3f %.3f"):format(links, name, quartiles(times[name])))
  end
  site:close()
end
