/* SPDX-License-Identifier: MIT */
/* The form in which an answer is sent: as 304 if the client has it already, compressed,
 * or as it is. */
#include "exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "gzip.h"

#define GZIP_MIN 256 /* bytes: less is not worth it */

/* Whether an Accept-Encoding gives gzip a weight other than 0 (RFC 9110 12.5.3). */
static bool accepts_gzip(struct MHD_Connection *c)
{
	const char *list = MHD_lookup_connection_value(
		c, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT_ENCODING);

	for (; list; list = strchr(list, ',')) {
		const char *weight;

		list += strspn(list, ", \t");
		if (strncasecmp(list, "gzip", 4) != 0 || !strchr(",; \t", list[4]))
			continue;
		weight = memmem(list, strcspn(list, ","), "q=", 2);
		return !weight || strtod(weight + 2, NULL) > 0;
	}
	return false;
}

/* If-None-Match compares weakly, so W/ does not matter. */
static bool client_has(struct MHD_Connection *c, const char *tag)
{
	const char *have = MHD_lookup_connection_value(
		c, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);

	return have && (strcmp(have, "*") == 0 || strstr(have, tag));
}

/* Two forms of one body may not share a strong ETag (RFC 9110 8.8.3.3). */
static void tag_as_gzip(char tag[TEXT_TAG_MAX])
{
	size_t end = strlen(tag) - 1;

	snprintf(tag + end, TEXT_TAG_MAX - end, "-gzip\"");
}

void represent(struct MHD_Connection *c, const struct fault *fault, struct answer *a)
{
	struct text *packed = NULL;

	if (!a->status || !a->body || a->is_framed)
		return;
	a->takes_gzip = true;
	if (a->tagged)
		text_tag(a->body, a->tag);
	/* A fault cuts or drips the uncompressed body. */
	if (delivery_is_streamed(fault))
		return;
	if (a->body->len >= GZIP_MIN && accepts_gzip(c))
		packed = gzip_text(a->body);
	if (packed && a->tagged)
		tag_as_gzip(a->tag);
	if (a->tagged && client_has(c, a->tag)) {
		answer_release(a);
		a->status = 304;
	} else if (packed) {
		answer_release(a);
		a->body = text_ref(packed);
		a->is_gzip = true;
	}
	text_unref(packed);
}
