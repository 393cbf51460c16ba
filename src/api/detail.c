/* SPDX-License-Identifier: MIT */
/* The details of an error. A table says for each type which parts make its line. A part is looked
 * up by its two JSON spellings, ProtoJSON's and the proto's (googleapis:
 * google/rpc/error_details.proto). */
#include "detail.h"

#include <stdio.h>
#include <string.h>
#include "base/base64.h"
#include "base/utf8.h"
#include "proto/msg.h"

#define DETAIL_PARTS	3
#define DETAIL_WIRE_MAX 65536

struct part {
	const char *camel;
	const char *snake;
};

/* The text of one part, borrowed from the document. */
struct piece {
	const char *bytes;
	size_t len;
};

struct detail_row {
	const char *type;
	/* the array of violations; if its camel is NULL, the message itself has the parts */
	struct part list;
	struct part parts[DETAIL_PARTS];
	void (*join)(struct buf *ret, const struct piece pieces[DETAIL_PARTS]);
};

void detail_add_text(struct buf *ret, const char *bytes, size_t len)
{
	(void)buf_add(ret, bytes, utf8_cut(bytes, len, ret->max - ret->len));
}

static void add_string(struct buf *ret, const char *text)
{
	detail_add_text(ret, text, strlen(text));
}

static void begin_line(struct buf *ret)
{
	if (ret->len)
		add_string(ret, "\n");
}

static void join_colons(struct buf *ret, const struct piece pieces[DETAIL_PARTS])
{
	const char *between = "";

	for (size_t i = 0; i < DETAIL_PARTS; i++) {
		if (!pieces[i].len)
			continue;
		add_string(ret, between);
		detail_add_text(ret, pieces[i].bytes, pieces[i].len);
		between = ": ";
	}
}

/* VPC 'prod': description */
static void join_resource(struct buf *ret, const struct piece pieces[DETAIL_PARTS])
{
	bool named = pieces[1].len > 0;

	detail_add_text(ret, pieces[0].bytes, pieces[0].len);
	if (named) {
		add_string(ret, pieces[0].len ? " '" : "'");
		detail_add_text(ret, pieces[1].bytes, pieces[1].len);
		add_string(ret, "'");
	}
	if (pieces[2].len) {
		add_string(ret, pieces[0].len || named ? ": " : "");
		detail_add_text(ret, pieces[2].bytes, pieces[2].len);
	}
}

/* REASON (domain) */
static void join_reason(struct buf *ret, const struct piece pieces[DETAIL_PARTS])
{
	detail_add_text(ret, pieces[0].bytes, pieces[0].len);
	if (pieces[1].len) {
		add_string(ret, " (");
		detail_add_text(ret, pieces[1].bytes, pieces[1].len);
		add_string(ret, ")");
	}
}

#define QUOTA_FAILURE "google.rpc.QuotaFailure"

static const struct detail_row detail_rows[] = {
	{"google.rpc.BadRequest", {"fieldViolations", "field_violations"},
		{{"field", "field"}, {"description", "description"}}, join_colons},
	{"google.rpc.PreconditionFailure", {"violations", "violations"},
		{{"type", "type"}, {"subject", "subject"}, {"description", "description"}},
		join_colons},
	{QUOTA_FAILURE, {"violations", "violations"},
		{{"subject", "subject"}, {"description", "description"}}, join_colons},
	{"google.rpc.ResourceInfo", {NULL, NULL},
		{{"resourceType", "resource_type"}, {"resourceName", "resource_name"},
			{"description", "description"}},
		join_resource},
	{"google.rpc.ErrorInfo", {NULL, NULL}, {{"reason", "reason"}, {"domain", "domain"}},
		join_reason},
	{"google.rpc.LocalizedMessage", {NULL, NULL}, {{"message", "message"}},
		join_colons},
};

