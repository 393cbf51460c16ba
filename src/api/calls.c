/* SPDX-License-Identifier: MIT */
/* The five calls of the service. Everything that is REST about them is in the table; the same calls
 * over Connect (POST /coreweave.networking.v1beta1.VPCService/ListVPCs, id in the body) would be a
 * second table. */
#include "api/api.h"

#include <errno.h>
#include <string.h>
#include "base/map.h"
#include "exchange.h"
#include "model/val.h"
#include "pages.h"
#include "problem.h"

#define CALLS_PATH_MAX	 4096
#define CALLS_PAGES_MAX	 1000
#define CALLS_OBJECT_MAX (4u << 20)
#define CALLS_LIST_MAX	 (128u << 20) /* a list of 100,000 VPCs fits */

enum call { CALL_LIST, CALL_GET, CALL_CREATE, CALL_PATCH, CALL_DELETE };

static const struct call_row {
	const char *method;
	bool by_id;
	bool mutates; /* its way is never cut short by a signal */
} calls[] = {
	[CALL_LIST] = {"GET", false, false},
	[CALL_GET] = {"GET", true, false},
	[CALL_CREATE] = {"POST", false, true},
	[CALL_PATCH] = {"PATCH", true, true},
	[CALL_DELETE] = {"DELETE", true, true},
};

static const char calls_items[] = "items";	  /* of a list answer */
static const char calls_envelope[] = "vpc";	  /* of the others, where there is one */
static const char calls_next[] = "nextPageToken"; /* AIP-158; never seen so far */

int api_new(const struct api_options *options, struct api **ret, struct err *err)
{
	struct api *api = calloc(1, sizeof(*api));
	size_t len = strlen(options->endpoint);

	while (len && options->endpoint[len - 1] == '/')
		len--;
	if (api)
		api->endpoint = strndup(options->endpoint, len);
	if (!api || !api->endpoint) {
		api_free(api);
		return err_set(err, ENOMEM, "out of memory");
	}
	api->http = options->http;
	api->token = options->token;
	api->token_arg = options->token_arg;
	api->observe = options->observe;
	api->observe_arg = options->observe_arg;
	*ret = api;
	return 0;
}

void api_free(struct api *api)
{
	if (!api)
		return;
	free(api->endpoint);
	free(api);
}

/* The op as the call may use it. */
static struct op calls_op(enum call call, const struct op *op)
{
	struct op own = *op;

	if (calls[call].mutates)
		own.cancel = NULL;
	return own;
}

/* Fills ret, an empty buffer that must live as long as the exchange. */
static int calls_make_path(
	enum call call, const char *id, struct buf *ret, struct api_problem *problem)
{
	int r = buf_adds(ret, API_VPCS_PATH);

	problem_clear(problem);
	if (!calls[call].by_id)
		return r;
	if (!*id) /* would be a call for all of them */
		return problem_set(problem, EINVAL, "a VPC without an id");
	if (r == 0)
		r = buf_addc(ret, '/');
	if (r == 0)
		r = pages_escape(ret, id);
	return r < 0 ? problem_set(problem, -r, "the id: %s", strerror(-r)) : 0;
}

/* The body could not be read. */
static int calls_refuse(const struct http_answer *answer, int r, const struct err *err,
	struct api_problem *problem)
{
	if (r == -ENOMEM)
		return problem_set(problem, ENOMEM, "out of memory");
	return problem_unusable(problem, answer, err->text);
}

/* id is NULL when any will do. Errors: -EBADMSG, -ENOMEM, with a sentence. */
static int calls_read_doc(
	const struct http_answer *answer, const char *id, struct doc **ret, struct err *err)
{
	CLEANUP_DOC struct doc *doc = NULL;
	int r;

	if (!answer->body.len)
		return err_set(err, EBADMSG, "it is empty");
	r = doc_from_answer(answer->body.data, answer->body.len, calls_envelope, &doc, err);
	if (r < 0)
		return r;
	if (id && strcmp(doc_id(doc), id) != 0)
		return err_set(err, EBADMSG, "asked for the VPC %.100s, it is about %.100s",
			id, doc_id(doc));
	*ret = STEAL(doc);
	return 0;
}

