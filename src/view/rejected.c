/* SPDX-License-Identifier: MIT */
/* Texts that could not be applied are kept, so that nothing that was written is lost. Each is kept
 * by "NAME/PATH" until a later write to that file succeeds, or until it is removed. */
#include "rejected.h"

#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/clock.h"
#include "model/name.h"

struct rejected_text {
	struct rejected_text *next;
	struct timespec at;
	size_t len;
	char *text;  /* behind the path */
	char path[]; /* with its NUL */
};

void rejected_init(struct rejected *all)
{
	*all = (struct rejected){0};
	pthread_mutex_init(&all->lock, NULL);
}

static void free_one(struct rejected *all, struct rejected_text *one)
{
	all->bytes -= one->len;
	free(one);
}

void rejected_release(struct rejected *all)
{
	while (all->newest) {
		struct rejected_text *one = all->newest;

		all->newest = one->next;
		free_one(all, one);
	}
	pthread_mutex_destroy(&all->lock);
}

static struct rejected_text **rejected_find(struct rejected *all, const char *path)
{
	struct rejected_text **at = &all->newest;

	while (*at && strcmp((*at)->path, path) != 0)
		at = &(*at)->next;
	return at;
}

static bool take_out(struct rejected *all, const char *path)
{
	struct rejected_text **at = rejected_find(all, path), *one = *at;

	if (!one)
		return false;
	*at = one->next;
	free_one(all, one);
	return true;
}

static void drop_oldest(struct rejected *all)
{
	struct rejected_text **at = &all->newest;

	if (!*at)
		return;
	while ((*at)->next)
		at = &(*at)->next;
	free_one(all, STEAL(*at));
}

bool rejected_keep(struct rejected *all, const char *path, const char *text, size_t len)
{
	size_t path_size = strlen(path) + 1;
	struct rejected_text *one = NULL;

	if (len <= REJECTED_MAX)
		one = malloc(sizeof(*one) + path_size + len);
	if (!one)
		return false;
	one->at = clock_real();
	one->len = len;
	one->text = one->path + path_size;
	memcpy(one->path, path, path_size);
	memcpy(one->text, text, len);
	pthread_mutex_lock(&all->lock);
	take_out(all, path);
	while (all->newest && all->bytes + len > REJECTED_MAX)
		drop_oldest(all);
	one->next = all->newest;
	all->newest = one;
	all->bytes += len;
	pthread_mutex_unlock(&all->lock);
	return true;
}

bool rejected_drop(struct rejected *all, const char *path)
{
	bool found;

	pthread_mutex_lock(&all->lock);
	found = take_out(all, path);
	pthread_mutex_unlock(&all->lock);
	return found;
}

/* Returns the part of path that follows "dir/", NULL if path is not below dir. Every path is below
 * "". */
static const char *below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (!n)
		return path;
	return strncmp(path, dir, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
}

int rejected_get(
	struct rejected *all, const char *path, struct buf *ret, struct timespec *ret_at)
{
	const struct rejected_text *one;
	int r = -ENOENT;

	pthread_mutex_lock(&all->lock);
	one = *rejected_find(all, path);
	if (one) {
		r = ret ? buf_add(ret, one->text, one->len) : 0;
		*ret_at = one->at;
	}
	for (const struct rejected_text *o = all->newest; o && r == -ENOENT; o = o->next) {
		if (below(o->path, path)) {
			r = -EISDIR;
			*ret_at = o->at;
		}
	}
	pthread_mutex_unlock(&all->lock);
	return r;
}

uint64_t rejected_count(struct rejected *all)
{
	uint64_t count = 0;

	pthread_mutex_lock(&all->lock);
	for (const struct rejected_text *o = all->newest; o; o = o->next)
		count++;
	pthread_mutex_unlock(&all->lock);
	return count;
}

static int rejected_add_name(struct map *names, const char *rest)
{
	char name[NAME_FILE_MAX];
	const char *slash = strchr(rest, '/');
	size_t n = slash ? (size_t)(slash - rest) : strlen(rest);

	if (n >= sizeof(name))
		return 0;
	memcpy(name, rest, n);
	name[n] = '\0';
	return map_add(names, name, names) == -ENOMEM ? -ENOMEM : 0;
}

int rejected_list(struct rejected *all, const char *dir, struct map *ret)
{
	int r = 0;

	pthread_mutex_lock(&all->lock);
	for (const struct rejected_text *o = all->newest; o && r == 0; o = o->next) {
		const char *rest = below(o->path, dir);

		if (rest && *rest)
			r = rejected_add_name(ret, rest);
	}
	pthread_mutex_unlock(&all->lock);
	return r;
}
