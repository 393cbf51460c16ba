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

/* bytes of all texts together; past that the oldest text is dropped */
#define REJECTED_MAX (16u << 20)

struct rejected_text;

/* It has a lock of its own. */
struct rejected {
	pthread_mutex_t lock;
	struct rejected_text *newest; /* owned, and so are those behind it */
	size_t bytes;
};

void rejected_init(struct rejected *all);
void rejected_release(struct rejected *all);
/* Keeps a copy of the text in place of an older one of this path. Returns false if it cannot be
 * kept: it is too long, or there is no memory. */
bool rejected_keep(struct rejected *all, const char *path, const char *text, size_t len);
/* Drops the text of this path. Returns whether there was one. */
bool rejected_drop(struct rejected *all, const char *path);
/* Adds the text, unless ret is NULL, and writes its time to *ret_at. Errors: -ENOENT; -EISDIR if
 * texts are below the path (*ret_at is written then as well); those of buf_add. */
int rejected_get(
	struct rejected *all, const char *path, struct buf *ret, struct timespec *ret_at);
/* How many texts there are. */
uint64_t rejected_count(struct rejected *all);
/* Adds the names directly below dir, as keys. Errors: -ENOMEM. */
int rejected_list(struct rejected *all, const char *dir, struct map *ret);

#endif
