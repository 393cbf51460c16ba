/* SPDX-License-Identifier: MIT */
/* Where a node is, as the operations need it, and how they say that reading failed. */
#include "internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int path_join(char out[NODE_PATH_MAX], const char *path, const char *name)
{
	int n = snprintf(out, NODE_PATH_MAX, "%s%s%s", path, path[0] ? "/" : "", name);

	return n < 0 || n >= NODE_PATH_MAX ? -ENAMETOOLONG : 0;
}

int child_place(const struct node *dir, const char *name, struct node_place *ret)
{
	struct node_place place;
	int r = node_locate(dir, &place);

	if (r < 0)
		return r;
	ret->data = place.data;
	return path_join(ret->path, place.path, name);
}

uint64_t key_of_id(const char *id)
{
	uint64_t h = 14695981039346656037ULL;

	for (; *id; id++)
		h = (h ^ (unsigned char)*id) * 1099511628211ULL;
	return h ? h : 1;
}

int read_fail(struct view *view, struct vpc *vpc, const char *path,
	const struct api_problem *problem)
{
	struct report report = {.vpc = vpc, .what = "read", .target = path};
	char target[NODE_PATH_MAX];

	/* That something is not there, or that the caller left, is an answer. */
	if (problem->errnum == ENOENT || problem->errnum == EINTR)
		return -problem->errnum;
	if (vpc) {
		pthread_mutex_lock(&view->lock);
		if (path_join(target, vpc->file, path) == 0)
			report.target = target;
		pthread_mutex_unlock(&view->lock);
	}
	return journal_fail(view, &report, problem);
}
