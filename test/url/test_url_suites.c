/* SPDX-License-Identifier: MIT */
/* test_url_suites.c - the cases of other normalisers, as far as our rules reach.
 *
 * A case holds when our form of its URL is the one it wants, or when both make one key: a canonical
 * key has to find duplicates, not to look like somebody else's. A case that doesn't hold is listed
 * in data/url/departures.jsonl, with one reason of a few; one that is listed there and holds is a
 * failure too.
 */
#include "url/url_bytes.h"
#include "url_cases.h"

enum {
  SLASH = CR_URL_RULE_TRAILING_SLASH,
  ORDER = CR_URL_RULE_QUERY_ORDER,
  WWW = CR_URL_RULE_WWW,
  CASE = CR_URL_RULE_CASE,
  SESSION = CR_URL_RULE_SESSION,
  INDEX = CR_URL_RULE_INDEX,
  SLASHES = CR_URL_RULE_SLASHES,
  ESCAPES = CR_URL_RULE_ESCAPES,
  MAX_DEPARTURES = 400
};

/* Why a case may not hold: the suite ... */
static const char *const reasons[] = {
  "another function", /* asks for one that we don't have: SURT, one parameter, ... */
  "another scheme",   /* has rules for what is neither http nor https */
  "another standard", /* takes what today's standard refuses, or reads it otherwise */
  "escapes more",     /* than the standard; asked of the parser, so no rule helps */
  "unescapes more",   /* reserved characters too, or again and again */
  "no scheme",        /* takes "www.example.org", or a path alone */
  "drops more",       /* counts more as one: http and https, "www12", ... */
  "adds",             /* a slash or "www." in its normal form */
};

/* ---- what a case asks for ---- */

struct work {
  struct cr_mem mem;
  struct cr_url url;
  struct cr_url base;
  struct cr_buf in;  /* the input, when it is made here */
  struct cr_buf out; /* our form */
  struct cr_key_rules rules;
  bool of_bytes;                         /* what the suite wants is bytes, as bytes_of reads them */
  enum { TEXT, URL, KEY, NOTHING } form; /* what our form is; NOTHING: no function of ours */
};

static void put_text(struct cr_buf *out, const char *before, struct cr_span text)
{
  cr_buf_clear(out);
  assert_int_equal(cr_buf_add_text(out, before), 0);
  assert_int_equal(cr_buf_add(out, text.at, text.len), 0);
}

/* A file's bytes, where each stands as the character of its number. */
static struct cr_span bytes_of(struct cr_buf *out, struct cr_span text)
{
  const char *end = text.at + text.len;

  cr_buf_clear(out);
  for (const char *at = text.at; at < end;) {
    uint32_t code = cr_utf8_next(&at, end);
    if (code > 0xff)
      return text; /* they are characters */
    assert_int_equal(cr_buf_add_char(out, (char)code), 0);
  }
  return cr_span(out->data, out->len);
}

static int parse(struct work *w, struct cr_span text)
{
  int err = cr_url_parse(&w->url, text, NULL);

  w->form = URL;
  put_text(&w->out, "", err == 0 ? cr_url_text(&w->url) : cr_span(NULL, 0));
  return err;
}

static int key(struct work *w, struct cr_span text, unsigned bits)
{
  int err = cr_url_parse(&w->url, text, NULL);

  w->form = KEY;
  w->rules.bits = bits;
  return err < 0 ? err : cr_url_key(&w->url, &w->rules, &w->out);
}

