/* SPDX-License-Identifier: MIT */
/* resolve_cares_none.c - names where libcrawl is built without c-ares: nobody is asked.
 *
 * What resolve.c knows without asking, and what the host's hook answers, is all there is.
 */
#include "crawl/crawler.h"
#include "fetch/resolve.h"

const char cr_resolve_no_socket[] = "no descriptor or memory for a socket to ask name servers with";

struct cr_cares {
  struct cr_mem *mem;
};

int cr_resolve_servers_check(const char *servers)
{
  return *servers ? CRAWLER_E_UNSUPPORTED : 0;
}

int cr_cares_open(struct cr_cares **out, struct cr_mem *mem, struct cr_loop *loop,
                  const char *servers, int64_t timeout_ms)
{
  struct cr_cares *cares;

  (void)loop;
  (void)timeout_ms;
  if (*servers)
    return CRAWLER_E_UNSUPPORTED;
  cares = cr_alloc(mem, CR_MEM_FETCH, sizeof(*cares));
  if (!cares)
    return CRAWLER_E_NOMEM;
  cares->mem = mem;
  *out = cares;
  return 0;
}

void cr_cares_close(struct cr_cares *cares)
{
  if (cares)
    cr_free(cares->mem, cares);
}

int cr_cares_begin_with(struct cr_cares *cares, size_t first)
{
  (void)cares;
  (void)first;
  return 0;
}

bool cr_cares_is_misled(const struct cr_cares *cares)
{
  (void)cares;
  return false;
}

size_t cr_cares_pending(const struct cr_cares *cares)
{
  (void)cares;
  return 0;
}

void cr_cares_set_ip_version(struct cr_cares *cares, uint8_t ip_version)
{
  (void)cares;
  (void)ip_version;
}

int cr_cares_ask(struct cr_cares *cares, const char *name, cr_cares_done done, void *arg)
{
  (void)cares;
  (void)name;
  done(arg, NULL, 0, CR_RESOLVE_TROUBLE_MS, "built without c-ares, and no hook resolves the name");
  return 0;
}
