/* SPDX-License-Identifier: MIT */
/* date.h - a point in time as servers write it.
 *
 * The three formats of RFC 9110, section 5.6.7, those of cookies (RFC 6265, section 5.1.1), and
 * what servers make of them. The time zone is always taken for GMT. Pure.
 */
#ifndef CR_BASE_DATE_H
#define CR_BASE_DATE_H

#include "base/str.h"

/* Seconds since 1970; negative before. false: not a date. */
bool cr_date_read(struct cr_span text, int64_t *seconds);

#endif
