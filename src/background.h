/* SPDX-License-Identifier: MIT */
/* A process that goes to the background when it is ready, and not before. */
#ifndef BACKGROUND_H
#define BACKGROUND_H

#include <sys/types.h>

/* Forks. Returns the child's id in the parent, 0 in the child, -errno. *ret_fd: the child says with
 * background_ready that it is ready, the parent waits for that with background_wait. The child is
 * in the root directory. */
pid_t background_fork(int *ret_fd);
/* In the parent: 0 when the child is ready, else its exit status, which is not 0. A signal ends the
 * parent, and the child then ends itself. Closes fd. */
int background_wait(int fd, pid_t child);
/* In the child: leaves the session and the standard files, then tells the parent, last: its end may
 * be that of the session, with a hang-up for all in it. Messages go to syslog from now on. Closes
 * fd. Errors: -EPIPE: the parent is gone, it was interrupted. */
int background_ready(int fd);

#endif
