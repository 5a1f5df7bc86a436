/* SPDX-License-Identifier: MIT */
/* checked_heap.h - memory in which a wrong free, a write past a block's end and one after its free
 * are told at once or at the next look, and not by a crash at another place, or never.
 *
 * Freed blocks are kept until the look, so that none of them is somebody else's by then. A fault
 * is printed, and ends the process: nothing can be trusted after it. Thread-safe.
 */
#ifndef CR_TEST_CHECKED_HEAP_H
#define CR_TEST_CHECKED_HEAP_H

#include <stddef.h>

/* The owner is a static text, compared by its address: a block goes back to whom it came from. */
void *cr_checked_malloc(size_t bytes, const char *owner);

/* Always to another place, as far as there is memory. */
void *cr_checked_realloc(void *block, size_t bytes, const char *owner);

void cr_checked_free(void *block, const char *owner);

/* Looks at all blocks freed since the last look, and gives them back. */
void cr_checked_look(void);

#endif
