/* SPDX-License-Identifier: MIT */
/* Where a node is, as the operations need it, and how they say that something was refused. */
#include "internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/hash.h"

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
	uint64_t h = hash_bytes(0, id, strlen(id));

	return h ? h : 1;
}

/* The path as the mount shows it; path itself for what is no VPC's. */
static const char *target_of(
	struct view *view, struct vpc *vpc, const char *path, char buf[NODE_PATH_MAX])
{
	int r = -1;

	if (vpc) {
		pthread_mutex_lock(&view->lock);
		r = path[0] ? path_join(buf, vpc->file, path)
			    : path_join(buf, "", vpc->file);
		pthread_mutex_unlock(&view->lock);
	}
	return r == 0 ? buf : path;
}

bool has_refused_text(struct vpc *vpc, const char *path)
{
	char target[NODE_PATH_MAX];
	struct timespec at;

	return rejected_get(vpc->view->journal, target_of(vpc->view, vpc, path, target),
		       NULL, &at) == 0;
}

int read_fail(struct view *view, struct vpc *vpc, const char *path,
	const struct api_problem *problem)
{
	struct report report = {.vpc = vpc, .what = "read", .is_read = true};
	char target[NODE_PATH_MAX];

	/* That something is not there, or that the caller left, is an answer. */
	if (problem->errnum == ENOENT || problem->errnum == EINTR)
		return -problem->errnum;
	report.target = target_of(view, vpc, path, target);
	return journal_fail(view, &report, problem);
}

int refuse(struct view *view, struct vpc *vpc, const char *what, const char *path,
	int errnum, const char *fmt, ...)
{
	struct report report = {.vpc = vpc, .what = what};
	struct api_problem problem = {.errnum = errnum};
	char target[NODE_PATH_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(problem.text, sizeof(problem.text), fmt, ap);
	va_end(ap);
	report.target = target_of(view, vpc, path, target);
	return journal_fail(view, &report, &problem);
}

static const char *why_refused(int errnum, bool is_file)
{
	if (errnum != EPERM)
		return "there is something else of this name";
	return is_file ? "nobody but the API sets it" : "that cannot be done here";
}

void vpc_refused(struct node *node, const char *what, const char *name, int errnum)
{
	struct node_place place;
	struct vpc *vpc;

	if ((name ? child_place(node, name, &place) : node_locate(node, &place)) < 0)
		return;
	vpc = place.data;
	refuse(vpc->view, vpc, what, place.path, errnum, "%s", why_refused(errnum, !name));
}

void view_refused(struct node *node, const char *what, const char *name, int errnum)
{
	struct node_place place;

	if ((name ? child_place(node, name, &place) : node_locate(node, &place)) == 0)
		refuse(place.data, NULL, what, place.path, errnum, "%s",
			errnum == EPERM && !name ? "it is read-only"
						 : why_refused(errnum, !name));
}
