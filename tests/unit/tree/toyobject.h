/* SPDX-License-Identifier: MIT */
/* What the sources of the toy view share. */
#ifndef TOYOBJECT_H
#define TOYOBJECT_H

#include <stdatomic.h>
#include <stdlib.h>
#include "toyview.h"

#define TEXT_MAX   (1 << 20)
#define OBJECT_MAX 64
#define BASE_MAX   256

enum { VALUE, FLAG, LIST, SPEC, RO, SUB_VALUE, EXTRA, FIELDS };
struct object {
	struct toy *toy;
	int refs;
	atomic_bool gone;
	char name[256];
	uint64_t key;
	char *text[FIELDS]; /* owned; NULL: the field has not been made */
	struct timespec mtime;
};

struct toy {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct object *objects[OBJECT_MAX];
	struct object self; /* the data of the root and of .ctl */
	uint64_t keys;
	int fail, delay_ms;
	bool stopped, dry_run;
	struct tree *tree; /* borrowed; if not NULL, answers may be kept */
	struct buf log;
	struct toy_seen seen;
	struct caller reader; /* the last caller that read a spec to its end */
	char *read_base;      /* owned: the text that it read */
};

extern const struct node_ops toy_ctl_dir_ops, root_ops, slow_ops;
extern const char *const field_names[FIELDS];

struct toy *toy_of(const struct node *node);
struct object *object_new(struct toy *toy, const char *name);
void object_unref(void *data);
/* Under the toy's lock: the place of it, or NULL. */
struct object **object_find(struct toy *toy, const char *name);
struct node_entry entry_of(struct object *o);
bool object_claims(const char *path, bool is_dir);
int dir_stat(struct node *node, const struct op *op, struct node_attr *ret);

static inline struct object *object_of(const struct node *node, struct node_place *place)
{
	if (node_locate(node, place) < 0)
		abort();
	return place->data;
}

#endif
