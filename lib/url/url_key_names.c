/* SPDX-License-Identifier: MIT */
/* url_key_names.c - which parameters and files make no page of their own.
 *
 * Tracking: what the advertisers' and mailers' own manuals call their click identifiers and
 * campaign parameters. Sessions: the names that servlet containers, PHP, ASP, ColdFusion and some
 * shops give theirs; a name that others use too counts with a value of a session's form only (32
 * letters or digits, as the Internet Archive's canonicalizer has it).
 */
#include "url/url.h"
#include "url/url_key.h"

/* ---- tables ---- */

/* Sorted, in lower case; in place, as pointers would cost more than the texts. */
static const char tracking[][20] = { "__hsfp",
                                     "__hssc",
                                     "__hstc",
                                     "__s",
                                     "_branch_match_id",
                                     "_ga",
                                     "_gl",
                                     "_hsenc",
                                     "_hsmi",
                                     "_kx",
                                     "_openstat",
                                     "dclid",
                                     "dm_i",
                                     "ef_id",
                                     "epik",
                                     "fb_action_ids",
                                     "fb_action_types",
                                     "fb_ref",
                                     "fb_source",
                                     "fbclid",
                                     "gad_campaignid",
                                     "gad_source",
                                     "gbraid",
                                     "gclid",
                                     "gclsrc",
                                     "hsctatracking",
                                     "igsh",
                                     "igshid",
                                     "irclickid",
                                     "li_fat_id",
                                     "mc_cid",
                                     "mc_eid",
                                     "mkt_tok",
                                     "ml_subscriber",
                                     "ml_subscriber_hash",
                                     "msclkid",
                                     "oly_anon_id",
                                     "oly_enc_id",
                                     "piwik_campaign",
                                     "piwik_keyword",
                                     "piwik_kwd",
                                     "pk_campaign",
                                     "pk_cid",
                                     "pk_content",
                                     "pk_keyword",
                                     "pk_kwd",
                                     "pk_medium",
                                     "pk_source",
                                     "rb_clickid",
                                     "s_cid",
                                     "s_kwcid",
                                     "sc_cid",
                                     "srsltid",
                                     "ttclid",
                                     "twclid",
                                     "vero_conv",
                                     "vero_id",
                                     "wbraid",
                                     "wickedid",
                                     "yclid",
                                     "ymclid",
                                     "ysclid" };

static const struct cr_span tracking_prefixes[] = {
  CR_SPAN_INIT("utm_"), /* Google Analytics, and everybody since */
  CR_SPAN_INIT("mtm_"), /* Matomo */
  CR_SPAN_INIT("hsa_")  /* HubSpot */
};

enum form { ANY, DIGITS, LONG, LETTERS }; /* of a value; LONG: 32 letters and digits */

static const struct {
  struct cr_span name;
  bool is_prefix; /* 8 letters follow */
  enum form form;
} sessions[] = { { CR_SPAN_INIT("jsessionid"), false, ANY }, /* Jakarta Servlet, section 7.1.3 */
                 { CR_SPAN_INIT("phpsessid"), false, ANY },  /* PHP, session.name */
                 { CR_SPAN_INIT("aspsessionid"), true, LETTERS }, /* Active Server Pages */
                 { CR_SPAN_INIT("cfid"), false, DIGITS },         /* ColdFusion: both */
                 { CR_SPAN_INIT("cftoken"), false, ANY },
                 { CR_SPAN_INIT("oscsid"), false, ANY }, /* osCommerce */
                 { CR_SPAN_INIT("xtcsid"), false, ANY }, /* xt:Commerce */
                 { CR_SPAN_INIT("zenid"), false, ANY },  /* Zen Cart */
                 { CR_SPAN_INIT("sid"), false, LONG },
                 { CR_SPAN_INIT("sessionid"), false, LONG },
                 { CR_SPAN_INIT("session_id"), false, LONG } };

static const char index_endings[][6] = { "html", "htm",  "shtml", "xhtml", "php",
                                         "php3", "php4", "php5",  "phtml", "asp",
                                         "aspx", "jsp",  "cfm",   "cgi",   "pl" };

/* ---- tracking ---- */

/* As strcmp of the span in lower case and the text. */
static int compare(struct cr_span a, const char *b)
{
  for (size_t i = 0; i < a.len; i++) {
    uint8_t left = (uint8_t)cr_lower(a.at[i]);
    uint8_t right = (uint8_t)b[i];
    if (left != right || right == '\0')
      return left < right ? -1 : 1;
  }
  return b[a.len] == '\0' ? 0 : -1;
}

bool cr_key_is_tracking(struct cr_span name)
{
  size_t low = 0;
  size_t high = sizeof(tracking) / sizeof(tracking[0]);

  for (size_t i = 0; i < sizeof(tracking_prefixes) / sizeof(tracking_prefixes[0]); i++)
    if (cr_span_starts_nocase(name, tracking_prefixes[i]))
      return true;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    int order = compare(name, tracking[middle]);
    if (order == 0)
      return true;
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return false;
}

/* ---- sessions ---- */

static bool are_all(struct cr_span text, bool letters, bool digits)
{
  for (size_t i = 0; i < text.len; i++)
    if (!(letters && cr_is_alpha(text.at[i])) && !(digits && cr_is_digit(text.at[i])))
      return false;
  return true;
}

static bool has_form(struct cr_span value, enum form form)
{
  switch (form) {
  case DIGITS:
    return value.len > 0 && are_all(value, false, true);
  case LONG:
    return value.len == 32 && are_all(value, true, true);
  case LETTERS:
    return value.len == 24 && are_all(value, true, false);
  default:
    return true;
  }
}

static bool has_name(struct cr_span name, struct cr_span wanted, bool is_prefix)
{
  if (!is_prefix)
    return cr_span_eq_nocase(name, wanted);
  return name.len == wanted.len + 8 && cr_span_starts_nocase(name, wanted) &&
         are_all(cr_span(name.at + wanted.len, 8), true, false);
}

bool cr_key_is_session(struct cr_span name, struct cr_span value)
{
  for (size_t i = 0; i < sizeof(sessions) / sizeof(sessions[0]); i++)
    if (has_name(name, sessions[i].name, sessions[i].is_prefix))
      return has_form(value, sessions[i].form);
  return false;
}

/* ---- index files ---- */

bool cr_key_is_index(struct cr_span file)
{
  size_t stem = cr_span_starts_nocase(file, CR_SPAN("index."))     ? 6
                : cr_span_starts_nocase(file, CR_SPAN("default.")) ? 8
                                                                   : 0;

  for (size_t i = 0; stem > 0 && i < sizeof(index_endings) / sizeof(index_endings[0]); i++)
    if (cr_span_eq_nocase(cr_span(file.at + stem, file.len - stem), cr_span_text(index_endings[i])))
      return true;
  return false;
}

/* ---- the caller's own ---- */

bool cr_key_is_listed(struct cr_span name, struct cr_span list)
{
  while (list.len > 0) {
    struct cr_span word = cr_span_take_item(&list);
    bool is_prefix = word.len > 0 && word.at[word.len - 1] == '*';
    if (is_prefix && cr_span_starts_nocase(name, cr_span(word.at, word.len - 1)))
      return true;
    if (word.len > 0 && cr_span_eq_nocase(name, word))
      return true;
  }
  return false;
}
