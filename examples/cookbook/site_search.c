/* SPDX-License-Identifier: MIT */
/* site_search.c - a search engine for one site: crawl it into SQLite's full-text index, ask that.
 *
 * LDLIBS: -lsqlite3
 * usage: site_search fill DATABASE URL [OPTION VALUE]...
 *        site_search find DATABASE QUERY
 *
 *   site_search fill site.db https://example.org/
 *   site_search find site.db 'lamp OR light*'     (the query language of FTS5)
 *
 * A page's text is that of its document without scripts and styles. Filling again replaces all.
 */
#include <crawl/crawler.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fill {
  sqlite3_stmt *insert;
  int pages;
  int failed; /* an error of SQLite, or out of memory: the crawl is stopped */
};

static int is_shown(const crawler_node *text)
{
  size_t bytes;
  const char *tag = crawler_node_tag(crawler_node_parent(text), &bytes);

  return !tag || !((bytes == 6 && memcmp(tag, "script", 6) == 0) ||
                   (bytes == 5 && (memcmp(tag, "style", 5) == 0 || memcmp(tag, "title", 5) == 0)));
}

/* Lines of the source are no lines of the text. */
static void print_words(FILE *out, const char *text)
{
  static const char blanks[] = " \t\r\n\f";

  for (text += strspn(text, blanks); *text; text += strspn(text, blanks)) {
    size_t bytes = strcspn(text, blanks);

    fprintf(out, "%.*s ", (int)bytes, text);
    text += bytes;
  }
}

/* What a reader sees of the page, to be freed; NULL: out of memory. */
static char *shown_text(const crawler_page *page)
{
  const crawler_node *root = crawler_page_root(page);
  char *text = NULL;
  size_t bytes = 0;
  FILE *out = open_memstream(&text, &bytes);

  if (!out)
    return NULL;
  for (const crawler_node *n = root; n; n = crawler_node_walk(n, root))
    if (crawler_node_text(n) && is_shown(n))
      print_words(out, crawler_node_text(n));
  if (fclose(out) != 0) {
    free(text);
    return NULL;
  }
  return text;
}

static int store(crawler *c, crawler_page *page, void *user)
{
  struct fill *fill = user;
  const char *title = crawler_page_title(page);
  char *text;

  if (crawler_page_status(page) != 200 || !crawler_page_root(page) || fill->failed)
    return 0;
  text = shown_text(page);
  if (!text || sqlite3_bind_text(fill->insert, 1, crawler_page_url(page), -1, SQLITE_STATIC) ||
      sqlite3_bind_text(fill->insert, 2, title ? title : "", -1, SQLITE_STATIC) ||
      sqlite3_bind_text(fill->insert, 3, text, -1, SQLITE_STATIC) ||
      sqlite3_step(fill->insert) != SQLITE_DONE) {
    fprintf(stderr, "site_search: %s: %s\n", crawler_page_url(page),
            text ? sqlite3_errmsg(sqlite3_db_handle(fill->insert)) : "out of memory");
    fill->failed = 1;
    crawler_stop(c);
  } else {
    fill->pages++;
  }
  sqlite3_reset(fill->insert);
  free(text);
  return 0;
}

static int crawl(struct fill *fill, int argc, char **argv)
{
  crawler *c = crawler_new();
  int err;

  if (!c)
    return CRAWLER_E_NOMEM;
  crawler_set_document(c, 1);
  for (int i = 4; i + 1 < argc; i += 2)
    crawler_set_option(c, argv[i], argv[i + 1]);
  crawler_on_page(c, store, fill);
  err = crawler_add(c, argv[3]);
  if (err == 0)
    err = crawler_run(c);
  if (err < 0)
    fprintf(stderr, "site_search: %s: %s\n", crawler_strerror(err), crawler_errmsg(c));
  crawler_free(c);
  return err;
}

/* One transaction: who searches meanwhile sees the old index, and where it fails it stays, since
 * closing the database undoes what wasn't committed. 0: done. */
static int fill_index(sqlite3 *db, int argc, char **argv)
{
  struct fill fill = { 0 };
  int is_ready = sqlite3_exec(db,
                              "BEGIN IMMEDIATE; DROP TABLE IF EXISTS pages;"
                              "CREATE VIRTUAL TABLE pages USING fts5(url UNINDEXED, title, text)",
                              NULL, NULL, NULL) == SQLITE_OK &&
                 sqlite3_prepare_v2(db, "INSERT INTO pages VALUES (?, ?, ?)", -1, &fill.insert,
                                    NULL) == SQLITE_OK;
  int err = is_ready ? crawl(&fill, argc, argv) : CRAWLER_OK;

  if (fill.insert)
    sqlite3_finalize(fill.insert);
  if (err < 0 || fill.failed)
    return 1; /* told already */
  if (is_ready && fill.pages == 0) {
    fputs("site_search: no pages could be fetched\n", stderr);
    return 1;
  }
  if (!is_ready || sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) {
    fprintf(stderr, "site_search: %s\n", sqlite3_errmsg(db));
    return 1;
  }
  printf("%d pages\n", fill.pages);
  return 0;
}

/* The ten best; a word of the title counts as five of the text. 0: done. */
static int find(sqlite3 *db, const char *query)
{
  sqlite3_stmt *select = NULL;
  int state = sqlite3_prepare_v2(db,
                                 "SELECT url, title, snippet(pages, 2, '[', ']', '...', 12)"
                                 " FROM pages(?) ORDER BY bm25(pages, 0, 5, 1) LIMIT 10",
                                 -1, &select, NULL);

  if (state == SQLITE_OK)
    state = sqlite3_bind_text(select, 1, query, -1, SQLITE_STATIC);
  while (state == SQLITE_OK || state == SQLITE_ROW) {
    state = sqlite3_step(select);
    if (state == SQLITE_ROW)
      printf("%s: %s\n  %s\n", sqlite3_column_text(select, 0), sqlite3_column_text(select, 1),
             sqlite3_column_text(select, 2));
  }
  if (state != SQLITE_DONE)
    fprintf(stderr, "site_search: %s\n", sqlite3_errmsg(db));
  sqlite3_finalize(select);
  return state != SQLITE_DONE;
}

int main(int argc, char **argv)
{
  sqlite3 *db = NULL;
  int status = 1;

  if (argc < 4 || (strcmp(argv[1], "fill") != 0 && strcmp(argv[1], "find") != 0)) {
    fputs("usage: site_search fill DATABASE URL [OPTION VALUE]...\n"
          "       site_search find DATABASE QUERY\n",
          stderr);
    return 2;
  }
  if (sqlite3_open(argv[2], &db) != SQLITE_OK)
    fprintf(stderr, "site_search: %s: %s\n", argv[2], sqlite3_errmsg(db));
  else
    status = strcmp(argv[1], "fill") == 0 ? fill_index(db, argc, argv) : find(db, argv[3]);
  sqlite3_close(db);
  return status;
}
