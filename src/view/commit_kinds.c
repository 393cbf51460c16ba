/* SPDX-License-Identifier: MIT */
/* What can be written: the text of a file, spec.json, an entry of vpcPrefixes less or renamed, the VPC's name. Each is a
 * plan from a document to a change; commit.c does the rest. */
#include "commit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/process.h"

static int plan_text(
	struct commit *c, const struct doc *now, struct change **ret, struct err *err)
{
	struct field field;
	char name[NAME_FILE_MAX];
	int r = doc_find(now, c->path, &field);

	/* Missing: an entry made with mkdir gets its value now; anything else was removed meanwhile. */
	if (r == -ENOENT && sscanf(c->path, "vpcPrefixes/%255[^/]", name) == 1) {
		bool local;

		pthread_mutex_lock(&c->vpc->view->lock);
		local = vpc_has_local_prefix(c->vpc, name);
		pthread_mutex_unlock(&c->vpc->view->lock);
		if (local)
			r = 0;
	}
	if (r < 0)
		return err_set(err, -r, "%s is not there any more", c->path);
	return change_text(now, c->path, c->text, c->len, ret, err);
}

static int plan_spec(
	struct commit *c, const struct doc *now, struct change **ret, struct err *err)
{
	return change_spec(c->origin ? c->origin : now, now, c->text, c->len, ret, err);
}

static int plan_remove(
	struct commit *c, const struct doc *now, struct change **ret, struct err *err)
{
	return change_remove_prefix(now, strrchr(c->path, '/') + 1, ret, err);
}

static int plan_rename(
	struct commit *c, const struct doc *now, struct change **ret, struct err *err)
{
	return change_rename_prefix(now, strrchr(c->path, '/') + 1, c->new_name, ret, err);
}

static int plan_name(
	struct commit *c, const struct doc *now, struct change **ret, struct err *err)
{
	return change_text(now, "name", c->new_name, strlen(c->new_name), ret, err);
}

static bool is_whole_list(struct vpc *vpc, const char *path)
{
	struct field field = {0};
	bool known;

	pthread_mutex_lock(&vpc->view->lock);
	known = vpc->doc && doc_find(vpc->doc, path, &field) == 0;
	pthread_mutex_unlock(&vpc->view->lock);
	return !known || (field.flags & FIELD_WHOLE_LIST);
}

/* The writer's next save is compared with what it knows now: what it had read, with what it wrote. What others changed
 * meanwhile is not in its text, and must not look as if it had taken it out. */
static void move_origin(struct commit *c, struct doc *before, struct doc **origin)
{
	struct doc *after = NULL;
	struct change *change = NULL;
	struct err err = {""};

	if (change_spec(before, before, c->text, c->len, &change, &err) == 0 &&
		change_apply(change, before, &after, &err) == 0) {
		pthread_mutex_lock(&c->vpc->view->lock);
		vpc_remember_reader(c->vpc, process_of_thread(c->op->pid), after, true);
		pthread_mutex_unlock(&c->vpc->view->lock);
		doc_unref(*origin);
		*origin = after;
	}
	change_free(change);
}

static bool is_edit_of(const struct doc *read, const char *text, size_t len)
{
	struct change *change = NULL;
	bool edit = change_spec(read, read, text, len, &change, NULL) == 0 &&
		    !change_is_empty(change);

	change_free(change);
	return edit;
}

/* What a save is compared with. An editor reads, closes, and opens anew to save, so what the same program read before counts
 * more than what the handle found at its own opening. But a text that is just what the program once read is no edit: it
 * is put back on purpose, and what the file was like when the handle was opened counts. */
static struct doc *choose_origin(struct commit *c, struct doc *handle_origin)
{
	CLEANUP_DOC struct doc *read = NULL;
	bool has_saved = false;

	pthread_mutex_lock(&c->vpc->view->lock);
	read = vpc_read_by(c->vpc, process_of_thread(c->op->pid), &has_saved);
	pthread_mutex_unlock(&c->vpc->view->lock);
	if (read && (has_saved || is_edit_of(read, c->text, c->len)))
		return STEAL(read);
	return handle_origin ? doc_ref(handle_origin) : NULL;
}

static int commit_spec(struct commit *c, struct doc **origin)
{
	CLEANUP_DOC struct doc *chosen = choose_origin(c, *origin);
	int r;

	c->origin = chosen;
	c->plan = plan_spec;
	c->ask_first = true;
	r = commit_run(c);
	if (r == 0 && !c->vpc->view->dry_run && chosen)
		move_origin(c, chosen, origin);
	return r;
}

static int commit_draft(struct commit *c)
{
	struct err err = {""};
	int r = draft_store(c->vpc, c->path, c->text, c->len, &err);

	return r < 0 ? problem_say(&c->problem, -r, "%s", err.text) : 0;
}

int commit_text(struct vpc *vpc, const struct op *op, const char *path, const char *text,
	size_t len, struct doc **origin)
{
	struct commit c;
	char name[NAME_FILE_MAX];
	int r;

	commit_init(&c, vpc, op, path);
	c.text = text;
	c.len = len;
	if (vpc->is_draft) {
		r = commit_draft(&c);
	} else if (strcmp(path, "spec.json") == 0) {
		r = commit_spec(&c, origin);
	} else {
		c.plan = plan_text;
		c.ask_first = is_whole_list(vpc, path);
		r = commit_run(&c);
	}
	if (r == 0 && !vpc->view->dry_run &&
		sscanf(path, "vpcPrefixes/%255[^/]", name) == 1) {
		pthread_mutex_lock(&vpc->view->lock);
		vpc_drop_local_prefix(vpc, name);
		pthread_mutex_unlock(&vpc->view->lock);
	}
	return commit_end(&c, r);
}

static int commit_prefix(struct vpc *vpc, const struct op *op, const char *path,
	const char *new_name,
	int (*plan)(struct commit *, const struct doc *, struct change **, struct err *))
{
	struct commit c;
	int r;

	commit_init(&c, vpc, op, path);
	c.new_name = new_name;
	c.plan = plan;
	c.ask_first = true;
	r = !new_name && cascade_ends_in(vpc, op, path)
		    ? problem_say(&c.problem, EPERM, CASCADE_TEXT)
		    : commit_run(&c);
	return commit_end(&c, r);
}

int commit_remove_prefix(struct vpc *vpc, const struct op *op, const char *path)
{
	return commit_prefix(vpc, op, path, NULL, plan_remove);
}

int commit_rename_prefix(
	struct vpc *vpc, const struct op *op, const char *path, const char *new_name)
{
	return commit_prefix(vpc, op, path, new_name, plan_rename);
}

int commit_rename_vpc(struct vpc *vpc, const struct op *op, const char *name)
{
	struct commit c;

	commit_init(&c, vpc, op, "name");
	c.new_name = name;
	c.plan = plan_name;
	return commit_end(&c, commit_run(&c));
}