/* The key of a URL that begins so, without that beginning. */
static int key_of_rest(struct work *w, const char *begin, struct cr_span text, unsigned bits)
{
  struct cr_buf whole;

  cr_buf_init(&whole, &w->mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  put_text(&whole, begin, text);
  int err = key(w, cr_span(whole.data, whole.len), bits);
  cr_buf_free(&whole);

  w->form = TEXT;
  if (err < 0)
    return err;
  size_t skip = w->out.len < strlen(begin) ? w->out.len : strlen(begin);
  memmove(w->out.data, w->out.data + skip, w->out.len - skip + 1);
  w->out.len -= skip;
  return 0;
}

static int host(struct work *w, struct cr_span text)
{
  w->form = TEXT;
  cr_buf_clear(&w->out);
  return cr_host_parse(text, &w->out);
}

/* ---- the files: what they call things, in our words ---- */

typedef int (*function)(struct work *w, const struct cr_json *row, struct cr_span input);

static bool is_op(const struct cr_json *row, const char *op)
{
  return strcmp(cr_json_text(row, "op"), op) == 0;
}

static int crawler_commons(struct work *w, const struct cr_json *row, struct cr_span input)
{
  const struct cr_json *names = cr_json_get(cr_json_get(row, "options"), "remove_query_params");

  if (cr_json_len(names) > 0)
    w->rules.names = CR_SPAN("sid,phpsessid,sessionid,jsessionid");
  return key(w, input, SLASHES | ORDER | ESCAPES);
}

static int crawler_commons_resolve(struct work *w, const struct cr_json *row, struct cr_span input)
{
  struct cr_span base = cr_json_span(row, "base");
  (void)input;

  if (base.at)
    assert_int_equal(cr_url_parse(&w->base, base, NULL), 0);
  int err = cr_url_parse(&w->url, cr_json_span(row, "ref"), base.at ? &w->base : NULL);
  w->form = URL;
  put_text(&w->out, "", cr_url_text(&w->url));
  return err;
}

static int nutch(struct work *w, const struct cr_json *row, struct cr_span input)
{
  (void)row;
  return key(w, input, SLASHES | ESCAPES);
}

static int purell(struct work *w, const struct cr_json *row, struct cr_span input)
{
  static const struct {
    const char *flag;
    unsigned rules;
  } flags[] = {
    { "FlagRemoveTrailingSlash", SLASH },
    { "FlagRemoveDirectoryIndex", INDEX },
    { "FlagRemoveDuplicateSlashes", SLASHES },
    { "FlagRemoveWWW", WWW },
    { "FlagSortQuery", ORDER },
    { "FlagsUsuallySafeGreedy", SLASH },
    { "FlagsUnsafeGreedy", SLASH | INDEX | SLASHES | WWW | ORDER },
    { "FlagsAllGreedy", SLASH | INDEX | SLASHES | WWW | ORDER },
  };
  unsigned bits = 0;
  w->of_bytes = true;

  for (const struct cr_json *flag = cr_json_get(row, "flags")->child; flag; flag = flag->next)
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
      if (strcmp(flag->text.at, flags[i].flag) == 0)
        bits |= flags[i].rules;
  return key(w, input, bits);
}

static int urlcanon(struct work *w, const struct cr_json *row, struct cr_span text)
{
  struct cr_span input = bytes_of(&w->in, text);
  w->of_bytes = true;

  if (is_op(row, "aggressive"))
    return key(w, input, SLASHES | ORDER | WWW | SESSION | ESCAPES);
  if (is_op(row, "semantic_precise"))
    return key(w, input, ORDER | ESCAPES);
  if (is_op(row, "supplemental_whatwg"))
    return parse(w, input);
  if (is_op(row, "funky_ipv4"))
    return host(w, input);
  if (is_op(row, "path_dots_special"))
    return key_of_rest(w, "http://a", input, 0);
  if (is_op(row, "path_dots_nonspecial"))
    return key_of_rest(w, "web://a", input, 0);
  return 0;
}

static int w3lib(struct work *w, const struct cr_json *row, struct cr_span input)
{
  bool removes = cr_json_bool(cr_json_get(row, "options"), "remove", false);

  if (!input.at)
    input = bytes_of(&w->in, cr_json_span(row, "input_latin1"));
  if (is_op(row, "canonicalize_url"))
    return key(w, input, ORDER | ESCAPES);
  if (is_op(row, "safe_url_string") || is_op(row, "safe_download_url"))
    return parse(w, input);
  if (is_op(row, "url_query_cleaner") && removes) {
    w->rules.names = CR_SPAN("id,footo");
    return key_of_rest(w, "http://a/", input, 0);
  }
  return 0;
}

static int ia(struct work *w, const struct cr_json *row, struct cr_span input)
{
  if (is_op(row, "google_canonicalize"))
    return key(w, input, ESCAPES);
  if (is_op(row, "parse_and_serialise"))
    return parse(w, input);
  if (is_op(row, "ia_canonicalize") || is_op(row, "default_ia_canonicalize"))
    return key(w, input, WWW | SLASH | SESSION | CASE | ORDER);
  if (input.at && is_op(row, "alphaReorderQuery"))
    return key_of_rest(w, "http://a/?", input, ORDER);
  if (input.at && is_op(row, "stripPathSessionID"))
    return key_of_rest(w, "http://a/", input, SESSION);
  if (input.at && is_op(row, "stripQuerySessionID"))
    return key_of_rest(w, "http://a/", input, SESSION);
  return 0;
}

static int httrack(struct work *w, const struct cr_json *row, struct cr_span input)
{
  if (is_op(row, "to_ascii"))
    return host(w, input);
  return 0;
}

static const struct suite {
  const char *file;
  function form;
} suites[] = {
  { "crawler-commons-normalizer.jsonl", crawler_commons },
  { "crawler-commons-resolve.jsonl", crawler_commons_resolve },
  { "nutch-basic-normalizer.jsonl", nutch },
  { "purell.jsonl", purell },
  { "urlcanon.jsonl", urlcanon },
  { "w3lib-url.jsonl", w3lib },
  { "ia-surt.jsonl", ia },
  { "httrack-idna.jsonl", httrack },
};

/* ---- does a case hold? ---- */

enum verdict { EXACT, SAME, DEPARTS };

/* Is the form that the suite wants ours of the same URL? */
static bool is_same(struct work *w, struct cr_span want)
{
  struct cr_buf second;
  struct cr_buf bytes;
  bool same = false;

  cr_buf_init(&second, &w->mem, CR_MEM_CORE, CR_URL_KEY_MAX_BYTES);
  cr_buf_init(&bytes, &w->mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  if (w->of_bytes)
    want = bytes_of(&bytes, want);
  if (w->form != TEXT && cr_url_parse(&w->url, want, NULL) == 0) {
    if (w->form == KEY)
      assert_int_equal(cr_url_key(&w->url, &w->rules, &second), 0);
    else
      put_text(&second, "", cr_url_text(&w->url));
    same = cr_span_eq(cr_span(second.data, second.len), cr_span(w->out.data, w->out.len));
  }
  cr_buf_free(&bytes);
  cr_buf_free(&second);
  return same;
}

static enum verdict judge(struct work *w, const struct cr_json *row, function form)
{
  struct cr_span want = cr_json_span(row, "expected"); /* null: no URL */

  w->form = NOTHING;
  w->rules = (struct cr_key_rules){ 0 };
  w->of_bytes = false;
  int err = form(w, row, cr_json_span(row, "input"));
  if (w->form == NOTHING)
    return DEPARTS;
  if (err < 0 || !want.at)
    return (err < 0) == !want.at ? EXACT : DEPARTS;
  if (cr_span_eq(cr_span(w->out.data, w->out.len), want))
    return EXACT;
  return is_same(w, want) ? SAME : DEPARTS;
}

/* ---- the list ---- */

struct departure {
  size_t suite;
  size_t line;
  size_t reason;
  bool met;
};

static struct departure departures[MAX_DEPARTURES];
static size_t departure_count;

static size_t index_of(const char *text, const char *const *texts, size_t count)
{
  size_t i = 0;

  while (i < count && strcmp(texts[i], text) != 0)
    i++;
  if (i == count)
    fail_msg("departures.jsonl: \"%s\"?", text);
  return i;
}

static int read_departures(void **state)
{
  const char *files[sizeof(suites) / sizeof(suites[0])];
  struct cr_jsonl lines;
  const struct cr_json *row;

  (void)state;
  for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
    files[i] = suites[i].file;
  cr_jsonl_open(&lines, "url/departures.jsonl");
  while ((row = cr_jsonl_next(&lines))) {
    assert_true(departure_count < MAX_DEPARTURES);
    departures[departure_count++] = (struct departure){
      .suite = index_of(cr_json_text(row, "file"), files, sizeof(files) / sizeof(files[0])),
      .line = (size_t)cr_json_int(row, "line", 0),
      .reason =
          index_of(cr_json_text(row, "reason"), reasons, sizeof(reasons) / sizeof(reasons[0])),
    };
  }
  cr_jsonl_close(&lines);
  return 0;
}

static struct departure *find_departure(size_t suite, size_t line)
{
  for (size_t i = 0; i < departure_count; i++)
    if (departures[i].suite == suite && departures[i].line == line)
      return &departures[i];
  return NULL;
}

/* ---- all cases ---- */

struct count {
  size_t verdicts[3];
  size_t wrong;
};

static void count_case(struct count *count, struct work *w, size_t suite,
                       const struct cr_jsonl *lines, const struct cr_json *row)
{
  struct departure *listed = find_departure(suite, lines->line);
  enum verdict verdict = judge(w, row, suites[suite].form);

  count->verdicts[verdict]++;
  if (listed)
    listed->met = true;
  if ((verdict == DEPARTS) == (listed != NULL))
    return;
  count->wrong++;
  print_message("%s:%zu: %s: %s\n", suites[suite].file, lines->line,
                listed ? "holds, though it is listed" : "departs, and isn't listed",
                w->out.data ? w->out.data : "");
}

static void hold(size_t suite, struct count *count)
{
  struct work w = { .form = NOTHING };
  struct cr_jsonl lines;
  const struct cr_json *row;
  char path[64];

  (void)snprintf(path, sizeof(path), "url/%s", suites[suite].file);
  cr_test_mem_init(&w.mem);
  cr_url_init(&w.url, &w.mem);
  cr_url_init(&w.base, &w.mem);
  cr_buf_init(&w.in, &w.mem, CR_MEM_CORE, CR_URL_MAX_BYTES);
  cr_buf_init(&w.out, &w.mem, CR_MEM_CORE, CR_URL_KEY_MAX_BYTES);
  cr_jsonl_open(&lines, path);
  while ((row = cr_jsonl_next(&lines)))
    count_case(count, &w, suite, &lines, row);
  cr_jsonl_close(&lines);
  cr_buf_free(&w.in);
  cr_buf_free(&w.out);
  cr_url_free(&w.url);
  cr_url_free(&w.base);
  cr_test_mem_done(&w.mem);
}

static void every_case_holds_or_is_listed_with_its_reason(void **state)
{
  size_t wrong = 0;

  (void)state;
  for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++) {
    struct count count = { .wrong = 0 };
    hold(i, &count);
    print_message("%-33s %3zu letter by letter, %3zu by key, %3zu depart\n", suites[i].file,
                  count.verdicts[EXACT], count.verdicts[SAME], count.verdicts[DEPARTS]);
    wrong += count.wrong;
  }
  for (size_t reason = 0; reason < sizeof(reasons) / sizeof(reasons[0]); reason++) {
    size_t count = 0;
    for (size_t i = 0; i < departure_count; i++)
      count += departures[i].reason == reason;
    print_message("  %-17s %3zu\n", reasons[reason], count);
  }
  for (size_t i = 0; i < departure_count; i++)
    assert_true(departures[i].met); /* each names a case that is there */
  assert_int_equal(wrong, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_case_holds_or_is_listed_with_its_reason),
  };
  return cmocka_run_group_tests(tests, read_departures, NULL);
}
