/* SPDX-License-Identifier: MIT */
/* A view without a service, for tests of tree and fs. */
#include "toyobject.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"

const char *const field_names[FIELDS] = {
	"value", "flag", "list", "spec", "ro", "sub/value", "extra"};

static uint64_t object_key(const void *data)
{
	return ((const struct object *)data)->key;
}

static const struct node_ops object_ops, sub_ops, field_ops, spec_ops, ro_ops, link_ops;

struct toy *toy_of(const struct node *node)
{
	struct node_place place;

	return object_of(node, &place)->toy;
}

static void object_ref(struct object *o)
{
	__atomic_add_fetch(&o->refs, 1, __ATOMIC_RELAXED);
}

void object_unref(void *data)
{
	struct object *o = data;

	if (__atomic_sub_fetch(&o->refs, 1, __ATOMIC_ACQ_REL) || o == &o->toy->self)
		return;
	for (int i = 0; i < FIELDS; i++)
		free(o->text[i]);
	free(o);
}

struct object *object_new(struct toy *toy, const char *name)
{
	static const char *const first[FIELDS] = {"one\n", "false\n", "1\n2\n",
		"{\n  \"a\": 1,\n  \"b\": 2\n}\n", "fixed\ntext\n", "deep\n", NULL};
	struct object *o = calloc(1, sizeof(*o));

	o->toy = toy;
	o->refs = 1;
	o->key = __atomic_add_fetch(&toy->keys, 1, __ATOMIC_RELAXED);
	o->mtime = (struct timespec){.tv_sec = 1700000000};
	strncpy(o->name, name, sizeof(o->name) - 1);
	for (int i = 0; i < FIELDS; i++)
		o->text[i] = first[i] ? strdup(first[i]) : NULL;
	return o;
}

struct object **object_find(struct toy *toy, const char *name)
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

struct node_entry entry_of(struct object *o)
{
	object_ref(o);
	return (struct node_entry){
		.ops = &object_ops, .kind = NODE_DIR, .flags = NODE_SCRATCH, .data = o};
}

int dir_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	struct node_place place;
	struct object *o = object_of(node, &place);

	pthread_mutex_lock(&o->toy->lock);
	*ret = (struct node_attr){.mode = 0755,
		.mtime = o->mtime,
		.expires_us = o->toy->tree ? clock_mono_us() + 60000000 : 0};
	pthread_mutex_unlock(&o->toy->lock);
	return o->gone ? -ENOENT : 0;
}

/* An object's directories. */

static struct node_entry sub_entry(void)
{
	return (struct node_entry){
		.ops = &sub_ops, .kind = NODE_DIR, .flags = NODE_SCRATCH | NODE_FLEETING};
}

bool object_claims(const char *path, bool is_dir)
{
	return field_of(path) >= 0 || strcmp(path, "sub") == 0;
}

static int object_create(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	struct node_place place;
	struct object *o = object_of(dir, &place);

	if (strcmp(name, "extra") != 0)
		return -ENOSYS;
	pthread_mutex_lock(&o->toy->lock);
	if (!o->text[EXTRA])
		o->text[EXTRA] = strdup("");
	pthread_mutex_unlock(&o->toy->lock);
	*ret = (struct node_entry){.ops = &field_ops, .kind = NODE_FILE};
	return 0;
}

/* A process that has read a spec to its end gets that text as a base. */
static void *object_base_of(struct node *dir, const struct caller *writer)
{
	struct toy *toy = toy_of(dir);
	char *base = NULL;

	pthread_mutex_lock(&toy->lock);
	if (caller_equal(writer, &toy->reader))
		base = strdup(toy->read_base);
	pthread_mutex_unlock(&toy->lock);
	return base;
}

static int object_lookup(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret)
{
	struct node_place place;
	struct object *o = object_of(dir, &place);
	char path[NODE_PATH_MAX + 300];
	bool has_field;
	int field;

	snprintf(path, sizeof(path), "%s%s%s", place.path, *place.path ? "/" : "", name);
	field = field_of(path);
	if (o->gone)
		return -ENOENT;
	pthread_mutex_lock(&o->toy->lock);
	has_field = field >= 0 && o->text[field];
	pthread_mutex_unlock(&o->toy->lock);
	if (has_field)
		*ret = (struct node_entry){.ops = field_ops_of(field), .kind = NODE_FILE};
	else if (strcmp(path, "sub") == 0)
		*ret = sub_entry();
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
		.expires_us = o->toy->tree ? clock_mono_us() + 60000000 : 0};
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
	struct node_entry sub = sub_entry();
	struct node_entry link = {.ops = &link_ops, .kind = NODE_LINK};
	int r = node_listing_add(listing, "sub", &sub, NULL);

	if (r == 0)
		r = node_listing_add(listing, "link", &link, NULL);
	pthread_mutex_lock(&o->toy->lock);
	for (int i = 0; i < FIELDS && r == 0; i++) {
		if (i != SUB_VALUE && o->text[i])
			r = add_field(listing, o, i);
	}
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
	o->toy->seen.must_ask += ret->must_ask;
	pthread_mutex_unlock(&o->toy->lock);
	return o->gone ? -ENOENT : r;
}

static int spec_show(struct node *node, const struct op *op, struct node_text *ret)
{
	int r = field_show(node, op, ret);

	if (r == 0)
		ret->base = strdup(buf_str(&ret->text));
	return r;
}

static void spec_was_read(struct node *node, const struct op *op, void *base)
{
	struct toy *toy = toy_of(node);

	pthread_mutex_lock(&toy->lock);
	caller_of(op->pid, &toy->reader);
	free(toy->read_base);
	toy->read_base = strdup(base ? base : "no base");
	pthread_mutex_unlock(&toy->lock);
}

