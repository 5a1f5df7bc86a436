/* SPDX-License-Identifier: MIT */
/* scenario_site.c - the site of a scenario, served from 127.0.0.1.
 *
 * The servers answer from pages that are complete before the first request is sent.
 */
#include "conformance/scenario_site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct cr_span put_in(struct cr_arena *arena, struct cr_span text, const char *mark,
                             int port)
{
  size_t mark_len = strlen(mark);
  char *out = cr_arena_bytes(arena, text.len + 1); /* a port is shorter than its mark */
  size_t len = 0;

  assert_non_null(out);
  for (size_t i = 0; i < text.len;)
    if (text.len - i >= mark_len && memcmp(text.at + i, mark, mark_len) == 0) {
      len += (size_t)snprintf(out + len, 6, "%d", port);
      i += mark_len;
    } else {
      out[len++] = text.at[i++];
    }
  out[len] = '\0';
  return cr_span(out, len);
}

static struct cr_span put_all(const struct cr_scenario_site *sites, struct cr_arena *arena,
                              struct cr_span text)
{
  text = put_in(arena, text, "{{port}}", cr_site_port(sites[0].server));
  text = put_in(arena, text, "{{port2}}", cr_site_port(sites[1].server));
  return put_in(arena, text, "{{sslport}}", sites[0].tls.port);
}

const char *cr_scenario_put_ports(const struct cr_scenario_site sites[CR_SCENARIO_SITES],
                                  struct cr_arena *arena, struct cr_span text)
{
  return put_all(sites, arena, text).at;
}

const char *cr_scenario_path(struct cr_arena *arena, const char *path)
{
  char *out = cr_arena_bytes(arena, 3 * strlen(path) + 1);
  char *at = out;

  assert_non_null(out);
  for (; *path; path++)
    if ((unsigned char)*path > ' ' && (unsigned char)*path < 0x7f)
      *at++ = *path;
    else
      at += snprintf(at, 4, "%%%02X", (unsigned char)*path);
  *at = '\0';
  return out;
}

/* Without headers: what a server makes of a name's ending. */
static const char *usual_type(const char *path)
{
  size_t len = strcspn(path, "?");

  if ((len >= 5 && memcmp(path + len - 5, ".html", 5) == 0) || (len > 0 && path[len - 1] == '/'))
    return "Content-Type: text/html\n";
  return "Content-Type: text/plain\n";
}

static const char *headers_of(const struct cr_scenario_site *sites, struct cr_arena *arena,
                              const struct cr_json *row, const char *path)
{
  const struct cr_json *line = cr_json_get(row, "headers");
  size_t bytes = 1;
  char *out;
  size_t len = 0;

  if (cr_json_len(line) == 0)
    return sites[0].is_untyped ? "Content-Type: \n" : usual_type(path);
  for (size_t i = 0; i < cr_json_len(line); i++)
    bytes += cr_json_at(line, i)->text.len + 1;
  out = cr_arena_bytes(arena, bytes);
  assert_non_null(out);
  for (size_t i = 0; i < cr_json_len(line); i++)
    len += (size_t)snprintf(out + len, bytes - len, "%s\n", cr_json_at(line, i)->text.at);
  return cr_scenario_put_ports(sites, arena, cr_span(out, len));
}

static void fill(struct cr_scenario_site *sites, struct cr_scenario_site *site,
                 const struct cr_json *rows, struct cr_jsonl *lines)
{
  struct cr_arena *arena = &lines->arena;

  site->rows = rows;
  site->pages = cr_arena_zalloc(arena, (cr_json_len(rows) + 1) * sizeof(*site->pages));
  assert_non_null(site->pages);
  for (size_t i = 0; i < cr_json_len(rows); i++) {
    const struct cr_json *row = cr_json_at(rows, i);
    const struct cr_json *body = cr_json_get(row, "body");
    struct cr_site_page *page = &site->pages[i];
    struct cr_span text = body && body->type == CR_JSON_OBJECT ? cr_json_bytes(lines, body, "")
                                                               : cr_json_span(row, "body");

    assert_true(cr_json_has(row, "path"));
    page->path = cr_scenario_path(arena, cr_json_text(row, "path"));
    page->status = (int)cr_json_int(row, "status", 200);
    page->headers = headers_of(sites, arena, row, page->path);
    text = put_all(sites, arena, text);
    page->body = text.at;
    page->bytes = text.len;
  }
  site->count = cr_json_len(rows);
}

const struct cr_site_page *cr_scenario_page(const struct cr_scenario_site *site, const char *path)
{
  static const char index[] = "index.html";
  size_t len = strlen(path);

  for (size_t i = 0; i < site->count; i++)
    if (strcmp(site->pages[i].path, path) == 0)
      return &site->pages[i];
  for (size_t i = 0; i < site->count && len > 0 && path[len - 1] == '/'; i++)
    if (strncmp(site->pages[i].path, path, len) == 0 &&
        strcmp(site->pages[i].path + len, index) == 0)
      return &site->pages[i];
  return NULL;
}

static int answer(const struct cr_site_request *request, struct cr_site_page *page, void *user)
{
  const struct cr_site_page *found = cr_scenario_page(user, request->path);

  if (!found)
    return 0;
  *page = *found;
  return 1;
}

static bool names_tls(const struct cr_json *rows)
{
  for (size_t i = 0; i < cr_json_len(rows); i++) {
    const char *body = cr_json_text(cr_json_at(rows, i), "body");

    if (body && strstr(body, "{{sslport}}"))
      return true;
  }
  return false;
}

void cr_scenario_sites_start(struct cr_scenario_site sites[CR_SCENARIO_SITES],
                             const struct cr_json *row, struct cr_jsonl *lines)
{
  const struct cr_json *rows[CR_SCENARIO_SITES] = { cr_json_get(row, "site"),
                                                    cr_json_get(row, "site2") };

  for (size_t i = 0; i < CR_SCENARIO_SITES; i++) {
    sites[i] = (struct cr_scenario_site){ 0 };
    sites[i].server =
        cr_site_start(&(struct cr_site_config){ .answer = answer, .user = &sites[i] });
  }
  sites[0].is_untyped = strncmp(cr_json_text(row, "id"), "wget2/", 6) == 0;
  if (names_tls(rows[0]))
    cr_tls_server_start(&sites[0].tls);
  for (size_t i = 0; i < CR_SCENARIO_SITES; i++) {
    fill(sites, &sites[i], rows[i], lines);
    (void)cr_site_total(sites[i].server); /* its lock makes the pages known to its thread */
  }
}

void cr_scenario_sites_stop(struct cr_scenario_site sites[CR_SCENARIO_SITES])
{
  if (sites[0].tls.port)
    cr_tls_server_stop(&sites[0].tls);
  for (size_t i = 0; i < CR_SCENARIO_SITES; i++)
    cr_site_stop(sites[i].server);
}
