/* SPDX-License-Identifier: MIT */
/* rm -r never takes a VPC apart, whatever program does it. GNU rm leaves a directory alone if it
 * could not remove a file in it; busybox rm, find -delete and Python's rmtree go on to rmdir, which
 * here deletes. So rmdir is refused to a living process that was refused an unlink below that
 * directory. Processes that cannot be identified count as one, for a minute.
 *
 * It is refused to programs that copy trees, too. Some of them (mv from another file system, pax,
 * cpio) remove a directory that is in the way of one that they copy, and expect ENOTEMPTY if it is
 * not empty. */
#include "rmdir_guard.h"

#include <stdlib.h>
#include <string.h>
#include "base/caller.h"
#include "base/clock.h"
#include "copy_guard.h"

#define UNKNOWN_US 60000000ULL

struct refused_unlink {
	struct refused_unlink *next;
	struct caller remover;
	/* when it ends, for a remover that is not known */
	uint64_t expires_us;
	char path[]; /* the directory */
};

void rmdir_guard_init(struct rmdir_guard *g, pthread_mutex_t *lock)
{
	*g = (struct rmdir_guard){.lock = lock};
}

static bool is_over(const struct refused_unlink *u)
{
	return u->remover.known ? !caller_lives(&u->remover)
				: clock_mono_us() > u->expires_us;
}

static void guard_sweep_locked(struct rmdir_guard *g)
{
	for (struct refused_unlink **at = &g->first; *at;) {
		struct refused_unlink *u = *at;

		if (is_over(u)) {
			*at = u->next;
			free(u);
		} else {
			at = &u->next;
		}
	}
}

static bool is_by(const struct refused_unlink *u, const struct caller *remover)
{
	if (!u->remover.known || !remover->known)
		return u->remover.known == remover->known;
	return caller_equal(&u->remover, remover);
}

static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return !len || (strncmp(path, dir, len) == 0 && (!path[len] || path[len] == '/'));
}

static struct refused_unlink *guard_find_locked(
	struct rmdir_guard *g, const struct caller *remover, const char *path)
{
	struct refused_unlink *u = g->first;

	while (u && !(is_by(u, remover) && strcmp(u->path, path) == 0))
		u = u->next;
	return u;
}

void rmdir_guard_note(struct rmdir_guard *g, const struct op *op, const char *path)
{
	size_t size = strlen(path) + 1;
	struct refused_unlink *u;
	struct caller remover;

	caller_of(op->pid, &remover);
	pthread_mutex_lock(g->lock);
	guard_sweep_locked(g);
	u = guard_find_locked(g, &remover, path);
	if (!u) {
		u = calloc(1, sizeof(*u) + size);
		if (u) {
			u->remover = remover;
			memcpy(u->path, path, size);
			u->next = g->first;
			g->first = u;
		}
	}
	if (u)
		u->expires_us = clock_mono_us() + UNKNOWN_US;
	pthread_mutex_unlock(g->lock);
}

const char *rmdir_guard_refuses(
	struct rmdir_guard *g, const struct op *op, const char *path)
{
	struct caller remover;
	bool refuses = false;

	if (copy_guard_refuses(op))
		return "a program that copies trees removes nothing here, since it may "
		       "only want to make room for its copy: use rmdir";
	caller_of(op->pid, &remover);
	pthread_mutex_lock(g->lock);
	guard_sweep_locked(g);
	for (const struct refused_unlink *u = g->first; u; u = u->next)
		refuses |= is_by(u, &remover) && is_below(u->path, path);
	pthread_mutex_unlock(g->lock);
	return refuses ? "this process was refused the removal of a file below this "
			 "directory, and rm -r deletes nothing here: use rmdir alone"
		       : NULL;
}

void rmdir_guard_release(struct rmdir_guard *g)
{
	while (g->first) {
		struct refused_unlink *u = g->first;

		g->first = u->next;
		free(u);
	}
}
