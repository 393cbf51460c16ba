/* SPDX-License-Identifier: MIT */
/* One VPC: its compact JSON text and a reference count. What callers ask for without a walk (id,
 * name, status, mtime) is copied out when the document is made; all of it is one allocation. To
 * read anything else a function opens the document, which parses the text (parsed.c). */
#include "model/doc.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "doc_int.h"
#include "json_member.h"
#include "model/val.h"
#include "nul.h"
#include "print.h"
#include "schema_tree.h"
#include "scan.h"
#include "validate.h"
#include "value.h"

#define ID_TEXT_MAX 80		/* bytes of an id in an error message */
#define HEADS_MAX   (64u << 20) /* bytes */
#define PRINTED_MAX (1u << 30)	/* bytes */

struct doc {
	atomic_uint refs;
	bool has_mtime;
	struct timespec mtime; /* the VPC's own updatedAt */
	uint64_t serial;
	const char *id, *name, *status; /* borrowed from bytes */
	/* why the document cannot be read, else ""; borrowed from bytes */
	const char *problem;
	size_t len;   /* of the JSON text */
	char bytes[]; /* the JSON text, then the four texts */
};

#define HEADS 4

static json_t *own_value(const json_t *root, unsigned flag)
{
	return json_member_get(root, own_path(flag));
}

/* Adds a string and a NUL after it. */
static int heads_add(struct buf *heads, const json_t *string)
{
	int r = nul_add_string(string, heads);

	return r < 0 ? r : buf_addc(heads, '\0');
}

/* The name; the id in its place if the name is what cannot be read. */
static const json_t *heads_name(const json_t *root, const char *problem)
{
	const json_t *name = own_value(root, FIELD_NAME);

	return json_string_length(name) || !problem[0] ? name : own_value(root, FIELD_ID);
}

static int heads_add_status(struct buf *heads, const json_t *root)
{
	const json_t *status = own_value(root, FIELD_STATE);
	json_int_t number = json_integer_value(status);
	const char *name;

	if (!json_is_integer(status))
		return heads_add(heads, status);
	name = value_enum_name(schema_with(NULL, FIELD_STATE), number);
	if (name)
		return buf_add(heads, name, strlen(name) + 1);
	return buf_addf(heads, "%lld%c", (long long)number, 0);
}

/* Adds the strings that are copied out, one after the other. */
static int heads_fill(struct buf *heads, const json_t *root, const char *problem)
{
	int r = heads_add(heads, own_value(root, FIELD_ID));

	if (r == 0)
		r = heads_add(heads, heads_name(root, problem));
	if (r == 0)
		r = heads_add_status(heads, root);
	return r < 0 ? r : buf_add(heads, problem, strlen(problem) + 1);
}

static void doc_put_heads(struct doc *doc, const struct buf *heads)
{
	const char *at = doc->bytes + doc->len;
	const char **const texts[HEADS] = {
		&doc->id, &doc->name, &doc->status, &doc->problem};

	memcpy(doc->bytes + doc->len, heads->data, heads->len);
	for (size_t i = 0; i < HEADS; i++) {
		*texts[i] = at;
		at += strlen(at) + 1;
	}
}

/* The bytes of the string that begins there, quotes included. */
static size_t string_len(const char *text, size_t len)
{
	size_t i = 1;

	while (i < len && text[i] != '"')
		i += text[i] == '\\' ? 2 : 1;
	return i < len ? i + 1 : len;
}

/* Copies JSON text without the blanks between its values. Returns the bytes. */
static size_t text_compact(const char *text, size_t len, char *out)
{
	size_t used = 0;

	for (size_t i = 0; i < len;) {
		size_t n = text[i] == '"' ? string_len(text + i, len - i) : 1;

		if (n > 1)
			memcpy(out + used, text + i, n);
		else
			out[used] = text[i];
		used += n > 1 || !utf8_is_blank(text[i]) ? n : 0;
		i += n;
	}
	return used;
}

