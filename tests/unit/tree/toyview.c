/* SPDX-License-Identifier: MIT */
/* A view without a service, for testing tree and fs. */
#include "toyobject.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"

static const char *const field_names[FIELDS] = {
	"value", "flag", "list", "spec", "ro", "sub/value"};

static const struct node_ops root_ops, object_ops, sub_ops, field_ops, spec_ops, ro_ops,
	link_ops, slow_ops;

static struct toy *toy_of(const struct node *node)
{
	struct node_place place;

	return object_of(node, &place)->toy;
}

static void object_ref(struct object *o)
{
	__atomic_add_fetch(&o->refs, 1, __ATOMIC_RELAXED);
}

static void object_unref(void *data)
{
	struct object *o = data;

	if (__atomic_sub_fetch(&o->refs, 1, __ATOMIC_ACQ_REL) || o == &o->toy->self)
		return;
	for (int i = 0; i < FIELDS; i++)
		free(o->text[i]);
	free(o);
}

static struct object *object_new(struct toy *toy, const char *name)
{
	static const char *const first[FIELDS] = {"one\n", "false\n", "1\n2\n",
		"{\n  \"a\": 1,\n  \"b\": 2\n}\n", "fixed\ntext\n", "deep\n"};
	struct object *o = calloc(1, sizeof(*o));

	o->toy = toy;
	o->refs = 1;
	o->key = ++toy->keys;
	o->mtime = (struct timespec){.tv_sec = 1700000000};
	strncpy(o->name, name, sizeof(o->name) - 1);
	for (int i = 0; i < FIELDS; i++)
		o->text[i] = strdup(first[i]);
	return o;
}

static struct object **object_find(struct toy *toy, const char *name)
{
	for (int i = 0; i < OBJECT_MAX; i++) {
		if (toy->objects[i] && strcmp(toy->objects[i]->name, name) == 0)
			return &toy->objects[i];
	}
	return NULL;
}

static int field_of(const char *path)
{
	for (int i = 0; i < FIELDS; i++) {
		if (strcmp(field_names[i], path) == 0)
			return i;
	}
	return -1;
}

static const struct node_ops *field_ops_of(int field)
{
	return field == RO ? &ro_ops : field == SPEC ? &spec_ops : &field_ops;
}

static struct node_entry entry_of(struct object *o)
{
	object_ref(o);
	return (struct node_entry){.ops = &object_ops,
		.kind = NODE_DIR,
		.flags = NODE_SCRATCH,
		.data = o,
		.key = o->key};
}

/* The root. */

static int root_lookup(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	struct toy *toy = toy_of(dir);
	struct object **o;

	if (strcmp(name, ".ctl") == 0)
		*ret = (struct node_entry){
			.ops = &toy_ctl_dir_ops, .kind = NODE_DIR, .flags = NODE_HIDDEN};
	else if (strcmp(name, "slow") == 0)
		*ret = (struct node_entry){.ops = &slow_ops, .kind = NODE_FILE};
	else {
		pthread_mutex_lock(&toy->lock);
		o = object_find(toy, name);
		if (o)
			*ret = entry_of(*o);
		pthread_mutex_unlock(&toy->lock);
		return o ? 0 : -ENOENT;
	}
	return 0;
}

static int root_list(struct node *dir, const struct op *op, struct node_listing *listing)
{
	struct toy *toy = toy_of(dir);
	struct node_entry slow = {.ops = &slow_ops, .kind = NODE_FILE};
	int r = node_listing_add(listing, "slow", &slow, NULL);

	pthread_mutex_lock(&toy->lock);
	for (int i = 0; i < OBJECT_MAX && r == 0; i++) {
		struct object *o = toy->objects[i];
		struct node_attr attr = {.mode = 0755};
		struct node_entry e;

		if (!o)
			continue;
		e = entry_of(o);
		attr.mtime = o->mtime;
		r = node_listing_add(listing, o->name, &e, &attr);
	}
	pthread_mutex_unlock(&toy->lock);
	return r;
}

