/* SPDX-License-Identifier: MIT */
/* `.vpcfs/rejected`: texts that could not be applied, by "NAME/PATH". */
#ifndef VIEW_REJECTED_H
#define VIEW_REJECTED_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include "base/buf.h"
#include "base/map.h"

#define REJECTED_MAX (16u << 20) /* bytes of all texts; past it the oldest goes */

struct rejected_text;

/* It has a lock of its own. */
struct rejected {
	pthread_mutex_t lock;
	struct rejected_text *newest; /* owned, and so are the others behind it */
	size_t bytes;
};

void rejected_init(struct rejected *all);
void rejected_release(struct rejected *all);
/* Returns whether it is kept. */
bool rejected_keep(struct rejected *all, const char *path, const char *text, size_t len);
/* Returns whether there was one. */
bool rejected_drop(struct rejected *all, const char *path);
/* Adds the text, unless ret is NULL. Errors: -ENOENT; -EISDIR when texts are below the path (ret_at
 * is written); those of buf_add. */
int rejected_get(
	struct rejected *all, const char *path, struct buf *ret, struct timespec *ret_at);
/* How many texts there are. */
uint64_t rejected_count(struct rejected *all);
/* The names directly below, as keys. Errors: -ENOMEM. */
int rejected_list(struct rejected *all, const char *dir, struct map *ret);

#endif