/* Asks only for what has changed, where the caller has something. */
static const char *calls_have(const struct api_tag *tag)
{
	return tag && tag->text[0] ? tag->text : NULL;
}

/* Only what looks like one (RFC 9110 8.8.3) is sent back some day. */
static void calls_take_tag(const char *etag, struct api_tag *ret)
{
	const char *opaque = etag + (strncmp(etag, "W/", 2) == 0 ? 2 : 0);
	size_t len = strlen(opaque);
	bool is_tag = len >= 2 && opaque[0] == '"' && opaque[len - 1] == '"';

	ret->unchanged = false;
	strcpy(ret->text, is_tag ? etag : "");
}

int api_get(struct api *api, const struct op *op, const char *id, struct api_tag *tag,
	struct doc **ret, struct api_problem *problem)
{
	CLEANUP_BUF struct buf path = BUF_INIT(CALLS_PATH_MAX);
	struct exchange x = {.method = calls[CALL_GET].method,
		.query = "",
		.mask = "",
		.if_none_match = calls_have(tag),
		.repeatable = true,
		.answer_max = CALLS_OBJECT_MAX};
	struct err err = {""};
	int r = calls_make_path(CALL_GET, id, &path, problem);

	if (r < 0)
		return r;
	x.path = buf_str(&path);
	r = exchange_run(api, op, &x, problem);
	if (r == 0 && x.answer.status == 304) {
		tag->unchanged = true;
	} else if (r == 0) {
		r = calls_read_doc(&x.answer, id, ret, &err);
		if (r == 0 && tag)
			calls_take_tag(x.answer.etag, tag);
		else if (r < 0)
			r = calls_refuse(&x.answer, r, &err, problem);
	}
	return exchange_end(api, &x, r);
}

/* POST, PATCH and DELETE: a success stays one whatever its body is. */
static int calls_mutate(struct api *api, const struct op *op, enum call call,
	const char *id, struct exchange *x, struct doc **ret, struct api_problem *problem)
{
	CLEANUP_BUF struct buf path = BUF_INIT(CALLS_PATH_MAX);
	struct op own = calls_op(call, op);
	int r = calls_make_path(call, id, &path, problem);

	*ret = NULL;
	if (r < 0)
		return r;
	x->method = calls[call].method;
	x->path = buf_str(&path);
	x->query = "";
	x->answer_max = CALLS_OBJECT_MAX;
	r = exchange_run(api, &own, x, problem);
	if (r == 0 && calls_read_doc(&x->answer, id, ret, NULL) < 0)
		*ret = NULL;
	if (call == CALL_DELETE && r == -ENOENT)
		r = 0;
	return exchange_end(api, x, r);
}

int api_create(struct api *api, const struct op *op, const char *body, size_t len,
	struct doc **ret, struct api_problem *problem)
{
	struct exchange x = {.body = body, .body_len = len, .mask = ""};

	return calls_mutate(api, op, CALL_CREATE, NULL, &x, ret, problem);
}

int api_patch(struct api *api, const struct op *op, const char *id, const char *body,
	size_t len, const char *mask, struct doc **ret, struct api_problem *problem)
{
	struct exchange x = {.body = body, .body_len = len, .mask = mask};

	return calls_mutate(api, op, CALL_PATCH, id, &x, ret, problem);
}

int api_delete(struct api *api, const struct op *op, const char *id, struct doc **ret,
	struct api_problem *problem)
{
	struct exchange x = {.mask = ""};

	return calls_mutate(api, op, CALL_DELETE, id, &x, ret, problem);
}

/* A list being collected. */
struct listing {
	struct doc_list list;
	struct api_tag tag; /* of the only page: a list in pages has none */
	struct map tokens;  /* page tokens that were followed */
	struct buf query;   /* of the next page */
	unsigned pages;
};

static void listing_release(struct listing *listing)
{
	doc_list_release(&listing->list);
	map_release(&listing->tokens);
	buf_release(&listing->query);
}