static int root_make(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	struct toy *toy = toy_of(dir);
	int r = -ENOSPC;

	pthread_mutex_lock(&toy->lock);
	if (object_find(toy, name))
		r = -EEXIST;
	for (int i = 0; i < OBJECT_MAX && r == -ENOSPC; i++) {
		if (toy->objects[i])
			continue;
		toy->objects[i] = object_new(toy, name);
		*ret = entry_of(toy->objects[i]);
		r = 0;
	}
	pthread_mutex_unlock(&toy->lock);
	return r;
}

static int root_remove(
	struct node *dir, const struct op *op, const char *name, bool has_scratch)
{
	struct toy *toy = toy_of(dir);
	struct object **o;

	if (has_scratch)
		return -ENOTEMPTY;
	pthread_mutex_lock(&toy->lock);
	o = object_find(toy, name);
	if (o) {
		(*o)->gone = true;
		object_unref(*o);
		*o = NULL;
	}
	pthread_mutex_unlock(&toy->lock);
	return o ? 0 : -ENOENT;
}

static int root_rename(struct node *dir, const struct op *op, const char *name,
	struct node *new_dir, const char *new_name, bool noreplace)
{
	struct toy *toy = toy_of(dir);
	struct object **o;

	if (new_dir != dir)
		return -EPERM;
	pthread_mutex_lock(&toy->lock);
	o = object_find(toy, name);
	if (o)
		strncpy((*o)->name, new_name, sizeof((*o)->name) - 1);
	pthread_mutex_unlock(&toy->lock);
	return o ? 0 : -ENOENT;
}

static int dir_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	struct node_place place;
	struct object *o = object_of(node, &place);

	*ret = (struct node_attr){.mode = 0755, .mtime = o->mtime};
	return o->gone ? -ENOENT : 0;
}

/* An object's directories. */

static int object_lookup(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	struct node_place place;
	struct object *o = object_of(dir, &place);
	char path[NODE_PATH_MAX + 300];
	int field;

	snprintf(path, sizeof(path), "%s%s%s", place.path, *place.path ? "/" : "", name);
	field = field_of(path);
	if (o->gone)
		return -ENOENT;
	if (field >= 0)
		*ret = (struct node_entry){.ops = field_ops_of(field), .kind = NODE_FILE};
	else if (strcmp(path, "sub") == 0)
		*ret = (struct node_entry){
			.ops = &sub_ops, .kind = NODE_DIR, .flags = NODE_SCRATCH};
	else if (strcmp(path, "link") == 0)
		*ret = (struct node_entry){.ops = &link_ops, .kind = NODE_LINK};
	else
		return -ENOENT;
	return 0;
}

static struct node_attr attr_of(const struct object *o, int field)
{
	return (struct node_attr){.mode = field == RO ? 0444 : 0644,
		.mtime = o->mtime,
		.size = strlen(o->text[field]),
		.until_us = o->toy->keeps ? clock_mono_us() + 60000000 : 0};
}

static int add_field(struct node_listing *l, struct object *o, int field)
{
	struct node_entry e = {.ops = field_ops_of(field), .kind = NODE_FILE};
	struct node_attr attr = attr_of(o, field);

	return node_listing_add(
		l, field == SUB_VALUE ? "value" : field_names[field], &e, &attr);
}

static int object_list(struct node *dir, const struct op *op, struct node_listing *listing)
{
	struct node_place place;
	struct object *o = object_of(dir, &place);
	struct node_entry sub = {.ops = &sub_ops, .kind = NODE_DIR, .flags = NODE_SCRATCH};
	struct node_entry link = {.ops = &link_ops, .kind = NODE_LINK};
	int r = node_listing_add(listing, "sub", &sub, NULL);

	if (r == 0)
		r = node_listing_add(listing, "link", &link, NULL);
	pthread_mutex_lock(&o->toy->lock);
	for (int i = 0; i < SUB_VALUE && r == 0; i++)
		r = add_field(listing, o, i);
	pthread_mutex_unlock(&o->toy->lock);
	return r;
}

static int sub_list(struct node *dir, const struct op *op, struct node_listing *listing)
{
	struct node_place place;
	struct object *o = object_of(dir, &place);
	int r;

	pthread_mutex_lock(&o->toy->lock);
	r = add_field(listing, o, SUB_VALUE);
	pthread_mutex_unlock(&o->toy->lock);
	return r;
}

