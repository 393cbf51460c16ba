/* SPDX-License-Identifier: MIT */
/* Entries of a list that were made with mkdir and have no value yet. They exist in this mount only,
 * until their value is written, and are charged to the memory of scratch files. */
#include "internal.h"

#include <errno.h>

#define COST 512 /* bytes charged for one */

static char without_file, with_file; /* what a map's value means */

static bool has_value(struct vpc *vpc, const char *path, const void *value)
{
	const void *found;

	pthread_mutex_lock(&vpc->view->lock);
	found = map_get(&vpc->local_entries, path);
	pthread_mutex_unlock(&vpc->view->lock);
	return found && (!value || found == value);
}

bool local_entry_exists(struct vpc *vpc, const char *path)
{
	return has_value(vpc, path, NULL);
}

bool local_entry_has_file(struct vpc *vpc, const char *path)
{
	return has_value(vpc, path, &with_file);
}

static void refund(struct vpc *vpc)
{
	if (vpc->view->tree)
		tree_scratch_refund(vpc->view->tree, COST);
}

int local_entry_add(struct vpc *vpc, const char *path)
{
	int r = vpc->view->tree ? tree_scratch_charge(vpc->view->tree, COST) : 0;

	if (r < 0)
		return r;
	pthread_mutex_lock(&vpc->view->lock);
	r = map_add(&vpc->local_entries, path, &without_file);
	pthread_mutex_unlock(&vpc->view->lock);
	if (r < 0)
		refund(vpc);
	return r;
}

void local_entry_make_file(struct vpc *vpc, const char *path)
{
	pthread_mutex_lock(&vpc->view->lock);
	if (map_get(&vpc->local_entries, path))
		map_set(&vpc->local_entries, path, &with_file);
	pthread_mutex_unlock(&vpc->view->lock);
}

bool local_entry_drop(struct vpc *vpc, const char *path)
{
	bool found;

	pthread_mutex_lock(&vpc->view->lock);
	found = map_remove(&vpc->local_entries, path) != NULL;
	pthread_mutex_unlock(&vpc->view->lock);
	if (found)
		refund(vpc);
	return found;
}

int local_entry_rename(struct vpc *vpc, const char *path, const char *new_path)
{
	void *value;
	int r;

	pthread_mutex_lock(&vpc->view->lock);
	value = map_get(&vpc->local_entries, path);
	r = value ? map_add(&vpc->local_entries, new_path, value) : -ENOENT;
	if (r == 0)
		map_remove(&vpc->local_entries, path);
	pthread_mutex_unlock(&vpc->view->lock);
	return r;
}

void local_entries_release(struct vpc *vpc)
{
	for (size_t i = vpc->local_entries.count; i; i--)
		refund(vpc);
	map_release(&vpc->local_entries);
}
