/* SPDX-License-Identifier: MIT */
/* A draft as the body of a POST: what its spec.json says, what the files of its fields say, and
 * that both say the same. */
#include "model/draft.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "canon.h"
#include "document.h"
#include "draft_fields.h"
#include "leaf.h"
#include "member.h"
#include "nul.h"
#include "print.h"
#include "rows.h"
#include "spec_read.h"
#include "step.h"

#define VALUE_TEXT_MAX 400 /* bytes of a value in a sentence */

struct draft {
	struct draft_fields fields;
	struct spec spec;     /* its object is NULL without spec.json */
	struct buf conflicts; /* a line each */
	json_t *body;	      /* owned */
};

static void draft_release(struct draft *d)
{
	draft_fields_release(&d->fields);
	spec_release(&d->spec);
	buf_release(&d->conflicts);
	json_decref(d->body);
}

/* An error in the text of spec.json as one in this file. */
static int refuse_spec(const struct err *own, int r, struct err *err)
{
	static const char file[] = "spec.json";
	bool is_named = strncmp(own->text, file, strlen(file)) == 0;

	if (r != -EINVAL)
		return r;
	return err_set(
		err, EIO, "%s%s%s", is_named ? "" : file, is_named ? "" : " ", own->text);
}

static int check_spec(struct draft *d, struct err *err)
{
	const struct row *leaf = NULL;
	int r = spec_read(&d->spec, err);

	while (r == 0 && (leaf = leaf_next(leaf))) {
		json_auto_t *value = NULL;

		if (!member_get(d->spec.object, leaf->path) || leaf->flags & FIELD_NAME)
			continue;
		value = leaf_get(d->spec.object, leaf);
		r = value ? spec_check_leaf(&d->spec, leaf, value, NULL, err) : -ENOMEM;
	}
	return r;
}

static int read_spec(struct draft *d, struct err *err)
{
	struct err own = {""};
	int r;

	if (!d->fields.spec)
		return 0;
	d->spec = (struct spec){.text = d->fields.spec->len ? d->fields.spec->text : "",
		.len = d->fields.spec->len,
		.is_part = true};
	r = check_spec(d, &own);
	return r < 0 ? refuse_spec(&own, r, err) : 0;
}

/* A value for a sentence: of a list what the other does not have. */
static int draft_show_side(const struct row *leaf, const json_t *value, const json_t *other,
	char out[VALUE_TEXT_MAX])
{
	json_auto_t *rest = json_array();
	int r;

	if (!rest)
		return -ENOMEM;
	if (!json_is_array(value)) {
		print_short(value, out, VALUE_TEXT_MAX);
		return 0;
	}
	r = canon_list_minus(leaf, value, other, rest);
	print_short(json_array_size(rest) || !json_array_size(value) ? rest : value, out,
		VALUE_TEXT_MAX);
	return r;
}

static int draft_add_conflict(struct draft *d, const struct row *leaf,
	const json_t *in_spec, const json_t *in_files)
{
	char spec[VALUE_TEXT_MAX], files[VALUE_TEXT_MAX], where[STEP_TEXT_MAX];
	const char *kind = leaf->type == FIELD_DIR ? "directory" : "file";
	int r = draft_show_side(leaf, in_spec, in_files, spec);

	if (r == 0)
		r = draft_show_side(leaf, in_files, in_spec, files);
	if (r < 0)
		return r;
	spec_where(&d->spec, leaf, where);
	r = buf_addf(&d->conflicts,
		"%sspec.json %s has %s, the %s %s has %s; expected the same in both: "
		"remove the %s %s, or %s from spec.json",
		d->conflicts.len ? "\n" : "", where, spec, kind, leaf->path, files, kind,
		leaf->path, leaf->mask);
	return r == -EFBIG ? 0 : r; /* enough of them */
}

/* The value of a leaf, from where it is. NULL in *ret where it is nowhere. */
static int find_value(struct draft *d, const struct row *leaf, json_t **ret)
{
	bool in_spec = member_get(d->spec.object, leaf->path);
	bool in_files = member_get(d->fields.object, leaf->path);
	json_auto_t *spec = NULL, *files = NULL;
	bool same;
	int r;

	*ret = NULL;
	if (!in_spec && !in_files)
		return 0;
	if (!in_spec || !in_files) {
		*ret = leaf_get(in_spec ? d->spec.object : d->fields.object, leaf);
		return *ret ? 0 : -ENOMEM;
	}
	spec = leaf_get(d->spec.object, leaf);
	files = leaf_get(d->fields.object, leaf);
	r = spec && files ? canon_equal(leaf, spec, files, &same) : -ENOMEM;
	if (r == 0 && !same)
		r = draft_add_conflict(d, leaf, spec, files);
	if (r == 0)
		*ret = STEAL(spec);
	return r;
}

