/* SPDX-License-Identifier: MIT */
/* An answer: whatever is listed can be found and shown, under a name of its own, and written back as it was. */
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
	const struct doc *doc, const char *path, const struct field *field)
{
	CLEANUP_BUF struct buf text = BUF_INIT(SHOWN_MAX);
	CLEANUP_CHANGE struct change *change = NULL;
	struct err err = {""};
	int r;

	CHECK(doc_show(doc, path, &text) == 0);
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

static int walk_entry(void *arg, const char *name, const struct field *field)
{
	struct walk *walk = arg, below = {.doc = walk->doc};
	char path[DOC_PATH_MAX];
	struct field found;
	struct timespec t;
	int n = snprintf(
		path, sizeof(path), "%s%s%s", walk->dir, walk->dir[0] ? "/" : "", name);

	CHECK(name[0] && !strchr(name, '/') && name[0] != '.');
	CHECK(map_add(&walk->names, name, walk) == 0);
	if (n >= DOC_PATH_MAX)
		return 0;
	CHECK(doc_find(walk->doc, path, &found) == 0);
	CHECK(found.type == field->type && found.flags == field->flags &&
		found.row == field->row);
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

static void check_doc(const struct doc *doc)
{
	struct walk walk = {.doc = doc, .dir = ""};

	CHECK(doc_list(doc, "", walk_entry, &walk) == 0);
	map_release(&walk.names);
}

/* A list answer read item by item is what it is when parsed as a whole. */
static void check_list_text(const char *text, size_t len, const struct val *whole)
{
	CLEANUP_DOC_LIST struct doc_list list = {0}, other = {0};
	CLEANUP_VAL struct val *rest = NULL;
	struct err err = {""};
	int r = doc_list_from_text(text, len, "items", &list, &rest, &err);

	if (r < 0) {
		CHECK(r == -EBADMSG && err.text[0]);
		CHECK(doc_list_from_val(val_member(whole, "items"), &other, NULL) < 0);
		return;
	}
	CHECK(doc_list_from_val(val_member(whole, "items"), &other, NULL) == 0);
	CHECK(list.count == other.count && val_count(rest) == val_count(whole));
	for (size_t i = 0; i < list.count; i++)
		CHECK(doc_equal(list.docs[i], other.docs[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_VAL struct val *val = NULL;
	CLEANUP_DOC struct doc *doc = NULL;
	CLEANUP_DOC_LIST struct doc_list list = {0};
	struct err err = {""};

	if (val_parse((const char *)data, size, 0, &val, &err) < 0) {
		CHECK(err.text[0]);
		check_list_text((const char *)data, size, NULL);
		return 0;
	}
	check_list_text((const char *)data, size, val);
	if (doc_from_val(val, &doc, &err) == 0)
		check_doc(doc);
	else
		CHECK(err.text[0]);
	err_clear(&err);
	if (doc_list_from_val(val, &list, &err) < 0)
		CHECK(err.text[0]);
	for (size_t i = 0; i < list.count; i++)
		check_doc(list.docs[i]);
	return 0;
}
