/* SPDX-License-Identifier: MIT */
/* The five calls of the service: check the request, find the VPC, change it, answer. */
#include "service.h"

#include <errno.h>
#include <string.h>
#include "document.h"
#include "mask.h"
#include "rules.h"
#include "state_rules.h"
#include "validate.h"

static struct answer failed(int r)
{
	return answer_problem_take(RPC_INTERNAL, NULL,
		"the change could not be written down: %s", strerror(-r));
}

static struct answer invalid_take(json_t *violations)
{
	struct buf text CLEANUP_BUF = BUF_INIT(ANSWER_MESSAGE_MAX);
	json_t *one;
	size_t i;

	json_array_foreach (violations, i, one) {
		buf_addf(&text, "%s%s: %s", i ? "; " : "",
			json_string_value(json_object_get(one, "field")),
			json_string_value(json_object_get(one, "description")));
	}
	return answer_problem_take(RPC_INVALID_ARGUMENT,
		answer_bad_request_take(violations), "invalid argument: %s",
		buf_str(&text));
}

static struct answer about_one_take(json_t *doc)
{
	json_auto_t *shown = doc;

	return answer_message_take(shown ? text_from_json(shown) : NULL);
}

static struct answer shown(const struct service *s, const struct vpc *v)
{
	return about_one_take(profile_show(s->profile, v->doc, v->as_given));
}

static struct answer echoed(const struct service *s, const struct vpc *v)
{
	return about_one_take(profile_echo(s->profile, v->doc, v->as_given));
}

static struct answer call_list(struct service *s, const struct service_call *call)
{
	return answer_message_take(store_list(s->store, call->lag_ms));
}

static struct answer call_get(struct service *s, const struct service_call *call)
{
	struct text *item = store_show(s->store, call->id, call->lag_ms);

	return item ? answer_message_take(item) : state_rules_not_found(call->id);
}

static struct answer call_create(struct service *s, const struct service_call *call)
{
	json_auto_t *violations = json_array(), *doc = NULL;
	const json_t *request = call->request;
	char id[STAMP_ID_MAX], now[STAMP_TEXT_MAX];
	struct answer refusal;
	struct vpc *v;
	int r;

	if (s->profile->schema_rules)
		validate_create(request, violations);
	if (json_array_size(violations))
		return validate_answer_take(json_incref(violations));
	rules_check_create(s->profile, request, violations);
	if (json_array_size(violations))
		return invalid_take(json_incref(violations));
	if (state_rules_name_taken(s->store,
		    json_string_value(json_object_get(request, "name")), NULL, &refusal) ||
		state_rules_too_many(s->store, &refusal))
		return refusal;
	stamp_id(id);
	store_now(s->store, now);
	doc = document_create(request, id, now);
	r = doc ? store_add(s->store, doc, false, "STATUS_CREATING", &v) : -ENOMEM;
	return r < 0 ? failed(r) : echoed(s, v);
}

/* Adds a violation for each of these fields that the PATCH may not set so. */
static void check_fields(const struct service *s, const struct vpc *v,
	const json_t *request, unsigned fields, json_t *violations)
{
	if (fields & MASK_NAME && !json_object_get(request, "name"))
		answer_violate(violations, "name", "value is required");
	if (fields & MASK_ZONE && !json_object_get(request, "zone"))
		answer_violate(violations, "zone", "value is required");
	if (!document_host_prefixes_agree(v->doc, request, fields))
		answer_violate(violations,
			fields & MASK_HOST_PREFIXES ? "host_prefixes" : "host_prefix",
			"host prefixes may not be changed after they are configured");
}

static struct answer patch_fields(
	struct service *s, struct vpc *v, const json_t *request, unsigned fields)
{
	json_auto_t *violations = json_array(), *doc = NULL;
	const char *name = json_string_value(json_object_get(request, "name"));
	char now[STAMP_TEXT_MAX];
	struct answer refusal;
	int r;

	check_fields(s, v, request, fields, violations);
	if (json_array_size(violations))
		return invalid_take(json_incref(violations));
	if (state_rules_busy(s->profile, v, &refusal) ||
		(fields & MASK_NAME && state_rules_name_taken(s->store, name, v, &refusal)))
		return refusal;
	store_now(s->store, now);
	doc = document_patch(v->doc, request, fields, now);
	if (!doc)
		return failed(-ENOMEM);
	if (doc == v->doc) {
		store_keep(s->store, v);
		return echoed(s, v);
	}
	r = store_change(s->store, v, doc, "STATUS_UPDATING");
	return r < 0 ? failed(r) : echoed(s, v);
}

static struct answer call_patch(struct service *s, const struct service_call *call)
{
	json_auto_t *violations = json_array();
	const json_t *request = call->request;
	CLEANUP_FREE char *unknown = NULL;
	struct vpc *v = store_find(s->store, call->id);
	unsigned fields;
	bool known;

	if (s->profile->schema_rules)
		validate_update(request, violations);
	if (json_array_size(violations))
		return validate_answer_take(json_incref(violations));
	rules_check_update(s->profile, request, violations);
	known = mask_fields(s->profile, request, &fields, &unknown);
	if (!known && !s->profile->unknown_is_silent)
		answer_violate(violations, "update_mask", "\"%s\" is not a field of a VPC",
			unknown ? unknown : "?");
	if (json_array_size(violations))
		return invalid_take(json_incref(violations));
	if (!v)
		return state_rules_not_found(call->id);
	if (!known || call->silent)
		return echoed(s, v);
	return patch_fields(s, v, request, fields);
}

/* Answers with the VPC's last state. The store removes it, or shows it as DELETING for a while. */
static struct answer call_delete(struct service *s, const struct service_call *call)
{
	struct vpc *v = store_find(s->store, call->id), last = {0};
	json_auto_t *doc = NULL;
	struct answer refusal;
	int r;

	if (!v)
		return state_rules_not_found(call->id);
	if (state_rules_busy(s->profile, v, &refusal))
		return refusal;
	if (call->silent)
		return shown(s, v);
	doc = json_object_get(v->doc, "status")
		      ? document_with_status(v->doc, "STATUS_DELETING")
		      : json_incref(v->doc);
	last = (struct vpc){.doc = doc, .as_given = v->as_given};
	r = store_remove(s->store, v, "STATUS_DELETING");
	return r < 0 ? failed(r) : shown(s, &last);
}

struct answer service_answer(struct service *s, const struct service_call *call)
{
	static struct answer (*const calls[ROUTE_CALLS])(
		struct service *, const struct service_call *) = {
		[ROUTE_LIST] = call_list,
		[ROUTE_CREATE] = call_create,
		[ROUTE_GET] = call_get,
		[ROUTE_PATCH] = call_patch,
		[ROUTE_DELETE] = call_delete,
	};
	struct answer a;

	store_lock(s->store, call->cause);
	a = calls[call->kind](s, call);
	store_unlock(s->store);
	return a;
}

struct answer service_history(struct service *s, uint64_t after)
{
	struct text *text;

	store_lock(s->store, NULL);
	text = store_history(s->store, after);
	store_unlock(s->store);
	return answer_text_take(text);
}
