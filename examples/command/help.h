/* SPDX-License-Identifier: MIT */
/* help.h - what --help prints: a screen, or the options of a group.
 */
#ifndef COMMAND_HELP_H
#define COMMAND_HELP_H

/* On stdout. group NULL: the screen; "all": every option. -1: there is no such group. */
int help(const char *group);
void help_list_groups(void); /* on stderr */
/* The options of the library, a line each, on stdout. */
void help_list_library(void);

#endif
