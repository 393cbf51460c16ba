/* SPDX-License-Identifier: MIT */
/* A VPC as the mount knows it: an object with a life of its own, whatever its name and its document are today. */
#include "internal.h"

#include <errno.h>
#include <string.h>
#include "base/clock.h"

struct vpc *vpc_new(struct view *view, const char *id, bool is_draft)
{
	struct vpc *vpc = calloc(1, sizeof(*vpc));

	if (!vpc)
		return NULL;
	vpc->id = strdup(id);
	vpc->file = strdup("");
	if (!vpc->id || !vpc->file) {
		free(vpc->id);
		free(vpc->file);
		free(vpc);
		return NULL;
	}
	atomic_init(&vpc->refs, 1);
	vpc->view = view;
	vpc->is_draft = is_draft;
	vpc->seen = clock_real();
	return vpc;
}

struct vpc *vpc_ref(struct vpc *vpc)
{
	atomic_fetch_add(&vpc->refs, 1);
	return vpc;
}

static void drop_observations(struct vpc *vpc)
{
	while (vpc->observations) {
		struct observation *o = vpc->observations;

		vpc->observations = o->next;
		free(o);
	}
}

void vpc_unref(struct vpc *vpc)
{
	if (!vpc || atomic_fetch_sub(&vpc->refs, 1) != 1)
		return;
	drop_observations(vpc);
	while (vpc->local_prefixes)
		vpc_drop_local_prefix(vpc, vpc->local_prefixes->file);
	for (unsigned i = 0; i < vpc->reader_count; i++)
		doc_unref(vpc->readers[i].doc);
	free(vpc->readers);
	map_release(&vpc->made);
	doc_unref(vpc->doc);
	free(vpc->tag);
	free(vpc->error);
	free(vpc->id);
	free(vpc->file);
	free(vpc);
}

int vpc_set_file(struct vpc *vpc, const char *file)
{
	char *copy = strdup(file);

	if (!copy)
		return -ENOMEM;
	free(vpc->file);
	vpc->file = copy;
	return 0;
}

void vpc_unrefp(struct vpc **vpc)
{
	vpc_unref(*vpc);
}

static void observe_path(struct vpc *vpc, const char *path, struct timespec now)
{
	struct observation *o;

	for (o = vpc->observations; o; o = o->next) {
		if (strcmp(o->path, path) == 0) {
			o->at = now;
			return;
		}
	}
	/* Without memory the file keeps its old time: a time is all that is lost. */
	o = malloc(sizeof(*o) + strlen(path) + 1);
	if (!o)
		return;
	o->next = vpc->observations;
	o->at = now;
	memcpy(o->path, path, strlen(path) + 1);
	vpc->observations = o;
}

/* Walk of a document that compares each file with the one before. */
struct observing {
	struct vpc *vpc;
	const struct doc *old, *new;
	const char *dir;
	struct timespec now;
};

static void observe_file(const struct observing *walk, const char *path)
{
	CLEANUP_BUF struct buf a = BUF_INIT(DOC_TEXT_MAX), b = BUF_INIT(DOC_TEXT_MAX);

	if (doc_show(walk->new, path, &b) < 0)
		return;
	if (doc_show(walk->old, path, &a) < 0 || a.len != b.len ||
		memcmp(buf_str(&a), buf_str(&b), a.len) != 0)
		observe_path(walk->vpc, path, walk->now);
}

static int observe_entry(void *arg, const char *name, const struct field *field)
{
	struct observing *walk = arg;
	char path[NODE_PATH_MAX];

	if (path_join(path, walk->dir, name) < 0)
		return 0;
	if (field->type == FIELD_DIR) {
		struct observing below = *walk;

		below.dir = path;
		doc_list(walk->new, path, observe_entry, &below);
	} else {
		observe_file(walk, path);
	}
	return 0;
}

