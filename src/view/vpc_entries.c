/* SPDX-License-Identifier: MIT */
/* mkdir, rmdir and mv in the directories of a VPC. They make, remove and rename entries of the
 * API's lists; an entry exists only here until it has a value. */
#include "vpc_entries.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cache.h"
#include "commit_kinds.h"
#include "copy_guard.h"
#include "model/name.h"
#include "names.h"
#include "place.h"
#include "report.h"

/* Names in the schema table belong to the API, whether or not the API has set the field: a scratch
 * file of such a name would hide what the API says there. Only the file for a new entry's value can
 * be made. */
static int refuse_claimed(
	struct vpc *vpc, const char *what, const char *dir, const char *path)
{
	CLEANUP_DOC struct doc *known = NULL;
	struct doc_field field;

	/* A name that the schema does not know is free for scratch, and so is that of a list entry;
	 * every other name of the schema is the API's. */
	if (!schema_match(path) || !path[schema_item_len(path)])
		return -ENOSYS;
	if (cache_peek(vpc, &known) < 0 ||
		vpc_field(vpc, known, dir, &field, NULL) == -ENOENT)
		return -ENOENT; /* the entry is gone */
	return refuse(vpc_view(vpc), vpc, what, path, EPERM,
		"the API has not set this field, and it cannot be set here");
}

int vpc_dir_create(
	struct node *dir, const struct op *op, const char *name, struct vpc_place *ret)
{
	struct local_entries *entries;
	struct node_place place;
	int r = place_both(dir, name, &place, &ret->place);

	if (r < 0)
		return r;
	entries = &vpc_local(place.data)->entries;
	if (!schema_has(ret->place.path, FIELD_REQUIRED) ||
		!local_entry_exists(entries, place.path) ||
		local_entry_has_file(entries, place.path))
		return refuse_claimed(place.data, "create", place.path, ret->place.path);
	local_entry_make_file(entries, place.path);
	ret->field = field_of(schema_match(ret->place.path));
	return 0;
}

/* Returns -EEXIST if the API's list has an entry of this name by now. The cache may be old, so an
 * entry that it has is asked for. */
static int check_free(struct node *dir, const struct op *op, const char *name)
{
	CLEANUP(vpc_place_release) struct vpc_place known = {0}, at = {0};
	int r = vpc_place_open(dir, name, op, FRESH_KNOWN, &known);

	if (r == -ENOENT)
		return 0;
	if (r < 0 || known.is_local)
		return r < 0 ? r : -EEXIST;
	r = vpc_place_open(dir, name, op, FRESH_NOW, &at);
	return r == 0 ? -EEXIST : r == -ENOENT ? 0 : r;
}

int vpc_dir_make(
	struct node *dir, const struct op *op, const char *name, struct vpc_place *ret)
{
	char api_name[NAME_TEXT_MAX];
	struct node_place place;
	int r = place_both(dir, name, &place, &ret->place);

	if (r < 0)
		return r;
	if (!schema_has(ret->place.path, FIELD_MADE))
		return refuse_claimed(place.data, "mkdir", place.path, ret->place.path);
	if (name_from_file(name, api_name, sizeof(api_name)) < 0)
		return refuse(vpc_view(place.data), place.data, "mkdir", ret->place.path,
			EINVAL,
			"%s is not a valid name of an entry: expected two hex digits of an "
			"escaped character after each %%",
			name);
	r = check_free(dir, op, name);
	if (r == 0)
		r = local_entry_add(&vpc_local(place.data)->entries, ret->place.path);
	if (r == 0)
		ret->field = field_of(schema_match(ret->place.path));
	return r;
}

/* Whether the entry exists only here. */
static bool is_local(struct vpc *vpc, const char *path)
{
	CLEANUP_DOC struct doc *known = NULL;
	struct doc_field field;

	return local_entry_exists(&vpc_local(vpc)->entries, path) &&
	       (cache_peek(vpc, &known) < 0 || doc_find(known, path, &field) < 0);
}

int vpc_dir_remove(
	struct node *dir, const struct op *op, const char *name, bool has_scratch)
{
	struct node_place place, at;
	struct vpc *vpc;
	int r = place_both(dir, name, &place, &at);

	if (r < 0)
		return r;
	vpc = place.data;
	if (!schema_has(at.path, FIELD_REMOVED))
		return refuse(vpc_view(vpc), vpc, "rmdir", at.path, EPERM,
			"this directory is a part of the VPC; rmdir removes a VPC, or an "
			"entry of a list that can be changed");
	if (has_scratch)
		return -ENOTEMPTY;
	if (is_local(vpc, at.path))
		return local_entry_drop(&vpc_local(vpc)->entries, at.path) ? 0 : -ENOENT;
	if (copy_guard_refuses(op))
		return refuse(vpc_view(vpc), vpc, "rmdir", at.path, ENOTEMPTY,
			COPY_GUARD_RMDIR_TEXT);
	if (rmdir_guard_refuses(&vpc_local(vpc)->rmdir_guard, op, at.path))
		return refuse(
			vpc_view(vpc), vpc, "rmdir", at.path, ENOTEMPTY, RMDIR_GUARD_TEXT);
	return commit_remove_entry(vpc, op, at.path);
}

int vpc_dir_unlink(struct node *dir, const struct op *op, const char *name)
{
	struct node_place place, at;
	struct vpc *vpc;
	int r = place_both(dir, name, &place, &at);

	if (r < 0)
		return r;
	vpc = place.data;
	if (!is_local(vpc, place.path))
		rmdir_guard_note(&vpc_local(vpc)->rmdir_guard, op, place.path);
	/* An editor that could not save puts its own copy back, and vim removes the file first. The
	 * user looks for the reason why the save failed, so .error is left alone. */
	if (has_refused_text(vpc, at.path))
		return -EPERM;
	return refuse(vpc_view(vpc), vpc, "unlink", at.path, EPERM,
		"rm never changes a VPC: write another value, or rmdir the whole VPC or "
		"entry");
}

static int rename_in_list(struct vpc *vpc, const struct op *op, struct node *dir,
	const char *path, const char *new_path, const char *new_name)
{
	char api_name[NAME_TEXT_MAX];
	int r;

	if (name_from_file(new_name, api_name, sizeof(api_name)) < 0)
		return refuse(vpc_view(vpc), vpc, "mv", new_path, EINVAL,
			"this is not a valid name");
	r = check_free(dir, op, new_name);
	if (r < 0)
		return r;
	return is_local(vpc, path)
		       ? local_entry_rename(&vpc_local(vpc)->entries, path, new_path)
		       : commit_rename_entry(vpc, op, path, new_name);
}

int vpc_dir_rename(struct node *dir, const struct op *op, const char *name,
	struct node *new_dir, const char *new_name, bool noreplace)
{
	struct node_place place, to, at, new_at;
	struct vpc *vpc;
	int r = place_both(dir, name, &place, &at);

	if (r == 0)
		r = place_both(new_dir, new_name, &to, &new_at);
	if (r)
		return r;
	vpc = place.data;
	if (to.data != vpc)
		return -EXDEV;
	if (!schema_has(at.path, FIELD_RENAMED) || strcmp(to.path, place.path) != 0)
		return refuse(vpc_view(vpc), vpc, "mv", at.path, EPERM,
			"this directory is a part of the VPC and cannot be moved");
	return rename_in_list(vpc, op, dir, at.path, new_at.path, new_name);
}
