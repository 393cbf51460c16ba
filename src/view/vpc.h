/* SPDX-License-Identifier: MIT */
/* A VPC as the mount knows it. The object stays the same while its name and its document change.
 * Reference-counted: the collection holds one reference, and so does each node. */
#ifndef VIEW_VPC_H
#define VIEW_VPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/cleanup.h"
#include "bases.h"
#include "last_error.h"
#include "local_entry.h"
#include "rmdir_guard.h"

struct vpc;

struct vpc_local {
	pthread_mutex_t lock; /* of the members below, each of which takes it itself */
	struct bases bases;
	struct last_error error;
	struct local_entries entries;
	struct rmdir_guard rmdir_guard;
};

struct vpc *vpc_ref(struct vpc *vpc);
void vpc_unref(struct vpc *vpc); /* NULL is allowed */
void vpc_unrefp(struct vpc **vpc);
#define CLEANUP_VPC CLEANUP(vpc_unrefp)

/* Borrowed; never changes. */
const char *vpc_id(const struct vpc *vpc);
/* The generation at which the VPC became known; never changes. */
uint64_t vpc_seen_us(const struct vpc *vpc);
/* What the mount keeps for the VPC besides the API's answers. Borrowed. */
struct vpc_local *vpc_local(struct vpc *vpc);

/* Whether the API's own status says that the VPC is being deleted. False if doc is NULL. */
bool vpc_is_deleting(const struct doc *doc);

/* A list of VPCs that holds a reference to each. Zero-initialised it is empty. */
struct vpc_list {
	struct vpc **vpcs; /* owned */
	size_t count, cap;
};
/* Errors: -ENOMEM. */
int vpc_list_add(struct vpc_list *list, struct vpc *vpc);
void vpc_list_release(struct vpc_list *list);
#define CLEANUP_VPC_LIST CLEANUP(vpc_list_release)

#endif
