/* SPDX-License-Identifier: MIT */
#include "rig.h"

#include <stdio.h>

const char rig_full[] =
	"{'id':'1063bce6','name':'prod','zone':'US-EAST-04A','status':'STATUS_READY',"
	"'createdAt':'2025-01-01T00:00:00Z','updatedAt':'2025-06-01T12:00:00.5Z',"
	"'hostPrefix':'10.16.192.0/18','hostPrefixes':["
	"{'name':'host "
	"primary','type':'PRIMARY','prefixes':['10.16.192.0/18','2601:db8:aaaa::/48'],"
	"'ipam':null},"
	"{'name':'attached','type':'ATTACHED','prefixes':['2601:db8:cccc::/48'],"
	"'ipam':{'prefixLength':64,'gatewayAddressPolicy':'FIRST_IP'}}],"
	"'vpcPrefixes':[{'name':'pod "
	"cidr','value':'10.0.0.0/13','status':'STATUS_AVAILABLE',"
	"'createdAt':'2025-01-01T00:00:00Z','updatedAt':'2025-02-01T00:00:00Z'},"
	"{'name':'service cidr','value':'10.16.0.0/22'}],"
	"'ingress':{'disablePublicServices':false},'egress':{'disablePublicAccess':true},"
	"'dhcp':{'dns':{'servers':['1.1.1.1','8.8.8.8']}}}";

char *rig_json(const char *text)
{
	char *json = strdup(text);

	for (char *p = json; (p = strchr(p, '\''));)
		*p = '"';
	return json;
}

static int rig_doc_try(const char *text, struct doc **ret, struct err *err)
{
	CLEANUP_FREE char *json = rig_json(text);
	CLEANUP_VAL struct val *val = NULL;

	assert_int_equal(val_parse(json, strlen(json), 0, &val, err), 0);
	return doc_from_val(val, ret, err);
}

struct doc *rig_doc(const char *json)
{
	struct err err = {""};
	struct doc *doc = NULL;
	int r = rig_doc_try(json, &doc, &err);

	if (r < 0)
		fail_msg("%s", err.text);
	return doc;
}

int rig_doc_fails(const char *json, struct err *err)
{
	struct doc *doc = NULL;
	int r = rig_doc_try(json, &doc, err);

	doc_unref(doc);
	return r;
}

char *rig_show(const struct doc *doc, const char *path)
{
	struct buf text = BUF_INIT(RIG_TEXT_MAX);
	int r = doc_show(doc, path, &text);

	if (r < 0)
		fail_msg("%s: %s", path, strerror(-r));
	return buf_steal(&text);
}

static int rig_add_name(void *arg, const char *name, const struct doc_field *field)
{
	return buf_addf(arg, "%s%s ", name, field->type == FIELD_DIR ? "/" : "");
}

char *rig_list(const struct doc *doc, const char *path)
{
	struct buf names = BUF_INIT(RIG_TEXT_MAX);

	assert_int_equal(doc_list(doc, path, rig_add_name, &names), 0);
	return buf_steal(&names);
}

void rig_shows(const struct doc *doc, const char *path, const char *expected)
{
	CLEANUP_FREE char *text = rig_show(doc, path);

	assert_string_equal(text, expected);
}

void rig_lists(const struct doc *doc, const char *path, const char *expected)
{
	CLEANUP_FREE char *names = rig_list(doc, path);

	assert_string_equal(names, expected);
}

struct change *rig_text(const struct doc *doc, const char *path, const char *text)
{
	struct err err = {""};
	struct change *change = NULL;
	int r = change_text(doc, path, text, strlen(text), &change, &err);

	if (r < 0)
		fail_msg("%s: %s (%s)", path, strerror(-r), err.text);
	return change;
}

struct change *rig_spec(const struct doc *base, const struct doc *now, const char *json)
{
	CLEANUP_FREE char *text = rig_json(json);
	struct err err = {""};
	struct change *change = NULL;
	int r = change_spec(base, now, text, strlen(text), &change, &err);

	if (r < 0)
		fail_msg("%s (%s)", strerror(-r), err.text);
	return change;
}

void rig_body_take(struct change *change, const char *body)
{
	CLEANUP_BUF struct buf text = BUF_INIT(RIG_TEXT_MAX);
	CLEANUP_FREE char *expected = body ? rig_json(body) : NULL;

	assert_int_equal(change_body(change, &text), 0);
	if (body) {
		assert_false(change_is_empty(change));
		assert_string_equal(buf_str(&text), expected);
	} else {
		assert_string_equal(buf_str(&text), "{\"updateMask\":\"\"}");
		assert_true(change_is_empty(change));
	}
	change_free(change);
}

void rig_apply_take(struct doc **doc, struct change *change)
{
	struct doc *next = NULL;

	assert_int_equal(change_apply(change, *doc, &next, NULL), 0);
	change_free(change);
	doc_unref(*doc);
	*doc = next;
}

static void rig_refused(int r, const struct err *err, int errnum, const char *sentence)
{
	assert_int_equal(r, -errnum);
	if (!strstr(err->text, sentence))
		fail_msg("expected \"%s\" in \"%s\"", sentence, err->text);
}

void rig_text_fails(const struct doc *doc, const char *path, const char *text, size_t len,
	int errnum, const char *sentence)
{
	struct err err = {""};
	struct change *change = NULL;
	int r = change_text(doc, path, text, len, &change, &err);

	change_free(change);
	rig_refused(r, &err, errnum, sentence);
}

void rig_spec_fails(const struct doc *base, const struct doc *now, const char *json,
	int errnum, const char *sentence)
{
	CLEANUP_FREE char *text = rig_json(json);
	struct err err = {""};
	struct change *change = NULL;
	int r = change_spec(base, now, text, strlen(text), &change, &err);

	change_free(change);
	rig_refused(r, &err, errnum, sentence);
}

int rig_remove_prefix(
	const struct doc *now, const char *name, struct change **ret, struct err *err)
{
	char path[DOC_PATH_MAX];

	snprintf(path, sizeof(path), "vpcPrefixes/%s", name);
	return change_remove_item(now, path, ret, err);
}

int rig_rename_prefix(const struct doc *now, const char *from, const char *to,
	struct change **ret, struct err *err)
{
	char path[DOC_PATH_MAX];

	snprintf(path, sizeof(path), "vpcPrefixes/%s", from);
	return change_rename_item(now, path, to, ret, err);
}

struct walk {
	const struct doc *doc;
	const char *dir;
	void (*fn)(void *arg, const char *path, const struct doc_field *field);
	void *arg;
};

static int walk_entry(void *arg, const char *name, const struct doc_field *field)
{
	const struct walk *walk = arg;
	char path[DOC_PATH_MAX];
	struct walk below = *walk;

	snprintf(path, sizeof(path), "%s%s%s", walk->dir, walk->dir[0] ? "/" : "", name);
	below.dir = path;
	if (field->type == FIELD_DIR)
		return doc_list(walk->doc, path, walk_entry, &below);
	if (field->flags & FIELD_WRITABLE)
		walk->fn(walk->arg, path, field);
	return 0;
}

void rig_each_writable(const struct doc *doc,
	void (*fn)(void *arg, const char *path, const struct doc_field *field), void *arg)
{
	struct walk walk = {.doc = doc, .dir = "", .fn = fn, .arg = arg};

	assert_int_equal(doc_list(doc, "", walk_entry, &walk), 0);
}
