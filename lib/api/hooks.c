/* SPDX-License-Identifier: MIT */
/* hooks.c - each hook is a pointer and its user pointer.
 */
#include "api/crawler_impl.h"

#define HOOK(moment, type)                                  \
  void crawler_on_##moment(crawler *c, type cb, void *user) \
  {                                                         \
    if (!c)                                                 \
      return;                                               \
    c->hooks.moment = cb;                                   \
    c->hooks.moment##_user = user;                          \
  }

/* clang-format off */
HOOK(filter, crawler_request_cb)
HOOK(request, crawler_request_cb)
HOOK(headers, crawler_page_cb)
HOOK(parse, crawler_page_cb)
HOOK(page, crawler_page_cb)
HOOK(body, crawler_body_cb)
HOOK(links, crawler_links_cb)
HOOK(retry, crawler_retry_cb)
HOOK(outcome, crawler_outcome_cb)
HOOK(resolve, crawler_resolve_cb)
HOOK(address, crawler_address_cb)
HOOK(transfer, crawler_transfer_cb)
HOOK(done, crawler_done_cb)
HOOK(log, crawler_log_cb)
/* clang-format on */
