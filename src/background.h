/* SPDX-License-Identifier: MIT */
/* Going to the background, but only when the program is ready. */
#ifndef BACKGROUND_H
#define BACKGROUND_H

#include <sys/types.h>

/* Forks. Returns the child's id in the parent, 0 in the child, or -errno. *ret_fd is a pipe: the
 * child calls background_ready with it, and the parent waits for that with background_wait. The
 * child's working directory is the root. */
pid_t background_fork(int *ret_fd);
/* In the parent: blocks until the child is ready, and returns 0, or until it has ended, and returns
 * its exit status, which is not 0. If a signal ends the parent, the child ends itself. Closes fd.
 */
int background_wait(int fd, pid_t child);
/* In the child: leaves the session and the standard files. From now on messages go to syslog. Tells
 * the parent at the end, because the session may end with the parent, and then all its processes
 * get a hang-up. Closes fd. Errors: -EPIPE if the parent is gone because it was interrupted. */
int background_ready(int fd);

#endif