/* Fields. */

static int field_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	struct node_place place;
	struct object *o = object_of(node, &place);
	int field = field_of(place.path);

	pthread_mutex_lock(&o->toy->lock);
	*ret = attr_of(o, field);
	pthread_mutex_unlock(&o->toy->lock);
	return o->gone ? -ENOENT : 0;
}

static int field_show(struct node *node, const struct op *op, struct node_text *ret)
{
	struct node_place place;
	struct object *o = object_of(node, &place);
	int r;

	pthread_mutex_lock(&o->toy->lock);
	r = buf_adds(&ret->text, o->text[field_of(place.path)]);
	ret->attr = attr_of(o, field_of(place.path));
	pthread_mutex_unlock(&o->toy->lock);
	ret->origin = strdup("shown");
	return o->gone ? -ENOENT : r;
}

static void *field_origin(struct node *node)
{
	(void)node;
	return strdup("origin");
}

static bool spec_complete(struct node *node, const char *text, size_t len)
{
	int depth = 0;

	for (size_t i = 0; i < len; i++)
		depth += (text[i] == '{') - (text[i] == '}');
	return len > 2 && text[0] == '{' && depth == 0 && text[len - 1] == '\n';
}

static void toy_log_add(struct toy *toy, enum store_why why, const struct object *o,
	const char *path, const char *text, size_t len)
{
	static const char *const whys[] = {"write", "flush", "fsync", "rename", "release"};

	buf_addf(&toy->log, "%s %s/%s ", whys[why], o->name, path);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			buf_adds(&toy->log, "\\n");
		else
			buf_addc(&toy->log, text[i] ? text[i] : '?');
	}
	buf_addc(&toy->log, '\n');
}

/* One who waits. cancel's own lock is held when wake runs, so the waiter must not ask cancel while it holds toy's. */
struct waiter {
	struct toy *toy;
	bool given_up;
};

static void wake(void *arg)
{
	struct waiter *w = arg;

	pthread_mutex_lock(&w->toy->lock);
	w->given_up = true;
	pthread_cond_broadcast(&w->toy->changed);
	pthread_mutex_unlock(&w->toy->lock);
}

/* Until until_ms, the operation's deadline, the end, or nobody waits any more. */
static int toy_wait(struct toy *toy, const struct op *op, uint64_t until_ms)
{
	struct waiter w = {.toy = toy};
	int r = 0;

	cancel_hook(op->cancel, wake, &w);
	pthread_mutex_lock(&toy->lock);
	while (!toy->stopped && !w.given_up && clock_mono_ms() < until_ms &&
		!op_is_past(op))
		clock_cond_wait(&toy->changed, &toy->lock,
			until_ms < op->deadline_ms ? until_ms : op->deadline_ms);
	if (toy->stopped)
		r = -ESHUTDOWN;
	else if (w.given_up)
		r = -EINTR;
	else if (clock_mono_ms() < until_ms)
		r = -ETIMEDOUT;
	pthread_mutex_unlock(&toy->lock);
	cancel_unhook(op->cancel);
	return r;
}

static int field_store(struct node *node, const struct op *op, enum store_why why,
	const char *text, size_t len, void **origin)
{
	struct node_place place;
	struct object *o = object_of(node, &place);
	struct toy *toy = o->toy;
	char **to = &o->text[field_of(place.path)];
	int r = 0;

	pthread_mutex_lock(&toy->lock);
	toy_log_add(toy, why, o, place.path, text, len);
	r = -toy->fail;
	pthread_mutex_unlock(&toy->lock);
	if (toy->delay_ms)
		r = toy_wait(toy, op, clock_mono_ms() + (uint64_t)toy->delay_ms);
	if (r < 0 || o->gone)
		return o->gone ? -ENOENT : r;
	if (memchr(text, '\0', len) || memmem(text, len, "bad", 3))
		return -EINVAL;
	while (len && text[len - 1] == '\n')
		len--;
	pthread_mutex_lock(&toy->lock);
	free(*to);
	if (asprintf(to, "%.*s\n", (int)len, text) < 0)
		abort();
	o->mtime.tv_sec++;
	pthread_mutex_unlock(&toy->lock);
	free(*origin);
	*origin = strdup("stored");
	return 0;
}

