/* SPDX-License-Identifier: MIT */
/* test_maze.c - the pages of a maze for crawlers, served and crawled: each static target is asked.
 *
 * Rows of data/html/crawl-maze-pages.jsonl: the front page links to every page, with links of all
 * kinds followed, and each page's targets have to be asked for once. Those that a script makes are
 * left out. $CONFORMANCE/html/crawl-maze-pages.jsonl may hold others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/conformance.h"
#include "support/crawl_rig.h"
#include "support/jsonl.h"
#include "support/oom.h"
#include "support/site_server.h"

enum { MAX_PAGES = 256, MAX_TARGETS = 4 * MAX_PAGES, FRONT_BYTES = 64 << 10 };

struct maze {
  struct cr_mem mem;
  struct cr_arena texts;
  struct cr_site_page pages[MAX_PAGES];
  size_t page_count;
  const char *targets[MAX_TARGETS];
  size_t target_count;
  size_t left_out;
  char front[FRONT_BYTES];
};

static const char *keep(struct maze *maze, struct cr_span text)
{
  const char *copy = cr_arena_strndup(&maze->texts, text.at, text.len);

  assert_non_null(copy);
  return copy;
}

static void add_page(struct maze *maze, const struct cr_json *row, size_t *front_bytes)
{
  const struct cr_json *expected = cr_json_get(row, "expected");
  struct cr_site_page *page = &maze->pages[maze->page_count++];

  assert_true(maze->page_count < MAX_PAGES);
  page->path = keep(maze, cr_json_span(row, "path"));
  page->body = keep(maze, cr_json_span(row, "html"));
  *front_bytes += (size_t)snprintf(maze->front + *front_bytes, FRONT_BYTES - *front_bytes,
                                   "<a href=\"%s\">x</a>\n", page->path);
  assert_true(*front_bytes < FRONT_BYTES);
  for (size_t i = 0; i < cr_json_len(expected); i++) {
    assert_true(maze->target_count < MAX_TARGETS);
    maze->targets[maze->target_count++] = keep(maze, cr_json_at(expected, i)->text);
  }
}

static void read_maze(struct maze *maze, const char *path)
{
  struct cr_jsonl lines;
  const struct cr_json *row;
  size_t front_bytes = 0;

  cr_test_mem_init(&maze->mem);
  cr_arena_init(&maze->texts, &maze->mem, CR_MEM_CORE, 4096, 0);
  maze->pages[maze->page_count++] = (struct cr_site_page){ .path = "/", .body = maze->front };
  cr_jsonl_open(&lines, path);
  while ((row = cr_jsonl_next(&lines)))
    if (cr_json_bool(row, "needs_script", false))
      maze->left_out++;
    else
      add_page(maze, row, &front_bytes);
  cr_jsonl_close(&lines);
}

static void crawl(struct cr_crawl_rig *rig, struct cr_site_server *site)
{
  cr_crawl_open(rig, CR_WAY_ANY);
  assert_int_equal(crawler_set_links(rig->c, "all"), 0);
  cr_crawl_add(rig, cr_site_url(site, "/"));
  assert_int_equal(cr_crawl_drive(rig), 0);
  assert_int_equal(crawler_is_complete(rig->c), 1);
}

static void check_maze(const char *path)
{
  static struct maze maze;
  struct cr_site_server *site;
  struct cr_crawl_rig rig;
  size_t missed = 0;

  maze = (struct maze){ .page_count = 0 };
  read_maze(&maze, path);
  site = cr_site_start_pages(maze.pages, maze.page_count);
  crawl(&rig, site);
  for (size_t i = 0; i < maze.page_count; i++)
    assert_int_equal(cr_site_count(site, maze.pages[i].path), 1);
  for (size_t i = 0; i < maze.target_count; i++)
    if (cr_site_count(site, maze.targets[i]) != 1) {
      print_error("%s: asked for %zu times\n", maze.targets[i],
                  cr_site_count(site, maze.targets[i]));
      missed++;
    }
  print_message("%zu pages, %zu targets, %zu missed; %zu pages need a script\n",
                maze.page_count - 1, maze.target_count, missed, maze.left_out);
  cr_crawl_close(&rig);
  cr_site_stop(site);
  cr_arena_free(&maze.texts);
  cr_test_mem_done(&maze.mem);
  assert_true(maze.target_count > 0);
  assert_int_equal(missed, 0);
}

static void each_static_target_is_asked_for_once(void **state)
{
  (void)state;
  check_maze("html/crawl-maze-pages.jsonl");
}

static void so_are_those_of_another_list(void **state)
{
  char path[CR_CONFORMANCE_PATH_BYTES];
  (void)state;

  if (!cr_conformance_path("html/crawl-maze-pages.jsonl", path))
    skip();
  check_maze(path);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_static_target_is_asked_for_once),
    cmocka_unit_test(so_are_those_of_another_list),
  };

  return cmocka_run_group_tests_name("maze", tests, NULL, NULL);
}
