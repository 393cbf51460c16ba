/* SPDX-License-Identifier: MIT */
/* What the toy view's sources share. */
#ifndef TOYOBJECT_H
#define TOYOBJECT_H

#include <stdlib.h>
#include "toyview.h"

#define TEXT_MAX   (1 << 20)
#define OBJECT_MAX 16

enum { VALUE, FLAG, LIST, SPEC, RO, SUB_VALUE, FIELDS };
struct object {
	struct toy *toy;
	int refs;
	bool gone;
	char name[256];
	uint64_t key;
	char *text[FIELDS]; /* owned */
	struct timespec mtime;
};

struct toy {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct object *objects[OBJECT_MAX];
	struct object self; /* what the root and what is below .ctl have as data */
	uint64_t keys;
	int fail, delay_ms;
	bool stopped, keeps;
	struct buf log;
};

extern const struct node_ops toy_ctl_dir_ops;

static inline struct object *object_of(const struct node *node, struct node_place *place)
{
	if (node_locate(node, place) < 0)
		abort();
	return place->data;
}

#endif