/* updatedAt tells when content changed; where it stays and content does not, the time of now is noted per file. */
static void observe_changes(struct vpc *vpc, const struct doc *old, const struct doc *new)
{
	struct timespec before = {0}, after = {0};
	bool has_before = doc_mtime(old, "", &before),
	     has_after = doc_mtime(new, "", &after);
	struct observing walk = {
		.vpc = vpc, .old = old, .new = new, .dir = "", .now = clock_real()};

	if (has_after && (!has_before || before.tv_sec != after.tv_sec ||
				 before.tv_nsec != after.tv_nsec)) {
		drop_observations(vpc);
		return;
	}
	doc_list(new, "", observe_entry, &walk);
	observe_path(vpc, "", walk.now);
}

static bool is_later(struct timespec a, struct timespec b)
{
	return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

void vpc_set_doc(struct vpc *vpc, struct doc *doc)
{
	struct doc *old = vpc->doc;
	struct timespec at;

	if (old == doc || (old && doc_equal(old, doc)))
		return;
	news_add(vpc);
	if (old)
		observe_changes(vpc, old, doc);
	vpc->doc = doc_ref(doc);
	doc_unref(old);
	tags_drop_doc(vpc);
	if (!vpc->is_draft)
		tags_drop_list(vpc->view);
	if (!vpc->is_draft && doc_mtime(doc, "", &at) &&
		is_later(at, vpc->view->changed_at))
		vpc->view->changed_at = at;
}

void vpc_mtime(const struct vpc *vpc, const struct doc *doc, const char *path,
	struct timespec *ret)
{
	if (!doc_mtime(doc, path, ret))
		*ret = vpc->seen;
	for (const struct observation *o = vpc->observations; o; o = o->next) {
		if (strcmp(o->path, path) == 0 && is_later(o->at, *ret))
			*ret = o->at;
	}
}

bool vpc_has_local_prefix(const struct vpc *vpc, const char *file)
{
	for (const struct local_prefix *p = vpc->local_prefixes; p; p = p->next) {
		if (strcmp(p->file, file) == 0)
			return true;
	}
	return false;
}

int vpc_add_local_prefix(struct vpc *vpc, const char *file)
{
	struct local_prefix *p;

	if (vpc_has_local_prefix(vpc, file))
		return -EEXIST;
	if (strlen(file) >= sizeof(p->file))
		return -ENAMETOOLONG;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	strcpy(p->file, file);
	p->next = vpc->local_prefixes;
	vpc->local_prefixes = p;
	return 0;
}

bool vpc_drop_local_prefix(struct vpc *vpc, const char *file)
{
	for (struct local_prefix **at = &vpc->local_prefixes; *at; at = &(*at)->next) {
		struct local_prefix *p = *at;

		if (strcmp(p->file, file) == 0) {
			*at = p->next;
			free(p);
			return true;
		}
	}
	return false;
}

static struct reader *find_reader(struct vpc *vpc, pid_t tgid)
{
	for (unsigned i = 0; i < vpc->reader_count; i++) {
		if (vpc->readers[i].tgid == tgid)
			return &vpc->readers[i];
	}
	return NULL;
}

/* One more as long as there are few: a walk is one program, and reads all VPCs. NULL: no memory. */
static struct reader *next_reader(struct vpc *vpc)
{
	struct reader *grown = vpc->readers;

	if (vpc->reader_count == VPC_READERS) {
		vpc->reader_next = (vpc->reader_next + 1) % VPC_READERS;
		return &vpc->readers[vpc->reader_next];
	}
	grown = reallocarray(grown, vpc->reader_count + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	vpc->readers = grown;
	vpc->reader_next = vpc->reader_count++;
	grown[vpc->reader_next] = (struct reader){0};
	return &grown[vpc->reader_next];
}

void vpc_remember_reader(struct vpc *vpc, pid_t tgid, struct doc *doc, bool has_saved)
{
	struct reader *r = find_reader(vpc, tgid);

	/* Without memory for it a save is compared with what its handle found at its opening. */
	if (!r)
		r = next_reader(vpc);
	if (!r)
		return;
	doc_ref(doc);
	doc_unref(r->doc);
	*r = (struct reader){.tgid = tgid, .doc = doc, .has_saved = has_saved};
}

struct doc *vpc_read_by(struct vpc *vpc, pid_t tgid, bool *ret_has_saved)
{
	struct reader *r = find_reader(vpc, tgid);

	if (!r)
		return NULL;
	*ret_has_saved = r->has_saved;
	return doc_ref(r->doc);
}
