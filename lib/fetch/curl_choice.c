/* SPDX-License-Identifier: MIT */
/* curl_choice.c - the addresses that a transfer may connect to.
 *
 * The owner's yes to what the policy allows doesn't outlive the policy: that is asked again at the
 * socket. Its yes to what the policy refuses is for one address and one transfer.
 */
#include "fetch/curl_choice.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SOCK_CLOEXEC /* a system without it hands sockets on to programs that the host executes */
#define SOCK_CLOEXEC 0
#endif

const char cr_curl_out_of_reach[] = "the address is not of the IP version that is wanted";

const char *cr_curl_refusal(const struct cr_address_policy *policy, struct cr_transfer *t,
                            const struct cr_address *address)
{
  static const char tail[] = " is not an address that may be connected to";
  char text[64];

  if (cr_address_allowed(policy, t->host, address))
    return NULL;
  cr_address_format(address, text);
  size_t len = strlen(text);
  char *refusal = cr_arena_bytes(t->arena, len + sizeof(tail));
  if (!refusal)
    return "the address may not be connected to";
  memcpy(refusal, text, len);
  memcpy(refusal + len, tail, sizeof(tail));
  return refusal;
}

const char *cr_curl_choose(struct cr_curl_choice *choice, const struct cr_address *address,
                           const char *refusal, enum cr_fetch_verdict verdict)
{
  if (verdict != CR_FETCH_UNJUDGED)
    choice->is_judged = true;
  if (verdict == CR_FETCH_REFUSE)
    return "on_address refused the address";
  if (refusal && verdict != CR_FETCH_THOUGH_REFUSED)
    return refusal;
  if (choice->count < CR_CURL_ADDRESSES) {
    choice->addresses[choice->count] = *address;
    choice->though_refused[choice->count++] = refusal != NULL;
  }
  return NULL;
}

/* A UDP socket sends nothing when it is connected: the system only looks for a route and a source
 * address (RFC 6724 section 5, rule 1). */
static bool has_way_to(const struct cr_address *address)
{
  struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(80) };
  int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return false;
  memcpy(&to.sin6_addr, address->bytes, sizeof(to.sin6_addr));
  bool has = connect(fd, (const struct sockaddr *)(const void *)&to, sizeof(to)) == 0;
  (void)close(fd);
  return has;
}

void cr_curl_choice_order(struct cr_curl_choice *choice)
{
  struct cr_address first = choice->addresses[0];
  bool first_though = choice->though_refused[0];
  size_t v4 = 0;

  while (v4 < choice->count && choice->addresses[v4].family == 6)
    v4++;
  if (v4 == 0 || v4 == choice->count || has_way_to(&first))
    return;
  choice->addresses[0] = choice->addresses[v4];
  choice->though_refused[0] = choice->though_refused[v4];
  choice->addresses[v4] = first;
  choice->though_refused[v4] = first_though;
}

enum cr_curl_held cr_curl_hold(const struct cr_curl_choice *choice,
                               const struct cr_address *address)
{
  if (!choice->is_judged)
    return CR_CURL_HELD_POLICY;
  for (size_t i = 0; i < choice->count; i++)
    if (cr_address_eq(&choice->addresses[i], address))
      return choice->though_refused[i] ? CR_CURL_HELD_YES : CR_CURL_HELD_POLICY;
  return CR_CURL_HELD_OTHER;
}
