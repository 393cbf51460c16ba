/* SPDX-License-Identifier: MIT */
/* The five calls of the service: decode, check, look, change, answer. */
#include "service.h"

#include <errno.h>
#include <string.h>
#include "base/utf8.h"
#include "document.h"
#include "mask.h"
#include "rules.h"

#define SERVICE_VPCS_MAX 100000
#define SERVICE_BODY_MAX ((size_t)1 << 30)

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

static struct answer not_found(const char *id)
{
	char shown[ROUTE_ID_MAX], text[ROUTE_ID_MAX + 32];

	utf8_clean(shown, sizeof(shown), id, strlen(id));
	snprintf(text, sizeof(text), "VPC '%s' not found", shown);
	return answer_problem_take(
		RPC_NOT_FOUND, answer_resource_info(shown, text), "%s", text);
}

static struct answer taken(const char *name)
{
	char text[256], shown[256];

	snprintf(shown, sizeof(shown), "VPC '%s' already exists", name);
	utf8_clean(text, sizeof(text), shown, strlen(shown));
	return answer_problem_take(
		RPC_ALREADY_EXISTS, answer_resource_info(name, text), "%s", text);
}

/* The status that forbids a change now, or NULL. */
static const char *busy_status(const struct service *s, const struct vpc *v)
{
	static const char *const busy[] = {
		"STATUS_CREATING", "STATUS_UPDATING", "STATUS_DELETING"};
	const char *status = json_string_value(json_object_get(v->doc, "status"));

	for (size_t i = 0; status && !s->profile->bare && i < ARRAY_LEN(busy); i++) {
		if (strcmp(status, busy[i]) == 0)
			return busy[i];
	}
	return NULL;
}

static struct answer busy(const struct vpc *v, const char *status)
{
	char subject[ROUTE_ID_MAX + 16], text[128];

	snprintf(subject, sizeof(subject), "vpc/%s", v->id);
	snprintf(text, sizeof(text), "the VPC cannot be changed while it is in %s", status);
	return answer_problem_take(RPC_FAILED_PRECONDITION,
		answer_precondition("VPC_STATUS", subject, text), "%s", text);
}

/* Takes shown. */
static struct answer about_one_take(const struct service *s, json_t *shown)
{
	json_auto_t *body =
		s->profile->enveloped && shown ? json_pack("{s:o}", "vpc", shown) : shown;

	return answer_text_take(body ? text_from_json(body) : NULL);
}

static struct answer shown(const struct service *s, const struct vpc *v)
{
	return about_one_take(s, profile_show(s->profile, v->doc, v->as_given));
}

static struct answer echoed(const struct service *s, const struct vpc *v)
{
	return about_one_take(s, profile_echo(s->profile, v->doc, v->as_given));
}

/* The body as the table has it. Returns whether it is good; else *ret_answer says why. */
static bool decode(const struct service_call *call, const struct proto_message *message,
	json_t **ret, struct answer *ret_answer)
{
	json_auto_t *empty = json_object();
	struct err err = {""};

	if (call->bad_body) {
		*ret_answer = answer_problem_take(RPC_INVALID_ARGUMENT, NULL,
			"proto: syntax error: %s", call->bad_body);
		return false;
	}
	if (proto_decode(message, call->body ? call->body : empty, ret, &err) < 0) {
		*ret_answer =
			answer_problem_take(RPC_INVALID_ARGUMENT, NULL, "%s", err.text);
		return false;
	}
	return true;
}

static struct answer call_list(struct service *s, const struct service_call *call)
{
	struct answer a = answer_text_take(store_list(s->store, call->lag_ms));

	a.tagged = true;
	return a;
}

static struct answer call_get(struct service *s, const struct service_call *call)
{
	struct text *item CLEANUP_TEXT = store_show(s->store, call->id, call->lag_ms);
	struct buf body CLEANUP_BUF = BUF_INIT(SERVICE_BODY_MAX);
	struct answer a;

	if (!item)
		return not_found(call->id);
	if (s->profile->enveloped) {
		buf_adds(&body, "{\"vpc\":");
		buf_add(&body, item->bytes, item->len);
		a = answer_text_take(
			buf_addc(&body, '}') == 0 ? text_from_buf(&body) : NULL);
	} else {
		a = answer_text_take(text_ref(item));
	}
	a.tagged = true;
	return a;
}

