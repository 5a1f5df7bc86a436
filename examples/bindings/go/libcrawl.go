// SPDX-License-Identifier: MIT

// Package libcrawl is libcrawl for Go, by cgo over its public header.
//
//	crawler, err := libcrawl.New()
//	defer crawler.Close()
//	crawler.Set("max_pages", "25")
//	crawler.Add("https://example.org/")
//	crawler.Pages(func(page *libcrawl.Page) bool { // from Go 1.23: for page := range crawler.Pages
//		fmt.Println(page.Status(), page.URL())
//		return true
//	})
//	err = crawler.Err()
//
// A hook's error ends the crawl and comes out of Run or Err, its panic out of Run or Pages. What a
// hook is given is good until it returns. All but Cancel is for one goroutine at a time.
package libcrawl

// #cgo LDFLAGS: -lcrawl
// #include <crawl/crawler.h>
// int goFilter(crawler *, crawler_request *, void *);
// int goPage(crawler *, crawler_page *, void *);
// int goLinks(crawler *, crawler_page *, uint8_t *, size_t, void *);
import "C"

import (
	"sync"
	"unsafe"
)

// Error is a CRAWLER_E_* and what the library says of it.
type Error struct {
	Code    int
	Message string
}

func (e *Error) Error() string { return e.Message }

// For the call whose argument it is: the library copies the texts it is given.
func cText(text string) *C.char { return (*C.char)(unsafe.Pointer(&[]byte(text + "\x00")[0])) }

// Request is a URL on its way.
type Request struct{ c *C.crawler_request }

func (r Request) URL() string { return C.GoString(C.crawler_request_url(r.c)) }
func (r Request) Depth() int  { return int(C.crawler_request_depth(r.c)) }

// Link is a link of a page. In OnLinks, Follow = false leaves it.
type Link struct {
	URL         string
	Kind, Flags uint8
	Follow      bool
}

// Page is a response. It is good until the hook or the body of the loop returns, unless it is kept.
type Page struct{ c *C.crawler_page }

func (p *Page) get() *C.crawler_page {
	if p.c == nil {
		panic("libcrawl: a page is used after its time: see Keep")
	}
	return p.c
}

// Keep makes a page that is good until its Release.
func (p *Page) Keep() *Page { return &Page{C.crawler_page_retain(p.get())} }

// Release ends what NewDocument and Keep began.
func (p *Page) Release() {
	C.crawler_page_release(p.c)
	p.c = nil
}

func (p *Page) Status() int   { return int(C.crawler_page_status(p.get())) }
func (p *Page) URL() string   { return C.GoString(C.crawler_page_url(p.get())) }
func (p *Page) Title() string { return C.GoString(C.crawler_page_title(p.get())) } // "": none

// Header is the first of this name, in any case; "": none.
func (p *Page) Header(name string) string {
	return C.GoString(C.crawler_page_header(p.get(), cText(name)))
}

// Body is decoded, in its own charset.
func (p *Page) Body() []byte {
	var bytes C.size_t
	data := C.crawler_page_body(p.get(), &bytes)
	return append([]byte(nil), unsafe.Slice((*byte)(data), bytes)...)
}

// Text is the body in UTF-8; "": it isn't text.
func (p *Page) Text() string {
	var bytes C.size_t
	text := C.crawler_page_text(p.get(), &bytes)
	return string(unsafe.Slice((*byte)(unsafe.Pointer(text)), bytes))
}

// Links are all links of the page, in document order. They are copied in one piece.
func (p *Page) Links() []Link {
	var text *C.char
	var offsets *C.uint32_t
	var kinds, flags *C.uint8_t
	count := C.crawler_page_links(p.get(), &text, &offsets, &kinds, &flags)
	if count < 0 {
		panic(C.GoString(C.crawler_strerror(count))) // as when Go's own memory is out
	}
	at, flagsOf := unsafe.Slice(offsets, count+1), unsafe.Slice(flags, count)
	all := string(unsafe.Slice((*byte)(unsafe.Pointer(text)), at[count]))
	links := make([]Link, count)
	for i, kind := range unsafe.Slice(kinds, count) {
		url := all[at[i] : at[i+1]-1] // without its NUL
		links[i] = Link{url, uint8(kind), uint8(flagsOf[i]), true}
	}
	return links
}

// Crawler is one crawl.
type Crawler struct {
	c      *C.crawler
	filter func(Request) (bool, error)
	page   func(*Page) error
	links  func(*Page, []Link) error
	failed func() error // returns a hook's error or panics as it did; nil when the caller has it
	err    error        // of Pages
}

var crawlers sync.Map // each *Crawler by its *C.crawler, which hooks are called with