/* text is what root was parsed from, or is printed as. */
static int doc_make(const json_t *root, const char *text, size_t text_len,
	const char *problem, struct doc **ret)
{
	CLEANUP_BUF struct buf heads = BUF_INIT(HEADS_MAX);
	struct doc *doc, *fitting;
	size_t len;
	int r = heads_fill(&heads, root, problem);

	if (r < 0)
		return r;
	doc = malloc(sizeof(*doc) + text_len + heads.len);
	if (!doc)
		return -ENOMEM;
	len = text_compact(text, text_len, doc->bytes);
	fitting = len < text_len ? realloc(doc, sizeof(*doc) + len + heads.len) : NULL;
	if (fitting)
		doc = fitting;
	*doc = (struct doc){.len = len};
	atomic_init(&doc->refs, 1);
	doc->serial = parsed_new_serial();
	doc->has_mtime = clock_parse_rfc3339(
		json_member_text(root, own_path(FIELD_MTIME)), &doc->mtime);
	doc_put_heads(doc, &heads);
	*ret = doc;
	return 0;
}

static int doc_check(json_t *root, struct err *err)
{
	struct validation validation = {.errnum = EBADMSG};

	return validate_json(&validation, root, err);
}

/* Says why the VPC cannot be read. An object without an id is not a VPC. */
static int doc_say_problem(const json_t *root, const char *problem, struct err *ret)
{
	const json_t *id = own_value(root, FIELD_ID);
	char text[ID_TEXT_MAX];

	if (!json_is_object(root))
		return err_set(ret, EBADMSG, "expected a VPC: an object");
	if (!json_string_length(id))
		return err_set(ret, EBADMSG, "a VPC without an id%s%s",
			problem[0] ? ": " : "", problem);
	utf8_clean(text, sizeof(text), json_string_value(id), json_string_length(id));
	err_set(ret, EBADMSG,
		"what the API says of the VPC with the id %s cannot be read: %s", text,
		problem);
	return 0;
}

int doc_from_text(
	json_t *root, const char *text, size_t len, struct doc **ret, struct err *err)
{
	struct err problem = {""}, sentence = {""};
	int r = json_is_object(root) ? doc_check(root, &problem) : 0;
	bool is_right = r == 0 && json_string_length(own_value(root, FIELD_ID));

	if (r < 0 && r != -EBADMSG)
		return r;
	r = is_right ? 0 : doc_say_problem(root, problem.text, &sentence);
	if (r < 0)
		return err_set(err, -r, "%s", sentence.text);
	return doc_make(root, text, len, sentence.text, ret);
}

int doc_from_repaired(json_t *root, const char *problem, struct doc **ret, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT(PRINTED_MAX);
	struct err sentence = {""};
	int r = doc_say_problem(root, problem, &sentence);

	if (r < 0)
		return err_set(err, -r, "%s", sentence.text);
	r = print_json(root, &text);
	return r < 0 ? -ENOMEM : doc_make(root, text.data, text.len, sentence.text, ret);
}

int doc_from_object(json_t *root, struct doc **ret, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT(PRINTED_MAX);
	int r = print_json(root, &text);

	return r < 0 ? -ENOMEM : doc_from_text(root, text.data, text.len, ret, err);
}

/* The VPC in an answer, bare or in its envelope; NULL if there is none. */
static json_t *find_vpc(const json_t *answer, const char *envelope)
{
	json_t *inner = json_object_get(answer, envelope);

	if (json_is_string(own_value(answer, FIELD_ID)))
		return (json_t *)answer;
	return json_is_object(inner) ? inner : NULL;
}

int doc_from_answer(const char *text, size_t len, const char *envelope, struct doc **ret,
	struct err *err)
{
	CLEANUP_VAL struct val *val = NULL;
	json_auto_t *repaired = NULL;
	struct err first = {""}, problem = {""};
	json_t *object;
	int r = val_parse(text, len, 0, &val, &first);

	if (r == -EINVAL)
		r = scan_repair(text, len, &repaired, &problem);
	if (r == -EINVAL)
		return err_set(err, EBADMSG, "%s", first.text);
	if (r < 0)
		return r;
	object = find_vpc(val ? (json_t *)val : repaired, envelope);
	if (!object)
		return err_set(err, EBADMSG, "it holds no VPC");
	return val ? doc_from_object(object, ret, err)
		   : doc_from_repaired(object, problem.text, ret, err);
}

