/* SPDX-License-Identifier: MIT */
/* The control endpoints: faults set at run time, and the requests seen so far. */
#include "exchange.h"

#include <errno.h>
#include <string.h>

static struct answer faults_answer(
	struct server *s, const struct exchange *x, const char *method)
{
	struct err err = {""};
	json_auto_t *rules = NULL;
	int r = 0;

	if (strcmp(method, "DELETE") == 0)
		faults_clear(s->parts.faults);
	if (strcmp(method, "POST") == 0)
		r = x->dropped ? -E2BIG
			       : faults_add(s->parts.faults, buf_str(&x->body), &err);
	if (r < 0)
		return answer_plain(
			400, "text/plain", err.text[0] ? err.text : strerror(-r));
	rules = faults_show(s->parts.faults);
	return answer_text_take(rules ? text_from_json(rules) : NULL);
}

struct answer control_answer(struct server *s, const struct exchange *x, const char *method)
{
	if (x->route.kind == ROUTE_FAULTS)
		return faults_answer(s, x, method);
	if (strcmp(method, "DELETE") == 0)
		requests_clear(s->parts.requests);
	return answer_text_take(requests_show(s->parts.requests));
}