/* Puts the query of the next page; leaves it empty after the last. */
static int listing_find_next(struct listing *listing, struct val *body, struct err *err)
{
	const char *token = val_text(val_member(body, calls_next));
	int r;

	buf_release(&listing->query);
	if (!token || !*token)
		return 0;
	if (++listing->pages > CALLS_PAGES_MAX)
		return err_set(err, EBADMSG, "the list does not end after %d pages",
			CALLS_PAGES_MAX);
	r = map_add(&listing->tokens, token, listing);
	if (r == -EEXIST)
		return err_set(err, EBADMSG, "the list's pages go round in a circle");
	if (r == 0)
		r = buf_adds(&listing->query, "?pageToken=");
	if (r == 0)
		r = pages_escape(&listing->query, token);
	return r == -EFBIG ? err_set(err, EBADMSG, "the next page's token is too long") : r;
}

/* A page of a longer list, of which an empty array was left out: nothing but the way to the next
 * one. What else has members and no items is no list (a proxy's {"status":"ok"}), and {} is one
 * without VPCs (model/doc.h). */
static bool is_empty_page(struct val *body)
{
	return val_is_object(body) && val_count(body) == 1 &&
	       val_text(val_member(body, calls_next));
}

static int listing_read_page(
	struct listing *listing, const struct http_answer *answer, struct err *err)
{
	CLEANUP_VAL struct val *rest = NULL;
	CLEANUP_DOC_LIST struct doc_list page = {0};
	int r;

	if (!answer->body.len)
		return err_set(err, EBADMSG, "it is empty");
	r = doc_list_from_text(
		answer->body.data, answer->body.len, calls_items, &page, &rest, err);
	if (r == -EBADMSG &&
		val_parse(answer->body.data, answer->body.len, 0, &rest, NULL) == 0 &&
		is_empty_page(rest)) {
		err_clear(err);
		r = 0;
	}
	if (r == 0)
		r = pages_join(&listing->list, &page);
	return r < 0 ? r : listing_find_next(listing, rest, err);
}

static int listing_fetch_page(struct api *api, const struct op *op, struct listing *listing,
	struct api_problem *problem)
{
	CLEANUP_BUF struct buf query = BUF_INIT(CALLS_PATH_MAX);
	struct exchange x = {.method = calls[CALL_LIST].method,
		.path = API_VPCS_PATH,
		.mask = "",
		.if_none_match = listing->pages ? NULL : calls_have(&listing->tag),
		.repeatable = true,
		.answer_max = CALLS_LIST_MAX};
	struct err err = {""};
	int r;

	if (buf_copy(&query, &listing->query) < 0)
		return problem_set(problem, ENOMEM, "out of memory");
	x.query = buf_str(&query);
	r = exchange_run(api, op, &x, problem);
	if (r == 0 && x.answer.status == 304) {
		listing->tag.unchanged = true;
	} else if (r == 0) {
		r = listing_read_page(listing, &x.answer, &err);
		calls_take_tag(listing->pages ? "" : x.answer.etag, &listing->tag);
		if (r < 0)
			r = calls_refuse(&x.answer, r, &err, problem);
	} else if (r == -ENOENT) {
		r = -(problem->errnum = EBADMSG);
		problem_add_line(problem, "there is no list of VPCs", "check the endpoint");
	}
	return exchange_end(api, &x, r);
}

int api_list(struct api *api, const struct op *op, struct api_tag *tag,
	struct doc_list *ret, struct api_problem *problem)
{
	struct listing listing = {.query = BUF_INIT(CALLS_PATH_MAX)};
	int r;

	if (tag)
		strcpy(listing.tag.text, tag->text);
	do {
		r = listing_fetch_page(api, op, &listing, problem);
	} while (r == 0 && listing.query.len);
	if (r == 0 && listing.pages && pages_drop_doubles(&listing.list) < 0)
		r = problem_set(problem, ENOMEM, "out of memory");
	if (r == 0 && tag)
		*tag = listing.tag;
	if (r == 0 && !listing.tag.unchanged) {
		*ret = listing.list;
		listing.list = (struct doc_list){0};
	}
	listing_release(&listing);
	return r;
}
