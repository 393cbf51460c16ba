/* SPDX-License-Identifier: MIT */
/* An answer: whatever is listed can be found and shown, under a name of its own, and written back
 * as it was. */
#include "fuzz.h"

#include <errno.h>
#include <string.h>
#include "base/map.h"
#include "model/change.h"
#include "model/doc.h"

#define SHOWN_MAX (64u << 20)

struct walk {
	const struct doc *doc;
	const char *dir;
	struct map names; /* of this directory */
};

static void check_written_back(
	const struct doc *doc, const char *path, const struct doc_field *field)
{
	CLEANUP_BUF struct buf text = BUF_INIT(SHOWN_MAX);
	CLEANUP_CHANGE struct change *change = NULL;
	struct err err = {""};
	int r;

	CHECK(doc_show(doc, path, &text) == 0);
	if (text.len > DOC_TEXT_MAX) /* no file is as long: nested values are indented */
		return;
	if (field->type == FIELD_SPEC) {
		CHECK(change_spec_is_complete(text.data, text.len));
		r = change_spec(doc, doc, text.data, text.len, &change, &err);
	} else {
		r = change_text(doc, path, buf_str(&text), text.len, &change, &err);
	}
	if (r < 0)
		fprintf(stderr, "%s: %s\n", path, err.text);
	CHECK(r == 0 && change_is_empty(change));
}

static int walk_entry(void *arg, const char *name, const struct doc_field *field)
{
	struct walk *walk = arg, below = {.doc = walk->doc};
	char path[DOC_PATH_MAX];
	struct doc_field found;
	struct timespec t;
	int n = snprintf(
		path, sizeof(path), "%s%s%s", walk->dir, walk->dir[0] ? "/" : "", name);

	CHECK(name[0] && !strchr(name, '/') && name[0] != '.');
	CHECK(map_add(&walk->names, name, walk) == 0);
	if (n >= DOC_PATH_MAX)
		return 0;
	CHECK(doc_find(walk->doc, path, &found) == 0);
	CHECK(found.type == field->type && found.flags == field->flags &&
		found.schema == field->schema);
	doc_mtime(walk->doc, path, &t);
	if (field->type != FIELD_DIR) {
		check_written_back(walk->doc, path, field);
		return 0;
	}
	below.dir = path;
	CHECK(doc_list(walk->doc, path, walk_entry, &below) == 0);
	map_release(&below.names);
	return 0;
}

static int ignore_name(void *arg, const char *name)
{
	return 0;
}

static void check_doc(const struct doc *doc)
{
	struct walk walk = {.doc = doc, .dir = ""};

	CHECK(doc_unknown_names(doc, ignore_name, NULL) == 0);

	CHECK(doc_list(doc, "", walk_entry, &walk) == 0);
	map_release(&walk.names);
}

static void check_doc_or_why(const struct doc *doc)
{
	CLEANUP_BUF struct buf text = BUF_INIT(SHOWN_MAX);

	CHECK(doc_id(doc)[0] && doc_name(doc)[0]);
	CHECK(doc_is_readable(doc) == !doc_problem(doc)[0]);
	if (doc_is_readable(doc))
		check_doc(doc);
	else
		CHECK(doc_show(doc, "vpc.json", &text) == -EBADMSG);
}

/* The answer about one VPC. whole: what it is when it can be parsed. */
static void check_answer(const char *text, size_t len, struct val *whole)
{
	CLEANUP_DOC struct doc *doc = NULL, *other = NULL;
	struct err err = {""};
	int r = doc_from_answer(text, len, "vpc", &doc, &err);

	CHECK(r == 0 || (r == -EBADMSG && err.text[0]));
	CHECK(r < 0 || doc_is_readable(doc) == (whole != NULL));
	if (r == 0)
		check_doc_or_why(doc);
	if (r == 0 && whole && val_text(val_member(whole, "id"))) {
		CHECK(doc_from_val(whole, &other, NULL) == 0);
		CHECK(doc_equal(doc, other));
	}
}

/* A list answer read item by item is what it is when parsed as a whole, if it can be. */
static void check_list_text(const char *text, size_t len, const struct val *whole)
{
	CLEANUP_DOC_LIST struct doc_list list = {0}, other = {0};
	CLEANUP_VAL struct val *rest = NULL;
	struct val *array = val_member(whole, "items");
	struct err err = {""};
	bool is_readable = true;
	int r = doc_list_from_text(text, len, "items", &list, &rest, &err);

	if (r < 0) {
		CHECK(r == -EBADMSG && err.text[0]);
		CHECK(val_member(whole, "code") || val_member(whole, "error") ||
			doc_list_from_val(array, &other, NULL) < 0);
		return;
	}
	for (size_t i = 0; i < list.count; i++) {
		check_doc_or_why(list.docs[i]);
		is_readable = is_readable && doc_is_readable(list.docs[i]);
	}
	CHECK(is_readable == (whole != NULL));
	if (!val_is_array(array))
		return;
	CHECK(doc_list_from_val(array, &other, NULL) == 0);
	CHECK(list.count == other.count && val_count(rest) == val_count(whole));
	for (size_t i = 0; i < list.count; i++)
		CHECK(doc_equal(list.docs[i], other.docs[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_VAL struct val *val = NULL;
	CLEANUP_DOC_LIST struct doc_list list = {0};
	struct err err = {""};

	if (val_parse((const char *)data, size, 0, &val, &err) < 0)
		CHECK(err.text[0]);
	check_list_text((const char *)data, size, val);
	check_answer((const char *)data, size, val);
	err_clear(&err);
	if (doc_list_from_val(val, &list, &err) < 0)
		CHECK(err.text[0]);
	for (size_t i = 0; i < list.count; i++)
		check_doc(list.docs[i]);
	return 0;
}
