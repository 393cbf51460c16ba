/* SPDX-License-Identifier: MIT */
/* The service's rules about VPCs that exist already. */
#include "state_rules.h"

#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/utf8.h"
#include "route.h"

#define VPCS_MAX 100000

/* The wording is from the published schema. */
struct answer state_rules_not_found(const char *id)
{
	char shown[ROUTE_ID_MAX];

	utf8_clean(shown, sizeof(shown), id, strlen(id));
	return answer_problem_take(RPC_NOT_FOUND,
		answer_resource_info(shown, "no such VPC"), "VPC \"%s\" not found", shown);
}

/* A create "fails on the name already being taken": ALREADY_EXISTS with ResourceInfo.
 */
bool state_rules_name_taken(
	struct store *s, const char *name, const struct vpc *but, struct answer *ret)
{
	char text[256], shown[256];

	if (!store_has_name(s, name, but))
		return false;
	snprintf(shown, sizeof(shown), "VPC \"%s\" already exists", name);
	utf8_clean(text, sizeof(text), shown, strlen(shown));
	*ret = answer_problem_take(
		RPC_ALREADY_EXISTS, answer_resource_info(name, text), "%s", text);
	return true;
}

/* RESOURCE_EXHAUSTED with QuotaFailure (the API reference); the real number is not known. */
bool state_rules_too_many(struct store *s, struct answer *ret)
{
	if (store_count(s) < VPCS_MAX)
		return false;
	*ret = answer_problem_take(RPC_RESOURCE_EXHAUSTED,
		answer_quota("organization", "VPC quota exceeded"),
		"VPC quota exceeded: at most %d", VPCS_MAX);
	return true;
}

/* The VPC's status if it forbids a change now, else NULL. */
static const char *busy_status(const struct profile *p, const struct vpc *v)
{
	static const char *const busy[] = {
		"STATUS_CREATING", "STATUS_UPDATING", "STATUS_DELETING"};
	const char *status = json_string_value(json_object_get(v->doc, "status"));

	for (size_t i = 0; status && !p->bare && i < ARRAY_LEN(busy); i++) {
		if (strcmp(status, busy[i]) == 0)
			return busy[i];
	}
	return NULL;
}

/* FAILED_PRECONDITION with PreconditionFailure. Clients wait for STATUS_READY; that a change is
 * refused until then is a guess. */
bool state_rules_busy(const struct profile *p, const struct vpc *v, struct answer *ret)
{
	const char *status = busy_status(p, v);
	char subject[ROUTE_ID_MAX + 16], text[128];

	if (!status)
		return false;
	snprintf(subject, sizeof(subject), "vpc/%s", v->id);
	snprintf(text, sizeof(text), "the VPC cannot be changed while it is in %s", status);
	*ret = answer_problem_take(RPC_FAILED_PRECONDITION,
		answer_precondition("VPC_STATUS", subject, text), "%s", text);
	return true;
}
