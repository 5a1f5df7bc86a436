/* SPDX-License-Identifier: MIT */
/* options.c - every option by its name, from one table.
 *
 * The typed setters (setters.c), text values, defaults and help all come from the rows of
 * options.def. A value is checked once, here.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/crawler_impl.h"
#include "fetch/resolve.h"
#include "fetch/source.h"
#include "filter/lists.h"
#include "filter/scope.h"
#include "parse/parse.h"
#include "robots/robots.h"
#include "url/referrer.h"

enum type { BOOL, INT, DURATION, SIZE, TEXT, LIST };
enum when { START, ANY };

/* The texts of all rows in one block, and in a row where each begins: a pointer would cost the
 * shared library 32 bytes, with its relocation. */
static const struct words {
#define OPT(name, type, initial, least, most, when, help) \
  char name_##name[sizeof(#name)];                        \
  char initial_##name[sizeof(initial)];                   \
  char help_##name[sizeof(help)];
#include "api/options.def"
#undef OPT
} words = {
#define OPT(name, type, initial, least, most, when, help) #name, initial, help,
#include "api/options.def"
#undef OPT
};

struct row {
  uint16_t name, initial, help; /* in words */
  uint16_t offset;              /* in struct cr_settings */
  uint8_t type;                 /* enum type */
  uint8_t when;                 /* enum when */
  int64_t least, most;
};

_Static_assert(sizeof(struct words) <= UINT16_MAX, "a row says where its texts are in 16 bits");
_Static_assert(sizeof(struct cr_settings) <= UINT16_MAX, "and its setting");