static bool spec_complete(struct node *node, const char *text, size_t len)
{
	int depth = 0;

	for (size_t i = 0; i < len; i++)
		depth += (text[i] == '{') - (text[i] == '}');
	return len > 2 && text[0] == '{' && depth == 0 && text[len - 1] == '\n';
}

static void toy_log_add(struct toy *toy, const struct node_store *store,
	const struct object *o, const char *path)
{
	const char *text = store->text;
	size_t len = store->len;
	static const char *const whys[] = {"write", "flush", "fsync", "rename", "release"};

	buf_addf(&toy->log, "%s%s %s/%s ", whys[store->why], store->is_append ? "+" : "",
		o->name, path);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			buf_adds(&toy->log, "\\n");
		else
			buf_addc(&toy->log, text[i] ? text[i] : '?');
	}
	buf_addc(&toy->log, '\n');
}

/* A waiting thread. wake runs with the cancel's lock held and takes the toy's, so the waiter must
 * not lock the cancel while it holds the toy's lock. */
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

/* Waits until until_ms, the operation's deadline, the end, or the cancel. */
static int toy_wait(struct toy *toy, const struct op *op, uint64_t until_ms)
{
	struct waiter w = {.toy = toy};
	int r = 0;

	cancel_hook(op->cancel, wake, &w);
	pthread_mutex_lock(&toy->lock);
	while (!toy->stopped && !w.given_up && clock_mono_ms() < until_ms &&
		op_left_ms(op) > 0)
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

static void toy_note(struct toy *toy, const struct node_store *store)
{
	snprintf(toy->seen.base, sizeof(toy->seen.base), "%s",
		store->base ? (const char *)store->base : "none");
	toy->seen.writer = store->writer;
	toy->seen.mover = store->mover;
}

/* Normalised to one last newline. */
static void toy_take_text(char **to, const struct node_store *store)
{
	size_t len = store->len;
	char *old = *to;

	while (len && store->text[len - 1] == '\n')
		len--;
	if (asprintf(to, "%s%.*s\n", store->is_append ? old : "", (int)len, store->text) <
		0)
		abort();
	free(old);
}

static int field_store(struct node *node, const struct op *op, struct node_store *store)
{
	struct node_place place;
	struct object *o = object_of(node, &place);
	struct toy *toy = o->toy;
	int r = 0;

	pthread_mutex_lock(&toy->lock);
	toy_log_add(toy, store, o, place.path);
	toy_note(toy, store);
	r = -toy->fail;
	pthread_mutex_unlock(&toy->lock);
	if (toy->delay_ms)
		r = toy_wait(toy, op, clock_mono_ms() + (uint64_t)toy->delay_ms);
	if (r < 0 || o->gone)
		return o->gone ? -ENOENT : r;
	if (memchr(store->text, '\0', store->len) ||
		memmem(store->text, store->len, "bad", 3))
		return -EINVAL;
	pthread_mutex_lock(&toy->lock);
	toy_take_text(&o->text[field_of(place.path)], store);
	o->mtime.tv_sec++;
	pthread_mutex_unlock(&toy->lock);
	tree_change_touch(toy->tree, o);
	return 0;
}

static int spec_store(struct node *node, const struct op *op, struct node_store *store)
{
	int r = field_store(node, op, store);

	if (r == 0 && store->base) {
		free(store->base);
		store->base = strndup(store->text, store->len);
	}
	return r;
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

static const struct node_ops object_ops = {.stat = dir_stat,
	.lookup = object_lookup,
	.list = object_list,
	.create = object_create,
	.base_of = object_base_of,
	.base_free = free,
	.claims = object_claims,
	.key = object_key,
	.release = object_unref};
static const struct node_ops sub_ops = {.stat = dir_stat,
	.lookup = object_lookup,
	.list = sub_list,
	.base_of = object_base_of,
	.base_free = free};
static const struct node_ops field_ops = {
	.stat = field_stat, .show = field_show, .store = field_store};
static const struct node_ops spec_ops = {.stat = field_stat,
	.show = spec_show,
	.store = spec_store,
	.complete = spec_complete,
	.was_read = spec_was_read,
	.base_free = free};
static const struct node_ops ro_ops = {.stat = field_stat, .show = field_show};
static const struct node_ops link_ops = {.stat = link_stat, .show = link_show};
const struct node_ops slow_ops = {.show = slow_show};

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
	free(toy->read_base);
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

bool toy_try_vanish(struct toy *toy, struct tree *tree, const char *name)
{
	struct object **slot, *o = NULL;

	pthread_mutex_lock(&toy->lock);
	slot = object_find(toy, name);
	if (slot) {
		o = STEAL(*slot);
		o->gone = true;
	}
	pthread_mutex_unlock(&toy->lock);
	if (!o)
		return false;
	tree_change_gone(tree, o);
	object_unref(o);
	return true;
}

void toy_vanish(struct toy *toy, struct tree *tree, const char *name)
{
	if (!toy_try_vanish(toy, tree, name))
		abort();
}

void toy_keep(struct toy *toy, struct tree *tree)
{
	toy->tree = tree;
}

void toy_dry_run(struct toy *toy)
{
	toy->dry_run = true;
}

const struct toy_seen *toy_seen(struct toy *toy)
{
	return &toy->seen;
}

void toy_set(struct toy *toy, struct tree *tree, const char *name, const char *value)
{
	struct object *o;

	pthread_mutex_lock(&toy->lock);
	o = *object_find(toy, name);
	free(o->text[VALUE]);
	o->text[VALUE] = strdup(value);
	pthread_mutex_unlock(&toy->lock);
	tree_change_touch(tree, o);
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
