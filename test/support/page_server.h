/* SPDX-License-Identifier: MIT */
/* page_server.h - an endless site on 127.0.0.1, in a process of its own.
 *
 * So its memory, descriptors and threads are not the test's. /p/N links to ten others; some are
 * redirects, missing, failing, large or not HTML, by N. It keeps nothing of what it is asked, or
 * not much. To be started while the test has no threads.
 */
#ifndef CR_TEST_PAGE_SERVER_H
#define CR_TEST_PAGE_SERVER_H

#include <sys/types.h>

struct cr_page_server {
  pid_t pid;
  int port;
  int fd; /* it lives until this is closed, if only by the end of a test that fails */
};

void cr_page_server_start(struct cr_page_server *server);
void cr_page_server_stop(const struct cr_page_server *server);

#endif
