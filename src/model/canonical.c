/* SPDX-License-Identifier: MIT */
/* Two values mean the same if their canonical texts are the same bytes. The canonical text is used
 * for comparing only. */
#include "canonical.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/map.h"
#include "json_member.h"
#include "nul.h"
#include "schema_tree.h"
#include "value.h"
#include "scalar.h"

#define CANON_MAX (256u << 20) /* bytes */

static int canonical_add(
	const struct schema_field *schema, const json_t *value, struct buf *ret);

/* Adds the text with its length before it, so that no two texts can be mistaken for each other. */
static int canonical_text(const char *text, struct buf *ret)
{
	return buf_addf(ret, "%zu:%s;", strlen(text), text);
}

static int canonical_string(const json_t *value, struct buf *ret)
{
	int r = buf_addf(ret, "%zu:", json_string_length(value));

	if (r == 0)
		r = nul_add_string(value, ret);
	return r < 0 ? r : buf_addc(ret, ';');
}

static int canonical_address(const json_t *value, struct buf *ret)
{
	const char *text = json_string_value(value);
	char canon[SCALAR_CANONICAL_MAX];

	if (text && strlen(text) == json_string_length(value) &&
		scalar_canonical(text, canon))
		return canonical_text(canon, ret);
	return canonical_string(value, ret);
}

static int canonical_enum(
	const struct schema_field *schema, const json_t *value, struct buf *ret)
{
	const char *name = json_string_value(value);

	if (value_is_zero(schema, value))
		return buf_addc(ret, '0');
	if (name)
		return canonical_string(value, ret);
	name = value_enum_name(schema, json_integer_value(value));
	if (name)
		return canonical_text(name, ret);
	return buf_addf(ret, "%lld;", (long long)json_integer_value(value));
}

static int canonical_int(const json_t *value, struct buf *ret)
{
	json_int_t number = 0;

	value_int(value, &number);
	return buf_addf(ret, "%lld;", (long long)number);
}

static int canonical_scalar(
	const struct schema_field *schema, const json_t *value, struct buf *ret)
{
	switch (schema->type) {
	case FIELD_CIDR:
	case FIELD_ADDRESS:
		return canonical_address(value, ret);
	case FIELD_ENUM:
		return canonical_enum(schema, value, ret);
	case FIELD_BOOL:
		return buf_addc(ret, json_is_true(value) ? 't' : 'f');
	case FIELD_INT:
		return canonical_int(value, ret);
	default:
		return canonical_string(value, ret);
	}
}

static int canonical_members(
	const struct schema_field *dir, const json_t *object, struct buf *ret)
{
	const struct schema_field *schema = NULL;
	int r = 0;

	while (r == 0 && (schema = schema_next_child(dir, schema))) {
		if (schema->type == FIELD_DIR || schema->flags & FIELD_WRITABLE)
			r = canonical_add(
				schema, json_member_get(object, schema_key(schema)), ret);
	}
	return r;
}

int canonical_add_item(const struct schema_field *list, const json_t *item, struct buf *ret)
{
	if (list->type == FIELD_DIR)
		return canonical_add(schema_child(list, "*"), item, ret);
	return canonical_scalar(list, item, ret);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Fills texts with the items' canonical texts, sorted. The caller frees them, also on failure. */
static int canonical_collect(const struct schema_field *list, const json_t *array,
	char **texts, size_t *ret_count)
{
	size_t i;
	json_t *item;

	json_array_foreach (array, i, item) {
		CLEANUP_BUF struct buf text = BUF_INIT(CANON_MAX);
		int r = canonical_add_item(list, item, &text);

		if (r < 0)
			return r;
		texts[i] = buf_steal(&text);
		if (!texts[i])
			return -ENOMEM;
		*ret_count = i + 1;
	}
	qsort(texts, *ret_count, sizeof(char *), compare_texts);
	return 0;
}

/* Adds a set: its items sorted. In a set of scalars equal items count once. */
static int canonical_set(
	const struct schema_field *list, const json_t *array, struct buf *ret)
{
	size_t count = 0;
	char **texts = calloc(json_array_size(array) + 1, sizeof(char *));
	int r = texts ? canonical_collect(list, array, texts, &count) : -ENOMEM;

	for (size_t i = 0; i < count; i++) {
		bool again =
			i && list->type != FIELD_DIR && strcmp(texts[i], texts[i - 1]) == 0;

		if (r == 0 && !again)
			r = buf_addf(ret, "{%s}", texts[i]);
	}
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
	free(texts);
	return r;
}

static int canonical_list(
	const struct schema_field *list, const json_t *array, struct buf *ret)
{
	size_t i;
	json_t *item;
	int r = 0;

	json_array_foreach (array, i, item) {
		r = canonical_add_item(list, item, ret);
		if (r < 0)
			return r;
	}
	return buf_addc(ret, '.');
}

static int canonical_dir(
	const struct schema_field *schema, const json_t *value, struct buf *ret)
{
	int r;

	if (!value)
		return buf_addc(ret, '-');
	r = schema_is_item(schema) ? 0 : buf_addc(ret, '+');
	return r < 0 ? r : canonical_members(schema, value, ret);
}

static int canonical_add(
	const struct schema_field *schema, const json_t *value, struct buf *ret)
{
	if (schema->flags & FIELD_SET)
		return canonical_set(schema, value, ret);
	if (schema->flags & (FIELD_NAMED_ITEMS | FIELD_LINES))
		return canonical_list(schema, value, ret);
	if (schema->type == FIELD_DIR)
		return canonical_dir(schema, value, ret);
	return canonical_scalar(schema, value, ret);
}

int canonical_list_minus(const struct schema_field *list, const json_t *array,
	const json_t *other, json_t *ret)
{
	CLEANUP(map_release) struct map texts = {0};
	const json_t *lists[] = {other, array};

	for (size_t n = 0; n < ARRAY_LEN(lists); n++) {
		size_t i;
		json_t *item;

		json_array_foreach (lists[n], i, item) {
			CLEANUP_BUF struct buf text = BUF_INIT(CANON_MAX);
			int r = canonical_add_item(list, item, &text);

			if (r == 0)
				r = map_add(&texts, buf_str(&text), item);
			if (r == 0 && lists[n] == array && json_array_append(ret, item) < 0)
				r = -ENOMEM;
			if (r < 0 && r != -EEXIST)
				return r;
		}
	}
	return 0;
}

int canonical_equal(const struct schema_field *schema, const json_t *a, const json_t *b,
	bool *ret_equal)
{
	CLEANUP_BUF struct buf left = BUF_INIT(CANON_MAX), right = BUF_INIT(CANON_MAX);
	int r = canonical_add(schema, a, &left);

	if (r == 0)
		r = canonical_add(schema, b, &right);
	if (r == 0)
		*ret_equal = left.len == right.len &&
			     (!left.len || memcmp(left.data, right.data, left.len) == 0);
	return r;
}
