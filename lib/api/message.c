/* SPDX-License-Identifier: MIT */
/* message.c - what crawler_errmsg() says.
 *
 * One message a crawler, which any thread may leave: it is written and read with the lock held, and
 * read into a place of the reader's own, so that what was given out stays as it is.
 */
#include "api/crawler_impl.h"

void cr_message_join(char out[CR_ERRMSG_BYTES], const char *text, const char *detail)
{
  size_t room = CR_ERRMSG_BYTES - 1;
  size_t a = strlen(text);
  size_t b = detail ? strlen(detail) : 0;

  a = a < room ? a : room;
  memcpy(out, text, a);
  if (b > 0 && a + 2 < room) {
    memcpy(out + a, ": ", 2);
    a += 2;
    b = b < room - a ? b : room - a;
    memcpy(out + a, detail, b);
    a += b;
  }
  out[a] = '\0';
}

int cr_error(const crawler *c, int err, const char *text, const char *detail)
{
  crawler *own = (crawler *)(uintptr_t)c; /* a message changes nothing of the crawl */

  pthread_mutex_lock(&own->lock);
  cr_message_join(own->errmsg, text, detail);
  pthread_mutex_unlock(&own->lock);
  return err;
}

int cr_null(const crawler *c, const char *what)
{
  return cr_error(c, CRAWLER_E_INVAL, "an argument is NULL", what);
}

int cr_failed(const crawler *c, int err, const char *what)
{
  return err < 0 ? cr_error(c, err, crawler_strerror(err), what) : err;
}

int cr_url_failed(const crawler *c, int err, const char *url)
{
  const char *text = crawler_strerror(err);

  if (err == CRAWLER_E_URL)
    text = "not an absolute URL such as https://example.org/, or over 16 KB";
  else if (err == CRAWLER_E_SCHEME)
    text = "a URL must begin with http:// or https://";
  if (err < 0) /* what stands before an @ may be a password */
    (void)cr_error(c, err, text, strchr(url, '@') ? NULL : url);
  return err;
}

const char *crawler_errmsg(const crawler *c)
{
  crawler *own = (crawler *)(uintptr_t)c;

  if (!c)
    return "";
  pthread_mutex_lock(&own->lock);
  memcpy(own->told, own->errmsg, sizeof(own->told));
  pthread_mutex_unlock(&own->lock);
  return own->told;
}
