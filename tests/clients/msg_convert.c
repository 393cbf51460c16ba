/* SPDX-License-Identifier: MIT */
/* The message codec for scripts. Each line of the input is "WAY TYPE PAYLOAD"; WAY is json (JSON to
 * wire), wire (wire to JSON), unset (that, with what is unset) or same (wire to wire). Wire bytes
 * are written in hexadecimal. Each line of the output is a result, or "! " and why there is
 * none. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "base/buf.h"
#include "proto/msg.h"

#define LINE_MAX_BYTES ((size_t)64 << 20)

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) : -1;
}

static int from_hex(const char *text, struct buf *ret)
{
	int r = 0;

	for (; r == 0 && *text; text += 2) {
		int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);

		if (low < 0)
			return -1;
		r = buf_addc(ret, (char)(high << 4 | low));
	}
	return r;
}

static void print_hex(const struct buf *bytes)
{
	for (size_t i = 0; i < bytes->len; i++)
		printf("%02x", (unsigned char)bytes->data[i]);
	putchar('\n');
}

static int same(const struct msg_type *type, const struct buf *bytes, struct buf *ret,
	struct err *err)
{
	CLEANUP_MSG struct msg *msg = NULL;
	int r = msg_from_wire(type, bytes->data, bytes->len, &msg, err);

	return r < 0 ? r : msg_to_wire(msg, ret);
}

static int convert(const char *way, const struct msg_type *type, const char *payload)
{
	CLEANUP_BUF struct buf in = BUF_INIT(LINE_MAX_BYTES),
			       out = BUF_INIT(LINE_MAX_BYTES);
	bool from_json = strcmp(way, "json") == 0, with_unset = strcmp(way, "unset") == 0;
	bool to_json = with_unset || strcmp(way, "wire") == 0;
	struct err err = {""};
	int r;

	if (!from_json && from_hex(payload, &in) != 0)
		return -1;
	if (from_json)
		r = msg_json_to_wire(type, payload, strlen(payload), 0, &out, &err);
	else if (to_json)
		r = msg_wire_to_json(type, in.data, in.len,
			with_unset ? MSG_WRITE_UNSET : 0, &out, &err);
	else
		r = same(type, &in, &out, &err);
	if (r < 0)
		printf("! %s\n", err.text);
	else if (to_json)
		puts(buf_str(&out));
	else
		print_hex(&out);
	return 0;
}

static int convert_line(char *line)
{
	char *way = strsep(&line, " "), *name = strsep(&line, " ");
	const struct msg_type *type = name ? msg_type_named(name) : NULL;

	if (!type || !line || convert(way, type, line) != 0) {
		fprintf(stderr, "not a line: %s %s\n", way, name ? name : "");
		return 1;
	}
	return 0;
}

int main(void)
{
	CLEANUP_FREE char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int r = 0;

	while (r == 0 && (len = getline(&line, &size, stdin)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		r = convert_line(line);
	}
	return r;
}
