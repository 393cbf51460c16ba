/* SPDX-License-Identifier: MIT */
/* Local entries were made with mkdir and have no value yet. They exist in this mount only until
 * their value is written, and are charged to the memory of scratch files. */
#include "local_entry.h"

#include <errno.h>
#include <string.h>

#define COST 512 /* bytes charged for one entry */

static char without_file, with_file; /* the values of the map */

void local_entries_init(
	struct local_entries *e, pthread_mutex_t *lock, struct tree *const *tree)
{
	*e = (struct local_entries){.lock = lock, .tree = tree};
}

static bool has_value(struct local_entries *e, const char *path, const void *value)
{
	const void *found;

	pthread_mutex_lock(e->lock);
	found = map_get(&e->paths, path);
	pthread_mutex_unlock(e->lock);
	return found && (!value || found == value);
}

bool local_entry_exists(struct local_entries *e, const char *path)
{
	return has_value(e, path, NULL);
}

bool local_entry_has_file(struct local_entries *e, const char *path)
{
	return has_value(e, path, &with_file);
}

static void refund(struct local_entries *e)
{
	if (*e->tree)
		tree_scratch_refund(*e->tree, COST);
}

int local_entry_add(struct local_entries *e, const char *path)
{
	int r = *e->tree ? tree_scratch_charge(*e->tree, COST) : 0;

	if (r < 0)
		return r;
	pthread_mutex_lock(e->lock);
	r = map_add(&e->paths, path, &without_file);
	pthread_mutex_unlock(e->lock);
	if (r < 0)
		refund(e);
	return r;
}

void local_entry_make_file(struct local_entries *e, const char *path)
{
	pthread_mutex_lock(e->lock);
	if (map_get(&e->paths, path))
		map_set(&e->paths, path, &with_file);
	pthread_mutex_unlock(e->lock);
}

bool local_entry_drop(struct local_entries *e, const char *path)
{
	bool found;

	pthread_mutex_lock(e->lock);
	found = map_remove(&e->paths, path) != NULL;
	pthread_mutex_unlock(e->lock);
	if (found)
		refund(e);
	return found;
}

int local_entry_rename(struct local_entries *e, const char *path, const char *new_path)
{
	void *value;
	int r;

	pthread_mutex_lock(e->lock);
	value = map_get(&e->paths, path);
	r = value ? map_add(&e->paths, new_path, value) : -ENOENT;
	if (r == 0)
		map_remove(&e->paths, path);
	pthread_mutex_unlock(e->lock);
	return r;
}

void local_entries_release(struct local_entries *e)
{
	for (size_t i = e->paths.count; i; i--)
		refund(e);
	map_release(&e->paths);
}

int local_entry_names(struct local_entries *e, const char *dir, struct map *ret)
{
	size_t len = strlen(dir);
	int r = 0;

	pthread_mutex_lock(e->lock);
	for (struct map_pos p = {0}; r == 0 && map_next(&e->paths, &p);) {
		if (strncmp(p.key, dir, len) == 0 && p.key[len] == '/')
			r = map_add(ret, p.key + len + 1, e);
	}
	pthread_mutex_unlock(e->lock);
	return r;
}