/* name may start with "type.googleapis.com/". */
static const struct detail_row *row_find(const char *name)
{
	const char *slash = name ? strrchr(name, '/') : NULL;

	if (slash)
		name = slash + 1;
	for (size_t i = 0; name && i < ARRAY_LEN(detail_rows); i++) {
		if (strcmp(detail_rows[i].type, name) == 0)
			return &detail_rows[i];
	}
	return NULL;
}

static struct val *part_member(struct val *object, const struct part *part)
{
	struct val *found = val_member(object, part->camel);

	return found ? found : val_member(object, part->snake);
}

static bool line_from_val(const struct detail_row *row, struct val *object, struct buf *ret)
{
	struct piece pieces[DETAIL_PARTS] = {{"", 0}, {"", 0}, {"", 0}};
	bool any = false;

	for (size_t i = 0; i < DETAIL_PARTS && row->parts[i].camel; i++) {
		const char *text = val_text(part_member(object, &row->parts[i]));

		pieces[i].bytes = text ? text : "";
		pieces[i].len = strlen(pieces[i].bytes);
		any |= pieces[i].len > 0;
	}
	if (any) {
		begin_line(ret);
		row->join(ret, pieces);
	}
	return any;
}

/* Adds the lines of a detail. Returns whether there was one. */
static bool lines_from_val(
	const struct detail_row *row, struct val *object, struct buf *ret)
{
	struct val *list;
	bool any = false;

	if (!row->list.camel)
		return line_from_val(row, object, ret);
	list = part_member(object, &row->list);
	for (size_t i = 0; i < val_count(list); i++)
		any |= line_from_val(row, val_item(list, i), ret);
	return any;
}

/* As lines_from_val, from the message's bytes, which Connect sends beside its type. */
static bool lines_from_base64(
	const struct detail_row *row, const char *base64, struct buf *ret)
{
	CLEANUP_BUF struct buf bytes = BUF_INIT(DETAIL_WIRE_MAX);
	CLEANUP_BUF struct buf json = BUF_INIT(2 * DETAIL_WIRE_MAX);
	CLEANUP_VAL struct val *object = NULL;

	if (!base64 || base64_decode(base64, strlen(base64), &bytes) < 0 ||
		msg_wire_to_json(msg_type_named(row->type), bytes.data, bytes.len, 0, &json,
			NULL) < 0 ||
		val_parse(buf_str(&json), json.len, 0, &object, NULL) < 0)
		return false;
	return lines_from_val(row, object, ret);
}

/* Shows a detail of an unknown type: its JSON as it is, or at least the name of its type. */
static void line_of_unknown(const char *type, struct val *json, struct buf *ret)
{
	CLEANUP_BUF struct buf text = BUF_INIT(DETAIL_WIRE_MAX);

	begin_line(ret);
	if (type) {
		add_string(ret, type);
		add_string(ret, json ? ": " : " (cannot be shown)");
	}
	if (json && val_print(json, &text) == 0)
		detail_add_text(ret, buf_str(&text), text.len);
}

static void detail_add_one(struct val *detail, struct buf *ret)
{
	const char *at_type = val_text(val_member(detail, "@type"));
	const char *type = val_text(val_member(detail, "type"));
	struct val *debug = val_member(detail, "debug");
	const struct detail_row *row;

	if (at_type || !type) {
		row = row_find(at_type);
		if (!row || !lines_from_val(row, detail, ret))
			line_of_unknown(NULL, detail, ret);
		return;
	}
	row = row_find(type);
	if (!row || (!lines_from_base64(row, val_text(val_member(detail, "value")), ret) &&
			    !lines_from_val(row, debug, ret)))
		line_of_unknown(type, debug, ret);
}

bool detail_add_lines(struct val *details, struct buf *ret)
{
	const struct detail_row *quota = row_find(QUOTA_FAILURE);
	bool found = false;

	for (size_t i = 0; i < val_count(details); i++) {
		struct val *detail = val_item(details, i);
		const char *type = val_text(val_member(detail, "@type"));

		if (!type)
			type = val_text(val_member(detail, "type"));
		found |= row_find(type) == quota;
		detail_add_one(detail, ret);
	}
	return found;
}
