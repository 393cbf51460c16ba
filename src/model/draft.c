/* SPDX-License-Identifier: MIT */
/* A draft as the body of a POST. Its values come from spec.json and from the files of its fields;
 * if both have a value, both must say the same. */
#include "model/draft.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "canonical.h"
#include "doc_int.h"
#include "draft_fields.h"
#include "mask_field.h"
#include "json_member.h"
#include "nul.h"
#include "print.h"
#include "schema_tree.h"
#include "spec_read.h"
#include "json_path.h"

#define VALUE_TEXT_MAX 400 /* bytes of a value in an error message */

struct draft {
	struct draft_fields fields;
	struct spec spec;     /* its object is NULL if there is no spec.json */
	struct buf conflicts; /* a line for each */
	json_t *body;	      /* owned */
};

static void draft_release(struct draft *d)
{
	draft_fields_release(&d->fields);
	spec_release(&d->spec);
	buf_release(&d->conflicts);
	json_decref(d->body);
}

/* Reports an error in the text of spec.json as an error of the draft. */
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
	const struct schema_field *mask_field = NULL;
	int r = spec_read(&d->spec, err);

	while (r == 0 && (mask_field = mask_field_next(mask_field))) {
		json_auto_t *value = NULL;

		if (!json_member_get(d->spec.object, mask_field->path) ||
			mask_field->flags & FIELD_NAME)
			continue;
		value = mask_field_get(d->spec.object, mask_field);
		r = value ? spec_check_mask_field(&d->spec, mask_field, value, NULL, err)
			  : -ENOMEM;
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

/* Prints a value for the error message; of a list, only the items that the other one lacks. */
static int draft_show_side(const struct schema_field *mask_field, const json_t *value,
	const json_t *other, char out[VALUE_TEXT_MAX])
{
	json_auto_t *rest = json_array();
	int r;

	if (!rest)
		return -ENOMEM;
	if (!json_is_array(value)) {
		print_short(value, out, VALUE_TEXT_MAX);
		return 0;
	}
	r = canonical_list_minus(mask_field, value, other, rest);
	print_short(json_array_size(rest) || !json_array_size(value) ? rest : value, out,
		VALUE_TEXT_MAX);
	return r;
}

static int draft_add_conflict(struct draft *d, const struct schema_field *mask_field,
	const json_t *in_spec, const json_t *in_files)
{
	char spec[VALUE_TEXT_MAX], files[VALUE_TEXT_MAX], where[JSON_PATH_TEXT_MAX];
	const char *kind = mask_field->type == FIELD_DIR ? "directory" : "file";
	int r = draft_show_side(mask_field, in_spec, in_files, spec);

	if (r == 0)
		r = draft_show_side(mask_field, in_files, in_spec, files);
	if (r < 0)
		return r;
	spec_where(&d->spec, mask_field, where);
	r = buf_addf(&d->conflicts,
		"%sspec.json %s has %s, the %s %s has %s; expected the same in both: "
		"remove the %s %s, or %s from spec.json",
		d->conflicts.len ? "\n" : "", where, spec, kind, mask_field->path, files,
		kind, mask_field->path, mask_field->mask);
	return r == -EFBIG ? 0 : r; /* the message is full */
}

/* Finds the value of a mask field in spec.json or in the files; *ret is NULL if neither has it. */
static int find_value(struct draft *d, const struct schema_field *mask_field, json_t **ret)
{
	bool in_spec = json_member_get(d->spec.object, mask_field->path);
	bool in_files = json_member_get(d->fields.object, mask_field->path);
	json_auto_t *spec = NULL, *files = NULL;
	bool same;
	int r;

	*ret = NULL;
	if (!in_spec && !in_files)
		return 0;
	if (!in_spec || !in_files) {
		*ret = mask_field_get(
			in_spec ? d->spec.object : d->fields.object, mask_field);
		return *ret ? 0 : -ENOMEM;
	}
	spec = mask_field_get(d->spec.object, mask_field);
	files = mask_field_get(d->fields.object, mask_field);
	r = spec && files ? canonical_equal(mask_field, spec, files, &same) : -ENOMEM;
	if (r == 0 && !same)
		r = draft_add_conflict(d, mask_field, spec, files);
	if (r == 0)
		*ret = STEAL(spec);
	return r;
}

/* Whether a later field takes the place of this one. Of the fields that exclude each other the last
 * one that is set counts. */
static bool is_excluded(const struct draft *d, const struct schema_field *mask_field)
{
	return mask_field_instead(d->spec.object, mask_field) ||
	       mask_field_instead(d->fields.object, mask_field);
}

static int add_mask_field(struct draft *d, const struct schema_field *mask_field)
{
	json_auto_t *value = NULL;
	int r;

	if (mask_field->flags & FIELD_NAME || is_excluded(d, mask_field))
		return 0;
	r = find_value(d, mask_field, &value);
	if (r < 0 || !value ||
		(mask_field->flags & FIELD_SPEC_ONLY_WITH && !mask_field_is_set(value)))
		return r;
	return json_member_put_take(d->body, mask_field->path, STEAL(value));
}

/* Whether a VPC's files are one level deeper than they should be; ret gets the directory. */
static bool find_nested_vpc(
	const struct draft_file *files, size_t count, char ret[NAME_FILE_MAX])
{
	for (size_t i = 0; i < count; i++) {
		const char *slash = strchr(files[i].path, '/');
		const struct schema_field *schema = slash ? schema_match(slash + 1) : NULL;

		if (!schema || schema->type == FIELD_DIR || files[i].is_dir ||
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
	static const char expected[] = "the draft sets no field: expected spec.json, or "
				       "files of fields such as zone";
	char nested[NAME_FILE_MAX];

	if (find_nested_vpc(files, count, nested))
		return err_set(err, EIO,
			"%s; but %s/ has some: was the tree copied one level too "
			"deep? Move %s itself",
			expected, nested, nested);
	return err_set(err, EIO, "%s", expected);
}

static int fill_body(struct draft *d, const char *zone_option, struct err *err)
{
	const char *option = own_path(FIELD_OPTION);
	const struct schema_field *mask_field = NULL;
	int r = 0;

	while (r == 0 && (mask_field = mask_field_next(mask_field)))
		r = add_mask_field(d, mask_field);
	if (r < 0)
		return r;
	if (d->conflicts.len)
		return err_set(err, EIO, "%s", buf_str(&d->conflicts));
	if (json_member_get(d->body, option))
		return 0;
	if (d->spec.object)
		return err_set(err, EIO,
			"%s is missing: expected it in spec.json, or in a file %s", option,
			option);
	if (!zone_option || !zone_option[0])
		return err_set(err, EIO,
			"%s is missing: expected a file %s, or a mount with -o zone=ZONE",
			option, option);
	return json_member_put_take(d->body, option, nul_new_string(zone_option));
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
		r = json_member_put_take(
			d.body, own_path(FIELD_NAME), nul_new_string(name));
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
	const struct schema_field *mask_field = NULL;
	bool all = true;
	int r = doc_open(doc, &parsed, NULL);

	if (r == 0)
		r = val_parse(body, len, VAL_STRICT, &val, NULL);
	if (r == 0 && !val_is_object(val))
		r = -EINVAL;
	while (r == 0 && all && (mask_field = mask_field_next(mask_field))) {
		const json_t *asked = json_member_get((json_t *)val, mask_field->path);

		if (asked)
			r = canonical_equal(mask_field, asked,
				json_member_get(parsed->root, mask_field->path), &all);
	}
	if (r == 0)
		*ret = all;
	return r;
}
