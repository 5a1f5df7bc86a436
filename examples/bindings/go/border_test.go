// SPDX-License-Identifier: MIT

package libcrawl

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sort"
	"strings"
	"testing"
	"time"
)

const (
	borderLinks  = 200 // of a page
	borderRounds = 400
)

func borderHTML(round int) string {
	var html strings.Builder
	for i := 0; i < borderLinks; i++ {
		fmt.Fprintf(&html, "<li><a href=\"/section/%d/article-%d.html\">An article</a>\n", round, i)
	}
	return html.String()
}

func borderPage(t *testing.T, round int) *Page {
	page, err := NewDocument("https://www.example.org/", "text/html", []byte(borderHTML(round)))
	must(t, err)
	t.Cleanup(page.Release)
	return page
}

var sawBytes int // so that nothing is optimised away

// The ways to see every link of a page as a string of Go's.
func bulk(page *Page) {
	for _, link := range page.Links() {
		sawBytes += len(link.URL)
	}
}

func oneByOne(page *Page) {
	for i := 0; i < borderLinks; i++ {
		sawBytes += len(page.LinkURL(i))
	}
}

// ... and what Go alone needs for as many bytes.
func split(*Page) {
	for _, url := range strings.Split(borderText, "\x00") {
		sawBytes += len(url)
	}
}

var (
	borderText string
	ways       = []func(*Page){bulk, oneByOne, split}
)

// times are those of one way, in many rounds.
type times []time.Duration

func (t *times) add(work func()) {
	begun := time.Now()
	work()
	*t = append(*t, time.Since(begun))
}

func (t times) median() time.Duration {
	sort.Slice(t, func(i, j int) bool { return t[i] < t[j] })
	return t[len(t)/2]
}

// Each way has pages of its own, of which nobody has asked for links before, and is at it directly
// after the page was made: what comes first finds the caches cold.
func inDocuments(t *testing.T) (first, again []times) {
	first, again = make([]times, len(ways)), make([]times, len(ways))
	for round := 0; round < borderRounds*len(ways); round++ {
		page := borderPage(t, round)
		way := round % len(ways)
		first[way].add(func() { ways[way](page) })
		again[way].add(func() { ways[way](page) })
	}
	return first, again
}

func inHooks(t *testing.T) []times {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, borderHTML(len(r.URL.Path)))
	}))
	defer server.Close()
	crawler, err := New()
	must(t, err)
	defer crawler.Close()
	for _, option := range []string{"own_server", "allow_private"} {
		must(t, crawler.Set(option, "1"))
	}
	must(t, crawler.Set("max_depth", "0"))
	for round := 0; round < borderRounds*len(ways); round++ {
		must(t, crawler.Add(fmt.Sprintf("%s/%d", server.URL, round)))
	}
	took := make([]times, len(ways))
	pages := 0
	crawler.OnPage(func(page *Page) error {
		way := pages % len(ways)
		took[way].add(func() { ways[way](page) })
		pages++
		return nil
	})
	must(t, crawler.Run())
	expect(t, pages == borderRounds*len(ways), "pages are missing")
	return took
}

// Seeing all links in bulk against splitting as many bytes in Go, and against asking for one after
// the other; go test -v shows the figures. Of a document the library makes a link's URL when it is
// first asked for, which "document, first" has in it; in a crawl it is made before the hook.
func TestBorderCrossing(t *testing.T) {
	var urls []string
	page := borderPage(t, 0)
	for i, link := range page.Links() {
		urls = append(urls, link.URL)
		expect(t, link.URL == page.LinkURL(i), "both ways say the same")
	}
	expect(t, len(urls) == borderLinks, "all links")
	borderText = strings.Join(urls, "\x00")
	t.Logf("%d links, %d bytes; medians of %d rounds", borderLinks, len(borderText), borderRounds)
	first, again := inDocuments(t)
	report(t, "document, first", first)
	report(t, "document, again", again)
	bulk, single := report(t, "in a hook, first", inHooks(t))
	expect(t, 2*bulk < single, "bulk isn't much faster than one by one")
}

func report(t *testing.T, what string, took []times) (bulk, single time.Duration) {
	bulk, single = took[0].median(), took[1].median()
	split := took[2].median()
	t.Logf("%-16s split %v; bulk %v, %.1f splits; one by one %v, %.1f bulks", what, split, bulk,
		float64(bulk)/float64(split), single, float64(single)/float64(bulk))
	return bulk, single
}
