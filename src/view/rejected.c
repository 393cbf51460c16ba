/* SPDX-License-Identifier: MIT */
/* Texts that could not be applied: nothing that somebody wrote is lost. Kept by "NAME/PATH" until a
 * later write to that file succeeds or they are removed. */
#include "journal.h"

#include <errno.h>
#include <string.h>
#include "base/clock.h"

struct rejected {
	struct rejected *next;
	char *path; /* owned */
	char *text; /* owned */
	size_t len;
	struct timespec at;
};

static void free_one(struct journal *j, struct rejected *one)
{
	j->rejected_bytes -= one->len;
	free(one->path);
	free(one->text);
	free(one);
}

void rejected_free(struct journal *j)
{
	while (j->rejected) {
		struct rejected *one = j->rejected;

		j->rejected = one->next;
		free_one(j, one);
	}
}

static struct rejected **find(struct journal *j, const char *path)
{
	struct rejected **at = &j->rejected;

	while (*at && strcmp((*at)->path, path) != 0)
		at = &(*at)->next;
	return at;
}

static bool take_out(struct journal *j, const char *path)
{
	struct rejected **at = find(j, path), *one = *at;

	if (!one)
		return false;
	*at = one->next;
	free_one(j, one);
	return true;
}

static void drop_oldest(struct journal *j)
{
	struct rejected **at = &j->rejected;

	if (!*at)
		return;
	while ((*at)->next)
		at = &(*at)->next;
	free_one(j, STEAL(*at));
}

bool rejected_keep(struct journal *j, const char *path, const char *text, size_t len)
{
	struct rejected *one = calloc(1, sizeof(*one));

	if (!one)
		return false;
	*one = (struct rejected){.path = strdup(path),
		.text = malloc(len + 1),
		.len = len,
		.at = clock_real()};
	if (!one->path || !one->text || len > REJECTED_MAX) {
		free(one->path);
		free(one->text);
		free(one);
		return false;
	}
	memcpy(one->text, text, len);
	pthread_mutex_lock(&j->lock);
	take_out(j, path);
	while (j->rejected && j->rejected_bytes + len > REJECTED_MAX)
		drop_oldest(j);
	one->next = j->rejected;
	j->rejected = one;
	j->rejected_bytes += len;
	pthread_mutex_unlock(&j->lock);
	return true;
}

bool rejected_drop(struct journal *j, const char *path)
{
	bool found;

	pthread_mutex_lock(&j->lock);
	found = take_out(j, path);
	pthread_mutex_unlock(&j->lock);
	return found;
}

/* What stands behind "dir/" in path, NULL when path is not below dir. "" is above all. */
static const char *below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (!n)
		return path;
	return strncmp(path, dir, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
}

int rejected_get(
	struct journal *j, const char *path, struct buf *ret, struct timespec *ret_at)
{
	const struct rejected *one;
	int r = -ENOENT;

	pthread_mutex_lock(&j->lock);
	one = *find(j, path);
	if (one) {
		r = ret ? buf_add(ret, one->text, one->len) : 0;
		*ret_at = one->at;
	}
	for (const struct rejected *o = j->rejected; o && r == -ENOENT; o = o->next) {
		if (below(o->path, path)) {
			r = -EISDIR;
			*ret_at = o->at;
		}
	}
	pthread_mutex_unlock(&j->lock);
	return r;
}

uint64_t rejected_count(struct journal *j)
{
	uint64_t count = 0;

	pthread_mutex_lock(&j->lock);
	for (const struct rejected *o = j->rejected; o; o = o->next)
		count++;
	pthread_mutex_unlock(&j->lock);
	return count;
}

static int add_name(struct map *names, const char *rest)
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

int rejected_list(struct journal *j, const char *dir, struct map *ret)
{
	int r = 0;

	pthread_mutex_lock(&j->lock);
	for (const struct rejected *o = j->rejected; o && r == 0; o = o->next) {
		const char *rest = below(o->path, dir);

		if (rest && *rest)
			r = add_name(ret, rest);
	}
	pthread_mutex_unlock(&j->lock);
	return r;
}
