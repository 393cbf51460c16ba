/* SPDX-License-Identifier: MIT */
/* Local entries: entries of a VPC's lists that have no value yet, and so exist in this mount only.
 */
#ifndef VIEW_LOCAL_ENTRY_H
#define VIEW_LOCAL_ENTRY_H

#include <pthread.h>
#include <stdbool.h>
#include "base/map.h"
#include "tree/tree.h"

/* Members are private. */
struct local_entries {
	pthread_mutex_t *lock; /* borrowed; not held by a caller */
	/* path of each entry -> whether the file of its value was made */
	struct map paths;
	/* borrowed: the tree that is charged for the entries; *tree is NULL when there is none */
	struct tree *const *tree;
};

void local_entries_init(
	struct local_entries *e, pthread_mutex_t *lock, struct tree *const *tree);
void local_entries_release(struct local_entries *e);

/* path is relative to the VPC: "vpcPrefixes/NAME". */
bool local_entry_exists(struct local_entries *e, const char *path);
bool local_entry_has_file(struct local_entries *e, const char *path);
/* Errors: -EEXIST, -ENOMEM, -ENOSPC. */
int local_entry_add(struct local_entries *e, const char *path);
/* Notes that the file of the entry's value was made. The file is empty until it is written. */
void local_entry_make_file(struct local_entries *e, const char *path);
/* Removes the entry. Returns whether there was one. */
bool local_entry_drop(struct local_entries *e, const char *path);
/* Errors: -ENOENT, -EEXIST, -ENOMEM. */
int local_entry_rename(struct local_entries *e, const char *path, const char *new_path);
/* Adds the names of the directory's entries, as keys. Errors: -EEXIST, -ENOMEM. */
int local_entry_names(struct local_entries *e, const char *dir, struct map *ret);

#endif
