// SPDX-License-Identifier: MIT

package libcrawl

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// Where examples/serve.c serves the bundled site.
var site = os.Getenv("SITE")

func crawlerOfSite(t *testing.T) *Crawler {
	t.Helper()
	if site == "" {
		t.Fatal("SITE: the address of the bundled site")
	}
	crawler, err := New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(crawler.Close)
	must(t, crawler.Set("own_server", "1"))
	must(t, crawler.Set("allow_private", "1"))
	must(t, crawler.Add(site))
	return crawler
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, holds bool, what string) {
	t.Helper()
	if !holds {
		t.Error(what)
	}
}

// A URL's path on the site, without its leading slash.
func pathOf(url string) string { return strings.TrimPrefix(url, site) }

const ( // of enum crawler_stat
	statQueued    = 1
	statFetched   = 3
	statAttempts  = 12
	statTransfers = 18
)

func TestPagesGivesEveryPageWithStatusURLAndBody(t *testing.T) {
	crawler := crawlerOfSite(t)
	seen := map[string]int{}
	missing := 0
	crawler.Pages(func(page *Page) bool {
		seen[pathOf(page.URL())]++
		expect(t, len(page.Body()) > 0, page.URL()+" has no body")
		if page.Status() == 404 {
			missing++
		}
		if page.URL() == site {
			expect(t, page.Status() == 200, "the front page is 200")
			expect(t, page.Title() != "" && strings.Contains(page.Text(), page.Title()), "title")
			expect(t, page.Header("content-TYPE") == "text/html", page.Header("content-type"))
			expect(t, page.Header("no-such-header") == "", "a header that isn't there")
		}
		return true
	})
	must(t, crawler.Err())
	expect(t, crawler.Ended() == "complete", crawler.Ended())
	expect(t, seen[""] == 1 && seen["birds/list/tern.html"] == 1, "pages are missing")
	expect(t, seen["private/logbook.html"] == 0, "robots.txt says no")
	expect(t, missing > 0, "a broken link is a page, too")
	expect(t, crawler.Stat(statFetched) == int64(len(seen)), "a page came twice, or never")
}

func TestPagesCanBeKept(t *testing.T) {
	crawler := crawlerOfSite(t)
	var kept []*Page
	var borrowed *Page
	crawler.Pages(func(page *Page) bool {
		kept = append(kept, page.Keep())
		borrowed = page
		return true
	})
	must(t, crawler.Err())
	crawler.Close()
	expect(t, len(kept) > 20 && len(kept[0].Links()) > 5, "kept pages can be read")
	for _, page := range kept {
		page.Release()
	}
	defer func() { expect(t, recover() != nil, "a page that isn't kept can't be read") }()
	borrowed.URL()
}

func TestFilterRefusesURLsAndTheyAreNotFetched(t *testing.T) {
	crawler := crawlerOfSite(t)
	refused, fetched := map[string]bool{}, map[string]bool{}
	crawler.OnFilter(func(req Request) (bool, error) {
		take := !strings.HasPrefix(pathOf(req.URL()), "birds/")
		if !take {
			refused[pathOf(req.URL())] = true
		}
		return take, nil
	})
	crawler.OnPage(func(page *Page) error {
		fetched[pathOf(page.URL())] = true
		return nil
	})
	must(t, crawler.Run())
	expect(t, refused["birds/"], "birds/ was asked about")
	expect(t, fetched[""] && fetched["tides/table.html"], "the rest is fetched")
	for path := range fetched {
		expect(t, !strings.HasPrefix(path, "birds/"), path)
	}
	// The robots.txt is an attempt, and each page: nothing else was asked for.
	expect(t, crawler.Stat(statAttempts) == int64(1+len(fetched)), "something else was asked for")
}

func TestLinksComeInBulkAndCanBeLeft(t *testing.T) {
	crawler := crawlerOfSite(t)
	front, fetched := map[string]bool{}, map[string]bool{}
	crawler.OnLinks(func(page *Page, links []Link) error {
		for i, link := range links {
			if page.URL() == site {
				front[pathOf(link.URL)] = true
			}
			links[i].Follow = link.URL != site+"map.html"
			expect(t, link.Kind > 0, "a kind")
		}
		return nil
	})
	crawler.Pages(func(page *Page) bool {
		fetched[pathOf(page.URL())] = true
		return true
	})
	must(t, crawler.Err())
	expect(t, len(front) > 5 && front["map.html"] && front["tides/"], "the front page's links")
	expect(t, fetched["tides/"] && !fetched["map.html"], "one of them was left")
}

func TestErrorsHaveTheLibrarysMessage(t *testing.T) {
	crawler, err := New()
	must(t, err)
	defer crawler.Close()
	var failed *Error
	err = crawler.Add("http://[nowhere")
	expect(t, errors.As(err, &failed) && failed.Code == -5, "CRAWLER_E_URL")
	expect(t, strings.HasPrefix(err.Error(), "not an absolute URL"), err.Error())
	option := crawler.Set("no_such_option", "1")
	expect(t, errors.As(option, &failed) && failed.Code == -8, "CRAWLER_E_OPTION")
	expect(t, strings.Contains(option.Error(), "no_such_option"), option.Error())
	err = crawler.Run() // it is remembered
	expect(t, err != nil && err.Error() == option.Error(), "the first failed setting")
	_, err = NewDocument("nowhere", "text/html", nil)
	expect(t, errors.As(err, &failed) && failed.Code == -5, "CRAWLER_E_URL of a document")
}

func TestLeavingTheLoopEndsTheCrawl(t *testing.T) {
	crawler := crawlerOfSite(t)
	pages := 0
	crawler.Pages(func(page *Page) bool {
		pages++
		return pages < 2
	})
	must(t, crawler.Err())
	expect(t, pages == 2, "two pages")
	expect(t, crawler.Ended() == "canceled", crawler.Ended())
	expect(t, crawler.Stat(statTransfers) == 0, "something is in flight")
	expect(t, crawler.Stat(statQueued) > 0, "nothing is left")
	must(t, crawler.Run()) // at rest, it can go on
	expect(t, crawler.Ended() == "complete", crawler.Ended())
}

func TestAHooksErrorReachesTheCaller(t *testing.T) {
	mine := errors.New("not this one")
	for _, pulled := range []bool{false, true} {
		crawler := crawlerOfSite(t)
		calls := 0
		crawler.OnFilter(func(req Request) (bool, error) {
			if req.Depth() == 0 {
				return true, nil
			}
			calls++
			return true, mine
		})
		var err error
		if pulled {
			crawler.Pages(func(page *Page) bool { return true })
			err = crawler.Err()
		} else {
			err = crawler.Run()
		}
		expect(t, err == mine, "the hook's own error")
		expect(t, calls == 1, "no hook after that")
		expect(t, crawler.Stat(statTransfers) == 0, "something is in flight")
	}
}

func TestAHooksPanicReachesTheCaller(t *testing.T) {
	for _, pulled := range []bool{false, true} {
		crawler := crawlerOfSite(t)
		crawler.OnLinks(func(page *Page, links []Link) error { panic("not this one") })
		func() {
			defer func() { expect(t, recover() == "not this one", "the hook's own panic") }()
			if pulled {
				crawler.Pages(func(page *Page) bool { return true })
			} else {
				crawler.Run()
			}
		}()
		expect(t, crawler.Stat(statTransfers) == 0, "something is in flight")
	}
}
