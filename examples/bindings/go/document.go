// SPDX-License-Identifier: MIT

package libcrawl

// #include <crawl/crawler.h>
import "C"

import "unsafe"

// NewDocument reads a page from memory, as a crawl would. It is the caller's to Release.
func NewDocument(url, contentType string, data []byte) (*Page, error) {
	page := &Page{}
	bytes := unsafe.Pointer(cText(string(data)))
	err := C.crawler_document_new(&page.c, cText(url), cText(contentType), bytes,
		C.size_t(len(data)), nil)
	if err < 0 {
		return nil, &Error{int(err), C.GoString(C.crawler_strerror(err)) + ": " + url}
	}
	return page, nil
}

// LinkURL is the URL of one link: for a few of them. For all of them see Links.
func (p *Page) LinkURL(i int) string {
	return C.GoString(C.crawler_link_url(C.crawler_page_link(p.get(), C.size_t(i))))
}