/* Of the leaves that exclude each other the last that is set counts. */
static bool is_excluded(const struct draft *d, const struct row *leaf)
{
	return leaf_instead(d->spec.object, leaf) || leaf_instead(d->fields.object, leaf);
}

static int add_leaf(struct draft *d, const struct row *leaf)
{
	json_auto_t *value = NULL;
	int r;

	if (leaf->flags & FIELD_NAME || is_excluded(d, leaf))
		return 0;
	r = find_value(d, leaf, &value);
	if (r < 0 || !value || (leaf->flags & FIELD_SPEC_ONLY_WITH && !leaf_is_set(value)))
		return r;
	return member_put_take(d->body, leaf->path, STEAL(value));
}

/* A VPC one level deeper than it should be: its directory in ret. */
static bool find_deeper(
	const struct draft_file *files, size_t count, char ret[NAME_FILE_MAX])
{
	for (size_t i = 0; i < count; i++) {
		const char *slash = strchr(files[i].path, '/');
		const struct row *row = slash ? schema_match(slash + 1) : NULL;

		if (!row || row->type == FIELD_DIR || files[i].is_dir ||
			(size_t)(slash - files[i].path) >= NAME_FILE_MAX)
			continue;
		snprintf(ret, NAME_FILE_MAX, "%.*s", (int)(slash - files[i].path),
			files[i].path);
		return true;
	}
	return false;
}

static int refuse_nothing(const struct draft_file *files, size_t count, struct err *err)
{
	static const char expected[] = "nothing here says what to make: expected "
				       "spec.json, or files of fields such as zone";
	char deeper[NAME_FILE_MAX];

	if (find_deeper(files, count, deeper))
		return err_set(err, EIO,
			"%s; but %s/ holds some: a tree that was copied one level too "
			"deep? "
			"Move %s itself",
			expected, deeper, deeper);
	return err_set(err, EIO, "%s", expected);
}

static int fill_body(struct draft *d, const char *zone_option, struct err *err)
{
	const char *option = own_path(FIELD_OPTION);
	const struct row *leaf = NULL;
	int r = 0;

	while (r == 0 && (leaf = leaf_next(leaf)))
		r = add_leaf(d, leaf);
	if (r < 0)
		return r;
	if (d->conflicts.len)
		return err_set(err, EIO, "%s", buf_str(&d->conflicts));
	if (member_get(d->body, option))
		return 0;
	if (d->spec.object)
		return err_set(err, EIO,
			"%s is missing: expected it in spec.json, or in a file %s", option,
			option);
	if (!zone_option || !zone_option[0])
		return err_set(err, EIO,
			"%s is missing: expected a file %s, or a mount with -o zone=ZONE",
			option, option);
	return member_put_take(d->body, option, nul_new_string(zone_option));
}

static int read_empty(
	const char *name, const char *zone_option, struct buf *ret, struct err *err)
{
	if (!zone_option || !zone_option[0])
		return err_set(err, EINVAL,
			"a VPC needs a zone: mount with -o zone=ZONE, or write it to the "
			"file zone of the draft");
	return doc_plain_spec(name, zone_option, ret);
}

int draft_read(const struct draft_file *files, size_t count, const char *name,
	const char *zone_option, struct buf *ret_body, struct err *err)
{
	CLEANUP(draft_release)
	struct draft d = {.conflicts = BUF_INIT(ERR_TEXT_MAX), .body = json_object()};
	int r = d.body ? 0 : -ENOMEM;

	if (!nul_is_text(name) || (zone_option && !nul_is_text(zone_option)))
		return err_set(
			err, EINVAL, "the name of a VPC, and its zone, must be UTF-8");
	if (!count)
		return read_empty(name, zone_option, ret_body, err);
	if (r == 0)
		r = member_put_take(d.body, own_path(FIELD_NAME), nul_new_string(name));
	if (r == 0)
		r = draft_fields_read(&d.fields, files, count, err);
	if (r == 0)
		r = read_spec(&d, err);
	if (r == 0 && !d.spec.object && !d.fields.count)
		r = refuse_nothing(files, count, err);
	if (r == 0)
		r = fill_body(&d, zone_option, err);
	return r < 0 ? r : print_json(d.body, ret_body);
}

int doc_shows_body(const struct doc *doc, const char *body, size_t len, bool *ret)
{
	CLEANUP_PARSED struct parsed *parsed = NULL;
	CLEANUP_VAL struct val *val = NULL;
	const struct row *leaf = NULL;
	bool all = true;
	int r = doc_open(doc, &parsed, NULL);

	if (r == 0)
		r = val_parse(body, len, VAL_STRICT, &val, NULL);
	if (r == 0 && !val_is_object(val))
		r = -EINVAL;
	while (r == 0 && all && (leaf = leaf_next(leaf))) {
		const json_t *asked = member_get((json_t *)val, leaf->path);

		if (asked)
			r = canon_equal(
				leaf, asked, member_get(parsed->root, leaf->path), &all);
	}
	if (r == 0)
		*ret = all;
	return r;
}
