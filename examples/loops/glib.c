/* SPDX-License-Identifier: MIT */
/* glib.c - a crawl inside a program that runs on GLib's main loop, and has a timer of its own.
 *
 * usage: glib URL [OPTION VALUE]...
 */
#include <crawl/crawler.h>

#include <glib-unix.h>
#include <glib.h>
#include <stdio.h>

enum { TICK_MS = 5 };

struct adapter {
  crawler *c;
  GMainLoop *loop;
  GHashTable *sources; /* descriptor to the id of its source */
  guint timer;         /* id; 0: none */
};

/* ---- what the crawler asks of the loop ---- */

static gboolean on_ready(gint fd, GIOCondition condition, gpointer user)
{
  struct adapter *a = user;

  (void)crawler_fd_ready(
      a->c, fd,
      (condition & (G_IO_IN | G_IO_HUP | G_IO_ERR | G_IO_NVAL) ? CRAWLER_READ : 0) |
          (condition & (G_IO_OUT | G_IO_ERR | G_IO_NVAL) ? CRAWLER_WRITE : 0));
  return G_SOURCE_CONTINUE; /* of no effect where the call has taken the source away */
}

static int watch(crawler *c, int fd, int events, void *user)
{
  struct adapter *a = user;
  gpointer key = GINT_TO_POINTER(fd);
  guint id = GPOINTER_TO_UINT(g_hash_table_lookup(a->sources, key));
  GIOCondition condition = 0;

  (void)c;
  if (id != 0)
    g_source_remove(id);
  g_hash_table_remove(a->sources, key);
  if (events & CRAWLER_READ)
    condition |= G_IO_IN;
  if (events & CRAWLER_WRITE)
    condition |= G_IO_OUT;
  if (condition != 0) {
    id = g_unix_fd_add(fd, condition, on_ready, a);
    g_hash_table_insert(a->sources, key, GUINT_TO_POINTER(id));
  }
  return 0;
}

static gboolean on_timer(gpointer user)
{
  struct adapter *a = user;

  a->timer = 0; /* this one is done; the call may set another */
  (void)crawler_timer_fired(a->c);
  return G_SOURCE_REMOVE;
}

static int set_timer(crawler *c, int64_t ms, void *user)
{
  struct adapter *a = user;

  (void)c;
  if (a->timer != 0)
    g_source_remove(a->timer);
  a->timer = ms < 0 ? 0 : g_timeout_add((guint)MIN(ms, G_MAXINT), on_timer, a);
  return 0;
}

/* ---- the program ---- */

static int print_page(crawler *c, crawler_page *page, void *user)
{
  (void)c;
  (void)user;
  printf("%d %s\n", crawler_page_status(page), crawler_page_url(page));
  return 0;
}

static void over(crawler *c, void *user)
{
  (void)c;
  g_main_loop_quit(user);
}

static gboolean on_tick(gpointer user)
{
  ++*(gint64 *)user;
  return G_SOURCE_CONTINUE;
}

int main(int argc, char **argv)
{
  struct adapter a = { .c = crawler_new() };
  gint64 ticks = 0;
  int err;

  if (!a.c || argc < 2)
    return 2;
  a.loop = g_main_loop_new(NULL, FALSE);
  a.sources = g_hash_table_new(NULL, NULL);
  g_timeout_add(TICK_MS, on_tick, &ticks);
  for (int i = 2; i + 1 < argc; i += 2)
    crawler_set_option(a.c, argv[i], argv[i + 1]);
  crawler_on_page(a.c, print_page, NULL);
  crawler_on_done(a.c, over, a.loop);
  crawler_set_loop(a.c, watch, set_timer, &a);

  err = crawler_add(a.c, argv[1]);
  if (err == 0)
    err = crawler_start(a.c);
  if (err == 0) {
    g_main_loop_run(a.loop);
    printf("over: %s, after %lld ticks\n", crawler_ended(a.c), (long long)ticks);
  } else {
    fprintf(stderr, "glib: %s: %s\n", crawler_strerror(err), crawler_errmsg(a.c));
  }
  crawler_free(a.c); /* removes what is still watched */
  g_hash_table_unref(a.sources);
  g_main_loop_unref(a.loop);
  return err < 0;
}
