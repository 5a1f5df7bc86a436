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
// A hook that returns an error ends the crawl, and Run or Err return that error; a panic in a hook
// goes on in the caller of Run or Pages. What a hook is given is good until it returns. A Crawler
// is used by one goroutine at a time; Cancel may be called from any.
package libcrawl

// #cgo LDFLAGS: -lcrawl
// #include <crawl/crawler.h>
// #include <stdlib.h>
// extern int goFilter(crawler *, crawler_request *, void *);
// extern int goPage(crawler *, crawler_page *, void *);
// extern int goLinks(crawler *, crawler_page *, uint8_t *, size_t, void *);
import "C"

import (
	"runtime/cgo"
	"unsafe"
)

// Error is a CRAWLER_E_* and what the library says of it.
type Error struct {
	Code    int
	Message string
}

func (e *Error) Error() string { return e.Message }

func failure(code C.int, what string) error {
	return &Error{int(code), C.GoString(C.crawler_strerror(code)) + ": " + what}
}

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
	text := C.CString(name)
	defer C.free(unsafe.Pointer(text))
	return C.GoString(C.crawler_page_header(p.get(), text))
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
	var bulk struct {
		text         *C.char
		offsets      *C.uint32_t
		kinds, flags *C.uint8_t
	}
	count := C.crawler_page_links(p.get(), &bulk.text, &bulk.offsets, &bulk.kinds, &bulk.flags)
	if count < 0 {
		panic(failure(count, "links")) // as when Go's own memory is out
	}
	at := unsafe.Slice(bulk.offsets, count+1)
	all := string(unsafe.Slice((*byte)(unsafe.Pointer(bulk.text)), at[count]))
	kinds, flags := unsafe.Slice(bulk.kinds, count), unsafe.Slice(bulk.flags, count)
	links := make([]Link, count)
	for i := range links {
		url := all[at[i] : at[i+1]-1] // without its NUL
		links[i] = Link{url, uint8(kinds[i]), uint8(flags[i]), true}
	}
	return links
}

// LinkURL is the URL of one link: for a few of them. For all of them see Links.
func (p *Page) LinkURL(i int) string {
	return C.GoString(C.crawler_link_url(C.crawler_page_link(p.get(), C.size_t(i))))
}

// NewDocument reads a page from memory, as a crawl would. It is the caller's to Release.
func NewDocument(url, contentType string, data []byte) (*Page, error) {
	page := &Page{}
	var first *byte
	if len(data) > 0 {
		first = &data[0]
	}
	from, kind := C.CString(url), C.CString(contentType)
	defer C.free(unsafe.Pointer(from))
	defer C.free(unsafe.Pointer(kind))
	err := C.crawler_document_new(&page.c, from, kind, unsafe.Pointer(first), C.size_t(len(data)), nil)
	if err < 0 {
		return nil, failure(err, url)
	}
	return page, nil
}

// Crawler is one crawl.
type Crawler struct {
	c      *C.crawler
	handle *C.uintptr_t // of this Crawler, in memory of C's: what hooks are given as user
	filter func(Request) (bool, error)
	page   func(*Page) error
	links  func(*Page, []Link) error
	said   error // by a hook, not yet told
	panic  any   // of a hook, not yet told
	err    error // of Pages
}

// New makes a crawler that is the caller's to Close.
func New() (*Crawler, error) {
	c := &Crawler{c: C.crawler_new()}
	if c.c == nil {
		return nil, failure(C.CRAWLER_E_NOMEM, "crawler_new")
	}
	c.handle = (*C.uintptr_t)(C.malloc(C.sizeof_uintptr_t))
	*c.handle = C.uintptr_t(cgo.NewHandle(c))
	return c, nil
}

// Close ends and frees the crawl; not in a hook.
func (c *Crawler) Close() {
	if c.c == nil {
		return
	}
	C.crawler_free(c.c)
	cgo.Handle(*c.handle).Delete()
	C.free(unsafe.Pointer(c.handle))
	c.c = nil
}

// Set sets an option by name.
func (c *Crawler) Set(option, value string) error {
	name, text := C.CString(option), C.CString(value)
	defer C.free(unsafe.Pointer(name))
	defer C.free(unsafe.Pointer(text))
	return c.result(C.crawler_set_option(c.c, name, text))
}

// Add adds a seed.
func (c *Crawler) Add(url string) error {
	text := C.CString(url)
	defer C.free(unsafe.Pointer(text))
	return c.result(C.crawler_add(c.c, text))
}

