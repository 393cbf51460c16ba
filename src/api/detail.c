/* SPDX-License-Identifier: MIT */
/* The details of an error. One table says, for each type, which parts make its line; a part is
 * found by its two JSON spellings (ProtoJSON's and the proto's) or, on the wire, by its number
 * (googleapis: google/rpc/error_details.proto). */
#include "detail.h"

#include <stdio.h>
#include <string.h>
#include "base/utf8.h"
#include "wire.h"

#define DETAIL_PARTS	3
#define DETAIL_WIRE_MAX 65536

struct part {
	const char *camel;
	const char *snake;
	unsigned number;
};

/* The text of one part: borrowed from the document or the wire. */
struct piece {
	const char *bytes;
	size_t len;
};

struct detail_row {
	const char *type;
	struct part
		list; /* of violations; camel is NULL: the message itself has the parts */
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
	{"google.rpc.BadRequest", {"fieldViolations", "field_violations", 1},
		{{"field", "field", 1}, {"description", "description", 2}}, join_colons},
	{"google.rpc.PreconditionFailure", {"violations", "violations", 1},
		{{"type", "type", 1}, {"subject", "subject", 2},
			{"description", "description", 3}},
		join_colons},
	{QUOTA_FAILURE, {"violations", "violations", 1},
		{{"subject", "subject", 1}, {"description", "description", 2}},
		join_colons},
	{"google.rpc.ResourceInfo", {NULL, NULL, 0},
		{{"resourceType", "resource_type", 1}, {"resourceName", "resource_name", 2},
			{"description", "description", 4}},
		join_resource},
	{"google.rpc.ErrorInfo", {NULL, NULL, 0},
		{{"reason", "reason", 1}, {"domain", "domain", 2}}, join_reason},
	{"google.rpc.LocalizedMessage", {NULL, NULL, 0}, {{"message", "message", 2}},
		join_colons},
};

/* name with or without "type.googleapis.com/". */
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

/* Returns whether there was a line to add. */
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

static bool line_from_wire(
	const struct detail_row *row, struct wire message, struct buf *ret)
{
	struct piece pieces[DETAIL_PARTS] = {{"", 0}, {"", 0}, {"", 0}};
	struct wire value;
	unsigned number;
	bool any = false;

	while (wire_next(&message, &number, &value)) {
		for (size_t i = 0; i < DETAIL_PARTS && row->parts[i].camel; i++) {
			if (row->parts[i].number != number)
				continue;
			pieces[i] = (struct piece){(const char *)value.at, value.left};
			any |= value.left > 0;
		}
	}
	if (any) {
		begin_line(ret);
		row->join(ret, pieces);
	}
	return any;
}

static bool lines_from_wire(
	const struct detail_row *row, const char *base64, struct buf *ret)
{
	CLEANUP_BUF struct buf bytes = BUF_INIT(DETAIL_WIRE_MAX);
	struct wire message, violation;
	unsigned number;
	bool any = false;

	if (!base64 || wire_decode_base64(base64, &bytes) < 0)
		return false;
	message = (struct wire){(const unsigned char *)buf_str(&bytes), bytes.len};
	if (!row->list.camel)
		return line_from_wire(row, message, ret);
	while (wire_next(&message, &number, &violation)) {
		if (number == row->list.number)
			any |= line_from_wire(row, violation, ret);
	}
	return any;
}

/* A type nobody here knows: its JSON as it is, or at least its name. */
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
	if (!row || (!lines_from_wire(row, val_text(val_member(detail, "value")), ret) &&
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
