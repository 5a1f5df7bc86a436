/* SPDX-License-Identifier: MIT */
/* curl_choice.h - the addresses that a transfer may connect to.
 *
 * What a name resolves to is held against the policy, and the owner may have a say in it. What was
 * chosen is what the socket and a connection that was kept alive are held to.
 */
#ifndef CR_FETCH_CURL_CHOICE_H
#define CR_FETCH_CURL_CHOICE_H

#include "fetch/address.h"
#include "fetch/fetcher.h"

enum { CR_CURL_ADDRESSES = 4 }; /* of a name that are tried */

struct cr_curl_choice { /* zeroed: nothing was chosen */
  struct cr_address addresses[CR_CURL_ADDRESSES];
  bool though_refused[CR_CURL_ADDRESSES]; /* the policy says no, and the owner yes */
  size_t count;
  bool is_judged; /* by the owner: no other address will do */
};

/* Does the policy let t connect to address? NULL: yes; else a sentence (static or in t->arena). */
const char *cr_curl_refusal(const struct cr_address_policy *policy, struct cr_transfer *t,
                            const struct cr_address *address);
/* Why not, of an address of the wrong IP version. */
extern const char cr_curl_out_of_reach[];
/* May address be added? Takes the verdict of the owner, if there is one, on what the policy says
 * (refusal, NULL: yes). NULL: it was, as far as there is room; else why not. */
const char *cr_curl_choose(struct cr_curl_choice *choice, const struct cr_address *address,
                           const char *refusal, enum cr_fetch_verdict verdict);
/* Puts an IPv4 address first if IPv6 ones are, and this machine has no way to them. */
void cr_curl_choice_order(struct cr_curl_choice *choice);
/* A connection to address: is it what was chosen? */
enum cr_curl_held {
  CR_CURL_HELD_YES,
  CR_CURL_HELD_POLICY, /* as far as this goes: the policy has the word */
  CR_CURL_HELD_OTHER   /* the owner wasn't asked about it */
};
enum cr_curl_held cr_curl_hold(const struct cr_curl_choice *choice,
                               const struct cr_address *address);

#endif
