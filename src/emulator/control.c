/* SPDX-License-Identifier: MIT */
/* The control endpoints: faults set at run time, and the requests seen so far. */
#include "exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct answer faults_answer(
	struct server *s, const struct exchange *x, const char *method)
{
	struct err err = {""};
	json_auto_t *rules = NULL;
	int r = 0;

	if (strcmp(method, "DELETE") == 0)
		holds_release_before(s->parts.holds, faults_clear(s->parts.faults));
	if (strcmp(method, "POST") == 0)
		r = x->dropped ? -E2BIG
			       : faults_add(s->parts.faults, buf_str(&x->body), &err);
	if (r < 0)
		return answer_plain(
			400, "text/plain", err.text[0] ? err.text : strerror(-r));
	rules = faults_show(s->parts.faults);
	return answer_text_take(rules ? text_from_json(rules) : NULL);
}

static struct answer release_answer(struct server *s, const struct exchange *x)
{
	json_auto_t *released = NULL;
	struct err err = {""};
	size_t count;
	int r = x->dropped ? -E2BIG
			   : holds_release(s->parts.holds, buf_str(&x->body), &count, &err);

	if (r < 0)
		return answer_plain(
			400, "text/plain", err.text[0] ? err.text : strerror(-r));
	released = json_pack("{s:I}", "released", (json_int_t)count);
	return answer_text_take(released ? text_from_json(released) : NULL);
}

static struct answer history_answer(struct server *s, struct MHD_Connection *c)
{
	const char *after = MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "after");

	if (after && (!*after || strspn(after, "0123456789") != strlen(after)))
		return answer_plain(400, "text/plain",
			"after: must be the sequence number of a change\n");
	return service_history(s->parts.service, after ? strtoull(after, NULL, 10) : 0);
}

struct answer control_answer(struct server *s, const struct exchange *x,
	struct MHD_Connection *c, const char *method)
{
	if (x->route.kind == ROUTE_FAULTS)
		return faults_answer(s, x, method);
	if (x->route.kind == ROUTE_HISTORY)
		return history_answer(s, c);
	if (x->route.kind == ROUTE_RELEASE)
		return release_answer(s, x);
	if (strcmp(method, "DELETE") == 0)
		requests_clear(s->parts.requests);
	return answer_text_take(requests_show(s->parts.requests));
}