int doc_from_val(struct val *object, struct doc **ret, struct err *err)
{
	if (!val_is_object(object))
		return err_set(err, EBADMSG, "expected a VPC: an object");
	return doc_from_object((json_t *)object, ret, err);
}

struct doc *doc_ref(struct doc *doc)
{
	atomic_fetch_add_explicit(&doc->refs, 1, memory_order_relaxed);
	return doc;
}

void doc_unref(struct doc *doc)
{
	if (!doc || atomic_fetch_sub_explicit(&doc->refs, 1, memory_order_acq_rel) != 1)
		return;
	parsed_forget(doc->serial);
	free(doc);
}

void doc_unrefp(struct doc **doc)
{
	doc_unref(*doc);
	*doc = NULL;
}

int doc_open(const struct doc *doc, struct parsed **ret, struct err *err)
{
	struct parsed *found;

	if (doc->problem[0]) {
		err_set(err, EBADMSG, "%s", doc->problem);
		return -EBADMSG;
	}
	found = parsed_find(doc->serial);
	if (!found)
		return parsed_make(doc->serial, doc->bytes, doc->len, ret);
	*ret = found;
	return 0;
}

bool doc_is_readable(const struct doc *doc)
{
	return !doc->problem[0];
}

const char *doc_problem(const struct doc *doc)
{
	return doc->problem;
}

const char *doc_id(const struct doc *doc)
{
	return doc->id;
}

const char *doc_name(const struct doc *doc)
{
	return doc->name;
}

const char *doc_status(const struct doc *doc)
{
	return doc->status;
}

enum state doc_state(const struct doc *doc)
{
	const struct enum_value *value = schema_with(NULL, FIELD_STATE)->values;

	while (value->name && strcmp(value->name, doc->status) != 0)
		value++;
	return value->state;
}

bool doc_own_mtime(const struct doc *doc, struct timespec *ret)
{
	if (doc->has_mtime)
		*ret = doc->mtime;
	return doc->has_mtime;
}

bool doc_equal(const struct doc *a, const struct doc *b)
{
	CLEANUP_PARSED struct parsed *left = NULL, *right = NULL;

	if (a == b)
		return true;
	if (strcmp(a->problem, b->problem) != 0)
		return false;
	if (a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0)
		return true;
	return doc_open(a, &left, NULL) == 0 && doc_open(b, &right, NULL) == 0 &&
	       json_equal(left->root, right->root);
}

static bool is_there(const json_t *value)
{
	return value && !json_is_null(value);
}

static bool is_no_default(const json_t *value)
{
	return !value_is_default(value);
}

/* Whether each member that has a value in b counts in a. */
static bool has_all_of(
	const json_t *a, const json_t *b, bool (*counts)(const json_t *value))
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)b, key, value) {
		if (is_no_default(value) && !counts(json_object_get(a, key)))
			return false;
	}
	return true;
}

/* Whether the items of two lists have the same members. All items of one list do, so comparing the
 * first of each list is enough. */
static bool items_alike(const json_t *a, const json_t *b)
{
	const json_t *x = json_array_get(a, 0), *y = json_array_get(b, 0);

	if (!json_is_object(x) || !json_is_object(y))
		return true;
	return has_all_of(x, y, is_there);
}

bool doc_has_members_of(const struct doc *doc, const struct doc *other)
{
	CLEANUP_PARSED struct parsed *left = NULL, *right = NULL;
	const json_t *a, *b;
	const char *key;
	json_t *value;

	if (doc_open(doc, &left, NULL) < 0 || doc_open(other, &right, NULL) < 0)
		return false;
	a = left->root;
	b = right->root;
	if (!has_all_of(a, b, is_no_default))
		return false;
	json_object_foreach ((json_t *)b, key, value) {
		if (json_is_array(value) && !items_alike(json_object_get(a, key), value))
			return false;
	}
	return true;
}
