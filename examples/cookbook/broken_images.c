/* SPDX-License-Identifier: MIT */
/* broken_images.c - find images that pages show and that can't be had, on whatever host they are.
 *
 * Broken is what can't be fetched, has a status of 400 or more, or is no image: many servers send a
 * page that says "not found" with status 200. Each image is asked for once, and told with the first
 * page that shows it. One that pages also lead to, by a URL without an image's extension, may be
 * fetched as a page, and isn't judged then.
 *
 * usage: broken_images URL [OPTION VALUE]...
 */
#include <crawl/crawler.h>

#include <stdio.h>
#include <string.h>

struct report {
  int images;
  int broken;
};

/* Pages may lead to them, too; a URL is fetched once, and these shall be so as images. */
static const char IMAGES[] = "png,jpg,jpeg,gif,webp,avif,svg,ico,bmp";

/* As a requisite an image passes robots.txt and politeness, but is no page of the crawl: neither
 * scope nor limits of pages hold for it. It has no referrer: the page travels with it by name. */
static int ask_for(crawler *c, const char *url, const char *page)
{
  crawler_request *req;
  int err = crawler_request_new(c, &req, url);

  if (err < 0) /* out of memory, or not http(s), such as a data: URL */
    return err == CRAWLER_E_NOMEM ? err : CRAWLER_OK;
  if (crawler_request_set_kind(req, CRAWLER_KIND_REQUISITE) < 0 ||
      crawler_request_set_meta(req, "page", page) < 0) {
    crawler_request_free(req);
    return CRAWLER_E_NOMEM;
  }
  return crawler_submit(c, req); /* known already: that is no error */
}

static int find_images(crawler *c, crawler_page *page, void *user)
{
  (void)user;
  for (size_t i = 0; i < crawler_page_link_count(page); i++) {
    const crawler_link *link = crawler_page_link(page, i);

    if (link && crawler_link_kind_of(link) != CRAWLER_LINK_IMAGE)
      continue;
    if (!link || ask_for(c, crawler_link_url(link), crawler_page_url(page)) < 0) {
      fputs("broken_images: out of memory\n", stderr);
      crawler_stop(c);
      break;
    }
  }
  return 0;
}

static int is_image(const crawler_page *page)
{
  return strncmp(crawler_page_mime(page), "image/", 6) == 0;
}

static void judge(crawler *c, const crawler_request *req, crawler_outcome outcome,
                  crawler_reason reason, const crawler_page *page, void *user)
{
  struct report *report = user;
  const char *shown_on = crawler_request_meta(req, "page");

  (void)c;
  if (crawler_request_kind(req) != CRAWLER_KIND_REQUISITE || outcome == CRAWLER_REDIRECTED)
    return; /* where a redirect leads to is judged by itself */
  report->images++;
  if (outcome == CRAWLER_FETCHED && crawler_page_status(page) < 400 && is_image(page))
    return;
  report->broken++;
  printf("%s\n  on %s: ", crawler_request_url(req), shown_on ? shown_on : "(unknown)");
  if (outcome != CRAWLER_FETCHED)
    printf("%s\n", crawler_reason_name(reason));
  else if (crawler_page_status(page) >= 400)
    printf("%d\n", crawler_page_status(page));
  else
    printf("is %s\n", *crawler_page_mime(page) ? crawler_page_mime(page) : "of an unknown type");
}

int main(int argc, char **argv)
{
  struct report report = { 0 };
  crawler *c = crawler_new();
  int err;

  if (!c || argc < 2) {
    fputs("usage: broken_images URL [OPTION VALUE]...\n", stderr);
    crawler_free(c);
    return 2;
  }
  crawler_set_deny_extensions(c, IMAGES); /* of pages: it doesn't hold for requisites */
  for (int i = 2; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  crawler_on_page(c, find_images, NULL);
  crawler_on_outcome(c, judge, &report);
  err = crawler_add(c, argv[1]);
  if (err == 0)
    err = crawler_run(c);
  if (err < 0)
    fprintf(stderr, "broken_images: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  else
    printf("%d images, %d broken\n", report.images, report.broken);
  crawler_free(c);
  return err < 0;
}