// OnFilter sets the hook that takes a URL or doesn't.
func (c *Crawler) OnFilter(hook func(Request) (bool, error)) {
	c.filter = hook
	C.crawler_on_filter(c.c, C.crawler_request_cb(C.goFilter), unsafe.Pointer(c.handle))
}

// OnPage sets the hook that is given each page.
func (c *Crawler) OnPage(hook func(*Page) error) {
	c.page = hook
	C.crawler_on_page(c.c, C.crawler_page_cb(C.goPage), unsafe.Pointer(c.handle))
}

// OnLinks sets the hook that is given all links of a page at once.
func (c *Crawler) OnLinks(hook func(*Page, []Link) error) {
	c.links = hook
	C.crawler_on_links(c.c, C.crawler_links_cb(C.goLinks), unsafe.Pointer(c.handle))
}

// Run crawls to the end.
func (c *Crawler) Run() error { return c.result(C.crawler_run(c.c)) }

// Cancel ends the crawl soon.
func (c *Crawler) Cancel() { C.crawler_cancel(c.c) }

// Ended is "complete", "max_pages", ...
func (c *Crawler) Ended() string { return C.GoString(C.crawler_ended(c.c)) }

// Stat is one of the library's numbers, CRAWLER_STAT_... .
func (c *Crawler) Stat(which int) int64 {
	return int64(C.crawler_get_stat(c.c, C.crawler_stat(which)))
}

// Err is what ended Pages, if it wasn't the crawl's end.
func (c *Crawler) Err() error { return c.err }

// Pages calls yield with each page as it comes, until it returns false, which cancels the crawl.
func (c *Crawler) Pages(yield func(*Page) bool) {
	var page Page
	running := true
	defer func() { // by a panic of yield's, too
		page.Release()
		if running {
			C.crawler_cancel(c.c)
			for C.crawler_next(c.c, &page.c, -1) == C.CRAWLER_OK {
				page.Release()
			}
			c.said, c.panic = nil, nil // nobody is left to be told
		}
	}()
	c.err = nil
	for {
		code := C.crawler_next(c.c, &page.c, -1)
		running = code == C.CRAWLER_OK
		if c.err = c.result(code); !running || c.err != nil || !yield(&page) {
			return
		}
		C.crawler_page_finish(page.c, C.CRAWLER_FINISH_OK) // or the crawl would wait for a kept one
		page.Release()
	}
}

// What a hook said goes first: what the library says then is only its consequence.
func (c *Crawler) result(code C.int) error {
	said, thrown := c.said, c.panic
	c.said, c.panic = nil, nil
	if thrown != nil {
		panic(thrown)
	}
	if said != nil || code >= 0 {
		return said
	}
	if text := C.GoString(C.crawler_errmsg(c.c)); text != "" {
		return &Error{int(code), text}
	}
	return failure(code, "libcrawl")
}

func (c *Crawler) fail(message string) {
	text := C.CString(message)
	defer C.free(unsafe.Pointer(text))
	C.crawler_fail(c.c, text)
}

// Nothing of Go's unwinds the library, and after an error or a panic no hook runs.
func call(user unsafe.Pointer, hook func(*Crawler) (bool, error)) (verdict C.int) {
	c := cgo.Handle(*(*C.uintptr_t)(user)).Value().(*Crawler)
	if c.said != nil || c.panic != nil {
		return C.CRAWLER_REJECT
	}
	defer func() {
		c.panic = recover()
		if c.said != nil || c.panic != nil {
			c.fail("a hook failed")
			verdict = C.CRAWLER_REJECT
		}
	}()
	take, err := hook(c)
	if c.said = err; !take {
		return C.CRAWLER_REJECT
	}
	return C.CRAWLER_ACCEPT
}

//export goFilter
func goFilter(_ *C.crawler, req *C.crawler_request, user unsafe.Pointer) C.int {
	return call(user, func(c *Crawler) (bool, error) { return c.filter(Request{req}) })
}

//export goPage
func goPage(_ *C.crawler, borrowed *C.crawler_page, user unsafe.Pointer) C.int {
	page := &Page{borrowed}
	defer func() { page.c = nil }()
	return call(user, func(c *Crawler) (bool, error) { return true, c.page(page) })
}

//export goLinks
func goLinks(_ *C.crawler, p *C.crawler_page, verdicts *C.uint8_t, count C.size_t,
	user unsafe.Pointer) C.int {
	page := &Page{p}
	defer func() { page.c = nil }()
	return call(user, func(c *Crawler) (bool, error) {
		links := page.Links()
		err := c.links(page, links)
		answers := unsafe.Slice(verdicts, count)
		for i := range links {
			if !links[i].Follow {
				answers[i] = C.CRAWLER_REJECT
			}
		}
		return true, err
	})
}