static struct answer call_create(struct service *s, const struct service_call *call)
{
	json_auto_t *request = NULL, *violations = json_array(), *doc = NULL;
	char id[STAMP_ID_MAX], now[STAMP_TEXT_MAX];
	struct answer bad;
	struct vpc *v;
	int r;

	if (!decode(call, s->profile->create, &request, &bad))
		return bad;
	rules_check_create(s->profile, request, violations);
	if (json_array_size(violations))
		return invalid_take(json_incref(violations));
	if (store_has_name(
		    s->store, json_string_value(json_object_get(request, "name")), NULL))
		return taken(json_string_value(json_object_get(request, "name")));
	if (store_count(s->store) >= SERVICE_VPCS_MAX)
		return answer_problem_take(RPC_RESOURCE_EXHAUSTED,
			answer_quota("organization", "VPC quota exceeded"),
			"VPC quota exceeded: at most %d", SERVICE_VPCS_MAX);
	stamp_id(id);
	store_now(s->store, now);
	doc = document_create(request, id, now);
	r = doc ? store_add(s->store, doc, false, "STATUS_CREATING", &v) : -ENOMEM;
	return r < 0 ? failed(r) : echoed(s, v);
}

/* What forbids these leaves, as violations. */
static void check_leaves(const struct service *s, const struct vpc *v,
	const json_t *request, unsigned leaves, json_t *violations)
{
	if (leaves & LEAF_NAME && !json_object_get(request, "name"))
		rules_violate(violations, "name", "value is required");
	if (leaves & LEAF_ZONE && !json_object_get(request, "zone"))
		rules_violate(violations, "zone", "value is required");
	if (!document_host_prefixes_agree(v->doc, request, leaves))
		rules_violate(violations,
			leaves & LEAF_HOST_PREFIXES ? "hostPrefixes" : "hostPrefix",
			"host prefixes may not be changed after they are configured");
}

static struct answer patch_leaves(
	struct service *s, struct vpc *v, const json_t *request, unsigned leaves)
{
	json_auto_t *violations = json_array(), *doc = NULL;
	const char *status = busy_status(s, v);
	const char *name = json_string_value(json_object_get(request, "name"));
	char now[STAMP_TEXT_MAX];
	int r;

	check_leaves(s, v, request, leaves, violations);
	if (json_array_size(violations))
		return invalid_take(json_incref(violations));
	if (status)
		return busy(v, status);
	if (leaves & LEAF_NAME && store_has_name(s->store, name, v))
		return taken(name);
	store_now(s->store, now);
	doc = document_patch(v->doc, request, leaves, now);
	if (!doc)
		return failed(-ENOMEM);
	if (doc == v->doc)
		return echoed(s, v);
	r = store_change(s->store, v, doc, "STATUS_UPDATING");
	return r < 0 ? failed(r) : echoed(s, v);
}

static struct answer call_patch(struct service *s, const struct service_call *call)
{
	json_auto_t *request = NULL, *violations = json_array();
	CLEANUP_FREE char *unknown = NULL;
	struct vpc *v = store_find(s->store, call->id);
	struct answer bad;
	unsigned leaves;
	bool known;

	if (!decode(call, s->profile->update, &request, &bad))
		return bad;
	rules_check_update(s->profile, request, violations);
	known = mask_leaves(s->profile, request, &leaves, &unknown);
	if (!known && !s->profile->unknown_is_silent)
		rules_violate(violations, "updateMask", "\"%s\" is not a field of a VPC",
			unknown ? unknown : "?");
	if (json_array_size(violations))
		return invalid_take(json_incref(violations));
	if (!v)
		return not_found(call->id);
	if (!known || call->silent)
		return echoed(s, v);
	return patch_leaves(s, v, request, leaves);
}

/* The VPC as it was at the end: gone from the store, or shown as DELETING for a while. */
static struct answer call_delete(struct service *s, const struct service_call *call)
{
	struct vpc *v = store_find(s->store, call->id), last = {0};
	const char *status = v ? busy_status(s, v) : NULL;
	json_auto_t *doc = NULL;
	int r;

	if (!v)
		return not_found(call->id);
	if (status)
		return busy(v, status);
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

	store_lock(s->store);
	a = calls[call->kind](s, call);
	store_unlock(s->store);
	return a;
}
