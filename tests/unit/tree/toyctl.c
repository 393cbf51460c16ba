/* SPDX-License-Identifier: MIT */
/* The toy view's controls: files that set how its stores behave, and show how they were called. */
#include <errno.h>
#include <string.h>
#include "toyobject.h"

static const struct node_ops ctl_ops;

static int ctl_lookup(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	static const char *const names[] = {"fail", "delay", "log", "reset"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(name, names[i]) != 0)
			continue;
		*ret = (struct node_entry){.ops = &ctl_ops,
			.kind = NODE_FILE,
			.flags = strcmp(name, "log") == 0 ? NODE_LIVE : 0};
		return 0;
	}
	return -ENOENT;
}

static int ctl_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	struct node_place place;
	struct toy *toy = object_of(node, &place)->toy;

	pthread_mutex_lock(&toy->lock);
	*ret = (struct node_attr){.mode = 0644,
		.size = strcmp(place.path, ".ctl/log") == 0 ? toy->log.len : 0};
	pthread_mutex_unlock(&toy->lock);
	return 0;
}

static int ctl_show(struct node *node, const struct op *op, struct node_text *ret)
{
	struct node_place place;
	struct toy *toy = object_of(node, &place)->toy;
	int r = 0;

	pthread_mutex_lock(&toy->lock);
	if (strcmp(place.path, ".ctl/log") == 0)
		r = buf_add(&ret->text, buf_str(&toy->log), toy->log.len);
	pthread_mutex_unlock(&toy->lock);
	return r;
}

static int ctl_store(struct node *node, const struct op *op, struct node_store *store)
{
	struct node_place place;
	struct toy *toy = object_of(node, &place)->toy;

	pthread_mutex_lock(&toy->lock);
	if (strcmp(place.path, ".ctl/fail") == 0)
		toy->fail = atoi(store->text);
	else if (strcmp(place.path, ".ctl/delay") == 0)
		toy->delay_ms = atoi(store->text);
	else
		buf_resize(&toy->log, 0);
	pthread_mutex_unlock(&toy->lock);
	return 0;
}

static const struct node_ops ctl_ops = {
	.stat = ctl_stat, .show = ctl_show, .store = ctl_store};
const struct node_ops toy_ctl_dir_ops = {.lookup = ctl_lookup};