// New makes a crawler that is the caller's to Close.
func New() (*Crawler, error) {
	c := &Crawler{c: C.crawler_new()}
	if c.c == nil {
		return nil, &Error{C.CRAWLER_E_NOMEM, "out of memory"}
	}
	crawlers.Store(c.c, c)
	return c, nil
}

// Close ends and frees the crawl; not in a hook.
func (c *Crawler) Close() {
	crawlers.Delete(c.c) // before its address may be another's
	C.crawler_free(c.c)
	c.c = nil
}

// Set sets an option by name.
func (c *Crawler) Set(option, value string) error {
	return c.result(C.crawler_set_option(c.c, cText(option), cText(value)))
}

// Add adds a seed.
func (c *Crawler) Add(url string) error { return c.result(C.crawler_add(c.c, cText(url))) }

// OnFilter sets the hook that takes a URL or doesn't.
func (c *Crawler) OnFilter(hook func(Request) (bool, error)) {
	c.filter = hook
	C.crawler_on_filter(c.c, C.crawler_request_cb(C.goFilter), nil)
}

// OnPage sets the hook that is given each page.
func (c *Crawler) OnPage(hook func(*Page) error) {
	c.page = hook
	C.crawler_on_page(c.c, C.crawler_page_cb(C.goPage), nil)
}

// OnLinks sets the hook that is given all links of a page at once.
func (c *Crawler) OnLinks(hook func(*Page, []Link) error) {
	c.links = hook
	C.crawler_on_links(c.c, C.crawler_links_cb(C.goLinks), nil)
}

// Pages calls yield with each page as it comes, until it returns false, which cancels the crawl.
func (c *Crawler) Pages(yield func(*Page) bool) {
	var page Page
	running := true
	next := func() bool {
		C.crawler_page_finish(page.c, C.CRAWLER_FINISH_OK) // or the crawl would wait for a kept one
		page.Release()
		code := C.crawler_next(c.c, &page.c, -1)
		if running = code == C.CRAWLER_OK; !running {
			c.err = c.result(code)
		}
		return running
	}
	defer func() { // after a panic of yield's, too
		for running {
			C.crawler_cancel(c.c)
			next()
		}
	}()
	for next() && yield(&page) {
	}
}

func (c *Crawler) Run() error    { return c.result(C.crawler_run(c.c)) } // to the end
func (c *Crawler) Err() error    { return c.err }                        // what broke Pages off
func (c *Crawler) Cancel()       { C.crawler_cancel(c.c) }
func (c *Crawler) Ended() string { return C.GoString(C.crawler_ended(c.c)) } // "complete", ...

// Stat is one of the library's numbers, CRAWLER_STAT_... .
func (c *Crawler) Stat(which int) int64 {
	return int64(C.crawler_get_stat(c.c, C.crawler_stat(which)))
}

// What a hook said goes first: what the library says then is only its consequence.
func (c *Crawler) result(code C.int) error {
	if failed := c.failed; failed != nil {
		c.failed = nil
		return failed()
	}
	if code < 0 {
		return &Error{int(code), C.GoString(C.crawler_errmsg(c.c))}
	}
	return nil
}

// Nothing of Go's unwinds the library, and after an error or a panic no hook runs.
func call(of *C.crawler, page *C.crawler_page, hook func(*Crawler, *Page) (bool, error)) C.int {
	found, _ := crawlers.Load(of)
	c, borrowed := found.(*Crawler), &Page{page}
	if c.failed != nil {
		return C.CRAWLER_REJECT
	}
	defer func() {
		borrowed.c = nil
		if thrown := recover(); thrown != nil {
			c.failed = func() error { panic(thrown) }
		}
		if c.failed != nil {
			C.crawler_fail(of, cText("a hook failed"))
		}
	}()
	if take, err := hook(c, borrowed); err != nil {
		c.failed = func() error { return err }
	} else if take {
		return C.CRAWLER_ACCEPT
	}
	return C.CRAWLER_REJECT
}

//export goFilter
func goFilter(c *C.crawler, req *C.crawler_request, _ unsafe.Pointer) C.int {
	return call(c, nil, func(c *Crawler, _ *Page) (bool, error) { return c.filter(Request{req}) })
}

//export goPage
func goPage(c *C.crawler, page *C.crawler_page, _ unsafe.Pointer) C.int {
	return call(c, page, func(c *Crawler, page *Page) (bool, error) { return true, c.page(page) })
}

//export goLinks
func goLinks(c *C.crawler, page *C.crawler_page, verdicts *C.uint8_t, count C.size_t,
	_ unsafe.Pointer) C.int {
	return call(c, page, func(c *Crawler, page *Page) (bool, error) {
		links := page.Links()
		err := c.links(page, links)
		answers := unsafe.Slice(verdicts, count)
		for i, link := range links {
			if !link.Follow {
				answers[i] = C.CRAWLER_REJECT
			}
		}
		return true, err
	})
}
