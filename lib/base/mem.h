/* SPDX-License-Identifier: MIT */
/* mem.h - all memory of one crawler comes from here.
 *
 * A struct cr_mem holds the host's three functions and a byte account by kind. It is passed
 * explicitly: there is no process-wide allocator. NULL is an ordinary answer.
 * Every function may be called on any thread if the host's functions may.
 */
#ifndef CR_BASE_MEM_H
#define CR_BASE_MEM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cr_mem_kind {
  CR_MEM_CORE,     /* the crawler itself, options, tables that have bounds of their own */
  CR_MEM_FRONTIER, /* seen-set, hosts, queued URLs */
  CR_MEM_PAGE,     /* arenas of pages: headers, links, trees */
  CR_MEM_BODY,     /* bodies, on the wire and decoded */
  CR_MEM_FETCH,    /* transfers, resolver, header blocks */
  CR_MEM_CALLER,   /* what callers ask for of a page that they have */
  CR_MEM_KINDS
};

struct cr_mem {
  void *(*malloc_fn)(size_t bytes, void *user);
  void *(*realloc_fn)(void *block, size_t bytes, void *user);
  void (*free_fn)(void *block, void *user);
  void *user;
  _Atomic int64_t used[CR_MEM_KINDS]; /* bytes asked for and not yet freed, without overhead */
  _Atomic int64_t blocks;             /* live allocations, all kinds */
  _Atomic int64_t calls;              /* successful cr_alloc and growing cr_resize calls, ever */
};

/* Sets mem up; malloc_fn NULL means the C library's functions for all three. */
void cr_mem_init(struct cr_mem *mem, void *(*malloc_fn)(size_t, void *),
                 void *(*realloc_fn)(void *, size_t, void *), void (*free_fn)(void *, void *),
                 void *user);

/* Blocks are aligned for any type; bytes 0 gives a block that can be freed. NULL: out of memory. */
void *cr_alloc(struct cr_mem *mem, enum cr_mem_kind kind, size_t bytes);
void *cr_zalloc(struct cr_mem *mem, enum cr_mem_kind kind, size_t bytes);
/* count * each with the overflow checked; zeroed. */
void *cr_zalloc_array(struct cr_mem *mem, enum cr_mem_kind kind, size_t count, size_t each);
/* Like realloc: on NULL the old block is untouched. block NULL allocates. */
void *cr_resize(struct cr_mem *mem, enum cr_mem_kind kind, void *block, size_t bytes);
char *cr_strdup(struct cr_mem *mem, enum cr_mem_kind kind, const char *text);
char *cr_strndup(struct cr_mem *mem, enum cr_mem_kind kind, const char *text, size_t len);
/* block NULL does nothing. */
void cr_free(struct cr_mem *mem, void *block);

/* Sum of used[] over all kinds. */
int64_t cr_mem_used(const struct cr_mem *mem);

#endif