static const struct row rows[] = {
#define OPT(name, type, initial, least, most, when, help) \
  { offsetof(struct words, name_##name),                  \
    offsetof(struct words, initial_##name),               \
    offsetof(struct words, help_##name),                  \
    offsetof(struct cr_settings, name),                   \
    type,                                                 \
    when,                                                 \
    least,                                                \
    most },
#include "api/options.def"
#undef OPT
};

#define ROWS (sizeof(rows) / sizeof(*rows))

static const char *text_at(uint16_t at)
{
  return (const char *)&words + at;
}

static const char *name_of(const struct row *row)
{
  return text_at(row->name);
}

static const struct row *find(const char *name)
{
  for (size_t i = 0; name && i < ROWS; i++)
    if (strcmp(name_of(&rows[i]), name) == 0)
      return &rows[i];
  return NULL;
}

static bool is_text(const struct row *row)
{
  return row->type == TEXT || row->type == LIST;
}

static int64_t *number_of(crawler *c, const struct row *row)
{
  return (int64_t *)(void *)((char *)&c->settings + row->offset);
}

static char **text_of(crawler *c, const struct row *row)
{
  return (char **)(void *)((char *)&c->settings + row->offset);
}

/* ---- errors ---- */

static int fail(crawler *c, int err, const char *text, const char *detail)
{
  if (c->setting_error == 0) {
    c->setting_error = err;
    cr_message_join(c->setting_errmsg, text, detail);
  }
  return cr_error(c, err, text, detail);
}

static const char *unit_of(const struct row *row)
{
  return row->type == DURATION ? "ms" : "";
}

/* " from 1 to 100000"; "" for what isn't a number. */
static void write_range(const struct row *row, char *out, size_t room)
{
  char least[64];
  char most[64];

  out[0] = '\0';
  if (is_text(row) || row->type == BOOL)
    return;
  cr_number_to_text(row->least, unit_of(row), least);
  cr_number_to_text(row->most, unit_of(row), most);
  if (row->most >= INT64_MAX / 4) /* no bound that anybody meets */
    (void)snprintf(out, room, " from %s", least);
  else
    (void)snprintf(out, room, " from %s to %s", least, most);
}

/* May the value be told to whoever reads messages? A proxy's URL may have a password in it. */
static bool is_secret(const struct row *row, const char *value)
{
  static const char *const secrets[] = { "header", "header_for", "credentials",
                                         "client_key_password" };

  for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
    if (strcmp(name_of(row), secrets[i]) == 0)
      return true;
  return strcmp(name_of(row), "proxy") == 0 && strchr(value, '@');
}

static int bad_value(crawler *c, const struct row *row, const char *value)
{
  static const char *const takes[] = {
    [BOOL] = "1, 0, true, false, yes, no, on or off",
    [INT] = "a number",
    [DURATION] = "a duration such as 500ms, 2s, 10m",
    [SIZE] = "a size such as 512k, 64M, 2G",
    [TEXT] = "a text",
    [LIST] = "a list separated by commas",
  };
  char range[160];
  char text[400];

  bool told = !is_secret(row, value);

  write_range(row, range, sizeof(range));
  (void)snprintf(text, sizeof(text), "option %s takes %s%s (%s), not%s", name_of(row),
                 takes[row->type], range, text_at(row->help), told ? "" : " what was given");
  return fail(c, CRAWLER_E_VALUE, text, told ? value : NULL);
}

static int not_built_in(crawler *c, const struct row *row, const char *part)
{
  char text[40];

  (void)snprintf(text, sizeof(text), "built without %s", part);
  return fail(c, CRAWLER_E_UNSUPPORTED, text, name_of(row));
}

/* ---- setting ---- */

static bool is_too_late(const crawler *c, const struct row *row)
{
  return row->when == START && c->shard.loop != NULL;
}

static bool is_of_traps(const crawler *c, const int64_t *to)
{
  const struct cr_settings *o = &c->settings;
  const int64_t *const rules[] = { &o->max_url_length, &o->max_path_depth,     &o->max_repeats,
                                   &o->max_parameters, &o->max_calendar_years, &o->max_group,
                                   &o->trap_sessions,  &o->trap_aliases,       &o->trap_pages };

  for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
    if (to == rules[i])
      return true;
  return false;
}

static int store_number(crawler *c, const struct row *row, int64_t value)
{
  char text[64];
  int64_t *to = number_of(c, row);

  if (value < row->least || value > row->most) {
    cr_number_to_text(value, unit_of(row), text);
    return bad_value(c, row, text);
  }
  if (to == &c->settings.document && value != 0 && !cr_parse_has_trees)
    return not_built_in(c, row, "gumbo");
  c->shard.max_depth_changed |= to == &c->settings.max_depth && value != *to;
  if (to == &c->settings.span_hosts && value != *to)
    cr_scope_changed(&c->shard);
  if (is_of_traps(c, to) && value != *to)
    cr_traps_changed(&c->shard);
  *to = value;
  cr_shard_configure(&c->shard);
  return 0;
}

static bool is_file(const struct row *row)
{
  const char *name = name_of(row);

  return strcmp(name, "ca_file") == 0 || strcmp(name, "client_cert") == 0 ||
         strcmp(name, "client_key") == 0;
}

/* Not whether it holds certificates: that is known when the first connection needs them. */
static bool is_readable_file(const char *path)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hold us up */
  struct stat about;
  bool ok = fd >= 0 && fstat(fd, &about) == 0 && !S_ISDIR(about.st_mode);

  if (fd >= 0)
    (void)close(fd);
  return ok;
}

/* Of the options that are lists of words by lists.h: is this one? */
static bool is_list(const struct row *row, struct cr_span value)
{
  static const struct {
    const char *option;
    bool (*is)(struct cr_span list);
  } lists[] = {
    { "schemes", cr_list_of_schemes },
    { "ports", cr_list_of_ports },
    { "connect_ports", cr_list_of_ports },
    { "allow_extensions", cr_list_of_extensions },
    { "deny_extensions", cr_list_of_extensions },
    { "mime_types", cr_list_of_types },
    { "retry_statuses", cr_list_of_statuses },
  };

  for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
    if (strcmp(name_of(row), lists[i].option) == 0)
      return lists[i].is(value);
  return true;
}

/* RFC 9110 section 10.1.2: an address, with or without a name before it. */
static bool is_mailbox(struct cr_span text)
{
  size_t at = cr_span_find(text, '@');

  return at > 0 && at + 1 < text.len && cr_header_is_valid(CR_SPAN("From"), text);
}

/* Do the rooms that use it understand it? 0, CRAWLER_E_VALUE, CRAWLER_E_NOMEM, or, of dns_servers
 * alone, CRAWLER_E_UNSUPPORTED. */
static int check_text(crawler *c, const struct row *row, const char *value)
{
  const char *name = name_of(row);
  enum cr_scope_reach reach;
  enum cr_referrer_policy policy;
  struct cr_source source;
  uint32_t kinds;
  bool ok = true;

  if (strcmp(name, "allow_private") == 0)
    return cr_shard_check_private(&c->shard, value);
  if (strcmp(name, "resolve") == 0)
    return cr_resolve_overrides_check(&c->home->mem, value);
  if (strcmp(name, "dns_servers") == 0)
    return cr_resolve_servers_check(value);
  if (strcmp(name, "proxy") == 0)
    ok = cr_curl_proxy_is_usable(cr_span_text(value));
  else if (strcmp(name, "user_agent") == 0)
    ok = cr_header_is_valid(CR_SPAN("User-Agent"), cr_span_text(value));
  else if (strcmp(name, "from") == 0)
    ok = *value == '\0' || is_mailbox(cr_span_text(value));
  else if (strcmp(name, "referrer") == 0)
    ok = cr_referrer_policy_read(cr_span_text(value), &policy) == 0;
  else if (strcmp(name, "robots_token") == 0)
    ok = cr_robots_token(cr_span_text(value)).len == strlen(value);
  else if (strcmp(name, "tls_min") == 0)
    ok = strcmp(value, "1.2") == 0 || strcmp(value, "1.3") == 0;
  else if (strcmp(name, "interface") == 0)
    ok = cr_source_read(&source, cr_span_text(value)) == 0;
  else if (strcmp(name, "ip_version") == 0)
    ok = cr_ip_version_read(cr_span_text(value), &source.ip_version) == 0;
  else if (is_file(row))
    ok = *value == '\0' || is_readable_file(value);
  else if (strcmp(name, "links") == 0)
    ok = cr_link_kinds_read(value, &kinds) == 0;
  else if (strcmp(name, "scope") == 0)
    ok = cr_scope_reach_read(value, &reach) == 0;
  else
    ok = is_list(row, cr_span_text(value));
  return ok ? 0 : CRAWLER_E_VALUE;
}

static bool is_of_scope(const crawler *c, char *const *to)
{
  const struct cr_settings *o = &c->settings;

  return to == &o->scope || to == &o->schemes || to == &o->ports || to == &o->allow_extensions ||
         to == &o->deny_extensions;
}

static int too_many_lines(crawler *c, const struct row *row)
{
  char text[80];

  (void)snprintf(text, sizeof(text), "option %s takes at most %zu lines in all, no more",
                 name_of(row), cr_lines_most(name_of(row)));
  return fail(c, CRAWLER_E_LIMIT, text, NULL);
}

/* value is to become the option's text: what does. */
static int make_text(crawler *c, const struct row *row, const char *value, char **out)
{
  int err;

  if (cr_lines_most(name_of(row)) > 0)
    return cr_lines_add(c, name_of(row), *text_of(c, row), value, out);
  err = check_text(c, row, value);
  if (err == 0)
    *out = cr_strdup(&c->home->mem, CR_MEM_CORE, value);
  return err == 0 && !*out ? CRAWLER_E_NOMEM : err;
}

static int store_text(crawler *c, const struct row *row, const char *value)
{
  char **to = text_of(c, row);
  char *copy = NULL;
  int err = make_text(c, row, value, &copy);

  if (err == CRAWLER_E_VALUE)
    return bad_value(c, row, value);
  if (err == CRAWLER_E_LIMIT)
    return too_many_lines(c, row);
  if (err == CRAWLER_E_UNSUPPORTED)
    return not_built_in(c, row, "c-ares");
  if (err != 0 || !copy)
    return fail(c, CRAWLER_E_NOMEM, "out of memory for option", name_of(row));
  if (is_of_scope(c, to) && strcmp(*to, copy) != 0)
    cr_scope_changed(&c->shard);
  cr_shard_replace_text(&c->shard, to, copy);
  return 0;
}

static int store(crawler *c, const struct row *row, const char *value)
{
  int64_t number = 0;
  int err = 0;

  switch (row->type) {
  case BOOL:
    err = cr_text_to_bool(value, &number);
    break;
  case INT:
    err = cr_text_to_int(value, &number);
    break;
  case DURATION:
    err = cr_text_to_duration(value, &number);
    break;
  case SIZE:
    err = cr_text_to_size(value, &number);
    break;
  default:
    return store_text(c, row, value);
  }
  return err < 0 ? bad_value(c, row, value) : store_number(c, row, number);
}

static const struct row *settable(crawler *c, const char *name, int *err)
{
  const struct row *row = find(name);

  *err = 0;
  if (!row)
    *err = fail(c, CRAWLER_E_OPTION, "no option of this name", name);
  else if (is_too_late(c, row))
    *err = fail(c, CRAWLER_E_STATE, "can only be set before the start", name);
  return *err < 0 ? NULL : row;
}

int cr_refuse_value(crawler *c, const char *name, const char *why)
{
  char text[120];

  (void)snprintf(text, sizeof(text), "option %s: %s", name, why);
  return fail(c, CRAWLER_E_VALUE, text, NULL);
}

int cr_set_number(crawler *c, const char *name, int64_t value)
{
  int err;
  const struct row *row = settable(c, name, &err);

  return row ? store_number(c, row, value) : err;
}

int cr_set_text(crawler *c, const char *name, const char *value)
{
  int err;
  const struct row *row = settable(c, name, &err);

  if (row && !value)
    return fail(c, CRAWLER_E_INVAL, "NULL for option", name);
  if (row && strchr(value, '\n')) /* crawler_set_header() adds one line, whatever is in it */
    return bad_value(c, row, value);
  return row ? store_text(c, row, value) : err;
}

int crawler_set_option(crawler *c, const char *name, const char *value)
{
  int err;
  const struct row *row;

  if (!c)
    return CRAWLER_E_INVAL;
  if (!name)
    return fail(c, CRAWLER_E_INVAL, "NULL for the name of an option", NULL);
  row = settable(c, name, &err);
  if (row && !value)
    return fail(c, CRAWLER_E_INVAL, "NULL for option", name);
  return row ? store(c, row, value) : err;
}

/* ---- asking ---- */

const char *crawler_get_option(crawler *c, const char *name)
{
  const struct row *row = find(name);

  if (!c || !row)
    return NULL;
  if (!is_text(row)) {
    cr_number_to_text(*number_of(c, row), unit_of(row), c->option_text);
    return c->option_text;
  }
  cr_free(&c->home->mem, c->option_list);
  c->option_list = cr_strdup(&c->home->mem, CR_MEM_CORE, *text_of(c, row));
  return c->option_list;
}

const char *crawler_option_next(const char *name)
{
  const struct row *row = name ? find(name) : NULL;

  if (!name)
    return name_of(rows);
  return row && row + 1 < rows + ROWS ? name_of(row + 1) : NULL;
}

const char *crawler_option_default(const char *name)
{
  const struct row *row = find(name);

  return row ? text_at(row->initial) : NULL;
}

const char *crawler_option_help(const char *name)
{
  const struct row *row = find(name);

  return row ? text_at(row->help) : NULL;
}

const char *crawler_option_type(const char *name)
{
  static const char *const names[] = {
    [BOOL] = "bool", [INT] = "int",   [DURATION] = "duration",
    [SIZE] = "size", [TEXT] = "text", [LIST] = "list",
  };
  const struct row *row = find(name);

  return row ? names[row->type] : NULL;
}

/* ---- life ---- */

int cr_settings_init(crawler *c)
{
  int err = 0;

  for (size_t i = 0; i < ROWS; i++) /* all texts, so that none is ever NULL */
    if (is_text(&rows[i])) {
      *text_of(c, &rows[i]) = cr_strdup(&c->home->mem, CR_MEM_CORE, text_at(rows[i].initial));
      if (!*text_of(c, &rows[i]))
        return CRAWLER_E_NOMEM;
    }
  for (size_t i = 0; i < ROWS && err == 0; i++)
    if (!is_text(&rows[i]))
      err = store(c, &rows[i], text_at(rows[i].initial));
  return err;
}

void cr_settings_free(crawler *c)
{
  for (size_t i = 0; i < ROWS; i++)
    if (is_text(&rows[i]))
      cr_free(&c->home->mem, *text_of(c, &rows[i]));
  cr_free(&c->home->mem, c->option_list);
}
