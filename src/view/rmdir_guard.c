/* SPDX-License-Identifier: MIT */
/* rm -r never takes a VPC apart, whatever program does it. GNU rm gives up a directory in which a
 * file could not be removed; busybox rm, find -delete and Python's rmtree go on to rmdir, which
 * here deletes. So an rmdir is refused to a living process that was refused an unlink below that
 * directory. Processes that cannot be told apart count as one, for a minute. */
#include "internal.h"

#include <string.h>

#define UNKNOWN_US 60000000ULL

struct refused_unlink {
	struct refused_unlink *next;
	struct caller remover;
	uint64_t until_us; /* of a remover that is not known */
	char path[];	   /* the directory */
};

static bool is_over(struct vpc *vpc, const struct refused_unlink *u)
{
	return u->remover.known ? !caller_lives(&u->remover)
				: view_generation(vpc->view) > u->until_us;
}

static void sweep(struct vpc *vpc)
{
	for (struct refused_unlink **at = &vpc->refused_unlinks; *at;) {
		struct refused_unlink *u = *at;

		if (is_over(vpc, u)) {
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

static struct refused_unlink *find(
	struct vpc *vpc, const struct caller *remover, const char *path)
{
	struct refused_unlink *u = vpc->refused_unlinks;

	while (u && !(is_by(u, remover) && strcmp(u->path, path) == 0))
		u = u->next;
	return u;
}

void rmdir_guard_note(struct vpc *vpc, const struct op *op, const char *path)
{
	struct refused_unlink *u;
	struct caller remover;

	caller_of(op->pid, &remover);
	pthread_mutex_lock(&vpc->view->lock);
	sweep(vpc);
	u = find(vpc, &remover, path);
	if (!u) {
		u = calloc(1, sizeof(*u) + strlen(path) + 1);
		if (u) {
			u->remover = remover;
			strcpy(u->path, path);
			u->next = vpc->refused_unlinks;
			vpc->refused_unlinks = u;
		}
	}
	if (u)
		u->until_us = view_generation(vpc->view) + UNKNOWN_US;
	pthread_mutex_unlock(&vpc->view->lock);
}

bool rmdir_guard_refuses(struct vpc *vpc, const struct op *op, const char *path)
{
	struct caller remover;
	bool refuses = false;

	caller_of(op->pid, &remover);
	pthread_mutex_lock(&vpc->view->lock);
	sweep(vpc);
	for (const struct refused_unlink *u = vpc->refused_unlinks; u; u = u->next)
		refuses |= is_by(u, &remover) && is_below(u->path, path);
	pthread_mutex_unlock(&vpc->view->lock);
	return refuses;
}

void rmdir_guard_release(struct vpc *vpc)
{
	while (vpc->refused_unlinks) {
		struct refused_unlink *u = vpc->refused_unlinks;

		vpc->refused_unlinks = u->next;
		free(u);
	}
}
