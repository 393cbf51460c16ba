/* SPDX-License-Identifier: MIT */
/* A draft: records end in NUL; the first is the zone= option, then "PATH=TEXT" is a file, "PATH" a
 * directory. */
#include "fuzz.h"

#include <errno.h>
#include <string.h>
#include "model/draft.h"
#include "model/val.h"

#define FILES_MAX 64
#define BODY_MAX  (64u << 20)

/* A VPC with what was posted shows it. */
static void check_body(const char *body, size_t len)
{
	CLEANUP_BUF struct buf json = BUF_INIT(BODY_MAX);
	CLEANUP_VAL struct val *val = NULL;
	CLEANUP_DOC struct doc *doc = NULL;
	bool shown;

	CHECK(val_parse(body, len, VAL_STRICT, &val, NULL) == 0);
	CHECK(strcmp(val_text(val_member(val, "name")), "new") == 0);
	CHECK(val_text(val_member(val, "zone")));
	CHECK(buf_adds(&json, "{\"id\":\"1\",") == 0 &&
		buf_add(&json, body + 1, len - 1) == 0);
	CHECK(doc_from_answer(json.data, json.len, "vpc", &doc, NULL) == 0);
	CHECK(doc_is_readable(doc));
	CHECK(doc_shows_body(doc, body, len, &shown) == 0 && shown);
}

/* Cuts the next record off the input; its end is at *ret_end. */
static char *next_record(char **at, char *end, char **ret_end)
{
	char *start = *at;

	if (start >= end)
		return NULL;
	*ret_end = start + strnlen(start, (size_t)(end - start));
	*at = *ret_end + 1;
	return start;
}

static size_t read_records(char *at, char *end, struct draft_file files[FILES_MAX])
{
	size_t count = 0;
	char *line, *line_end;

	while (count < FILES_MAX && (line = next_record(&at, end, &line_end))) {
		char *text = strchr(line, '=');

		files[count] = (struct draft_file){.path = line, .is_dir = !text};
		if (text) {
			*text++ = '\0';
			files[count].text = text;
			files[count].len = (size_t)(line_end - text);
		}
		draft_claims(line, files[count].is_dir);
		count++;
	}
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *copy = calloc(1, size + 1);
	CLEANUP_BUF struct buf body = BUF_INIT(BODY_MAX);
	struct draft_file files[FILES_MAX];
	struct err err = {""};
	char *at = copy, *end = copy + size, *zone, *zone_end;
	size_t count;
	int r;

	memcpy(copy, data, size);
	zone = next_record(&at, end, &zone_end);
	count = read_records(at, end, files);
	r = draft_read(files, count, "new", zone, &body, &err);
	if (r == 0)
		check_body(body.data, body.len);
	else
		CHECK((r == -EIO || r == -EINVAL) && err.text[0] && !body.len);
	return 0;
}
