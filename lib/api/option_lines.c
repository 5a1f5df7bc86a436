/* SPDX-License-Identifier: MIT */
/* option_lines.c - options that are lines, of which each set adds one: header, header_for,
 * credentials.
 *
 * The value of such an option is all its lines, each ended by LF, as crawler_get_option() gives
 * them; they can be set in one text as well.
 */
#include "api/crawler_impl.h"

struct line_option {
  const char *name;
  int kind; /* enum cr_host_line_kind; -1: of no host */
  size_t most;
};

static const struct line_option options[] = {
  { "header", -1, CR_OPTION_MAX_HEADERS },
  { "header_for", CR_HOST_LINE_HEADER, CR_HOST_LINES_MAX },
  { "credentials", CR_HOST_LINE_CREDENTIALS, CR_HOST_LINES_MAX },
};

static const struct line_option *find(const char *name)
{
  for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
    if (strcmp(options[i].name, name) == 0)
      return &options[i];
  return NULL;
}

size_t cr_lines_most(const char *name)
{
  const struct line_option *option = find(name);

  return option ? option->most : 0;
}

static size_t count_lines(const char *lines)
{
  size_t count = 0;

  while (*lines) {
    lines += strcspn(lines, "\n");
    lines += *lines == '\n';
    count++;
  }
  return count;
}

static bool are_header_lines(const char *lines)
{
  while (*lines) {
    size_t len = strcspn(lines, "\n");

    if (!cr_is_header_line(cr_span(lines, len)))
      return false;
    lines += len + (lines[len] == '\n');
  }
  return true;
}

/* The lines joined to those before them; "" takes all away. NULL: out of memory. */
static char *join(crawler *c, const char *old, const char *lines)
{
  size_t len = strlen(lines);
  size_t kept = len > 0 ? strlen(old) : 0;
  char *joined = cr_alloc(&c->home->mem, CR_MEM_CORE, kept + len + 2);
  size_t at = kept + len;

  if (!joined)
    return NULL;
  memcpy(joined, old, kept);
  memcpy(joined + kept, lines, len);
  if (len > 0 && lines[len - 1] != '\n')
    joined[at++] = '\n';
  joined[at] = '\0';
  return joined;
}

int cr_lines_add(crawler *c, const char *name, const char *old, const char *lines, char **out)
{
  const struct line_option *option = find(name);
  char *joined;
  int err = 0;

  if (option->kind < 0 && !are_header_lines(lines))
    return CRAWLER_E_VALUE;
  if (count_lines(lines) > 0 && count_lines(old) + count_lines(lines) > option->most)
    return CRAWLER_E_LIMIT;
  joined = join(c, old, lines);
  if (!joined)
    return CRAWLER_E_NOMEM;
  if (option->kind >= 0)
    err = cr_set_host_lines(&c->shard, (enum cr_host_line_kind)option->kind, joined);
  if (err < 0)
    cr_free(&c->home->mem, joined);
  else
    *out = joined;
  return err;
}

/* ---- the setters ---- */

/* "PATTERN first" and, with mark before it, second. */
static int set_for(crawler *c, const char *name, const char *const parts[3], const char *mark)
{
  size_t bytes = strlen(parts[0]) + strlen(parts[1]) + strlen(parts[2]) + 3;
  char *text = cr_alloc(&c->home->mem, CR_MEM_CORE, bytes);
  size_t at = 0;
  int err;

  if (!text)
    return cr_error(c, CRAWLER_E_NOMEM, "out of memory for option", name);
  const char *const pieces[] = { parts[0], " ", parts[1], mark, parts[2] };
  for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
    memcpy(text + at, pieces[i], strlen(pieces[i]));
    at += strlen(pieces[i]);
  }
  text[at] = '\0';
  err = cr_set_text(c, name, text);
  cr_free(&c->home->mem, text);
  return err;
}

int crawler_set_header_for(crawler *c, const char *pattern, const char *line)
{
  if (!c)
    return CRAWLER_E_INVAL;
  if (!pattern || !line)
    return cr_set_text(c, "header_for", NULL); /* refuses it */
  if (strchr(pattern, ' '))
    return cr_refuse_value(c, "header_for", "a pattern has no space in it");
  return set_for(c, "header_for", (const char *const[]){ pattern, line, "" }, "");
}

int crawler_set_credentials(crawler *c, const char *pattern, const char *user, const char *password)
{
  if (!c)
    return CRAWLER_E_INVAL;
  if (!pattern || !user || !password)
    return cr_set_text(c, "credentials", NULL);
  if (strchr(pattern, ' ') || strchr(user, ':'))
    return cr_refuse_value(c, "credentials", "a pattern has no space in it, and a user no colon");
  return set_for(c, "credentials", (const char *const[]){ pattern, user, password }, ":");
}
