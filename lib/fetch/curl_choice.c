/* SPDX-License-Identifier: MIT */
/* curl_choice.c - the addresses that a transfer may connect to.
 *
 * The owner's yes to what the policy allows doesn't outlive the policy: that is asked again at the
 * socket. Its yes to what the policy refuses is for one address and one transfer. Pure.
 */
#include "fetch/curl_choice.h"

#include <string.h>

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