static int link_show(struct node *node, const struct op *op, struct node_text *ret)
{
	return buf_adds(&ret->text, "value");
}

static int link_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	*ret = (struct node_attr){.mode = 0777, .size = strlen("value")};
	return 0;
}

static int slow_show(struct node *node, const struct op *op, struct node_text *ret)
{
	return toy_wait(toy_of(node), op, UINT64_MAX);
}

static const struct node_ops root_ops = {.stat = dir_stat,
	.lookup = root_lookup,
	.list = root_list,
	.make = root_make,
	.remove = root_remove,
	.rename = root_rename,
	.release = object_unref};
static const struct node_ops object_ops = {.stat = dir_stat,
	.lookup = object_lookup,
	.list = object_list,
	.origin = field_origin,
	.origin_free = free,
	.release = object_unref};
static const struct node_ops sub_ops = {
	.stat = dir_stat, .lookup = object_lookup, .list = sub_list};
static const struct node_ops field_ops = {.stat = field_stat,
	.show = field_show,
	.store = field_store,
	.origin = field_origin,
	.origin_free = free};
static const struct node_ops spec_ops = {.stat = field_stat,
	.show = field_show,
	.store = field_store,
	.complete = spec_complete,
	.origin = field_origin,
	.origin_free = free};
static const struct node_ops ro_ops = {
	.stat = field_stat, .show = field_show, .origin_free = free};
static const struct node_ops link_ops = {.stat = link_stat, .show = link_show};
static const struct node_ops slow_ops = {.show = slow_show};

struct toy *toy_new(void)
{
	struct toy *toy = calloc(1, sizeof(*toy));

	pthread_mutex_init(&toy->lock, NULL);
	clock_cond_init(&toy->changed);
	buf_init(&toy->log, TEXT_MAX);
	toy->self.toy = toy;
	toy->objects[0] = object_new(toy, "a");
	toy->objects[1] = object_new(toy, "b");
	return toy;
}

void toy_free(struct toy *toy)
{
	for (int i = 0; i < OBJECT_MAX; i++) {
		if (toy->objects[i])
			object_unref(toy->objects[i]);
	}
	buf_release(&toy->log);
	pthread_cond_destroy(&toy->changed);
	pthread_mutex_destroy(&toy->lock);
	free(toy);
}

void toy_stop(struct toy *toy)
{
	pthread_mutex_lock(&toy->lock);
	toy->stopped = true;
	pthread_cond_broadcast(&toy->changed);
	pthread_mutex_unlock(&toy->lock);
}

struct node_entry toy_root(struct toy *toy)
{
	toy->self.refs++;
	return (struct node_entry){.ops = &root_ops, .kind = NODE_DIR, .data = &toy->self};
}

void toy_vanish(struct toy *toy, const char *name)
{
	struct object **o;

	pthread_mutex_lock(&toy->lock);
	o = object_find(toy, name);
	(*o)->gone = true;
	object_unref(*o);
	*o = NULL;
	pthread_mutex_unlock(&toy->lock);
}

void toy_keep(struct toy *toy)
{
	toy->keeps = true;
}

void toy_set_begin(struct toy *toy, struct tree *tree, const char *name, const char *value)
{
	struct object *o;

	tree_change_begin(tree);
	pthread_mutex_lock(&toy->lock);
	o = *object_find(toy, name);
	free(o->text[VALUE]);
	o->text[VALUE] = strdup(value);
	pthread_mutex_unlock(&toy->lock);
}

void toy_set_end(struct toy *toy, struct tree *tree, const char *name)
{
	tree_change_touch(tree, *object_find(toy, name));
	tree_change_end(tree);
}

void toy_set(struct toy *toy, struct tree *tree, const char *name, const char *value)
{
	toy_set_begin(toy, tree, name, value);
	toy_set_end(toy, tree, name);
}

void toy_fail(struct toy *toy, int errnum)
{
	toy->fail = errnum;
}

char *toy_take_log(struct toy *toy)
{
	char *text;

	pthread_mutex_lock(&toy->lock);
	text = buf_steal(&toy->log);
	pthread_mutex_unlock(&toy->lock);
	return text;
}
