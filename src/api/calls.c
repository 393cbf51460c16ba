/* SPDX-License-Identifier: MIT */
/* The five calls of the service over any protocol: what to ask, what an answer must hold, and a
 * list in pages. */
#include "api/api.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/map.h"
#include "exchange.h"
#include "model/val.h"
#include "problem.h"

#define CALLS_TOKEN_MAX	 4096
#define CALLS_PAGES_MAX	 1000
#define CALLS_OBJECT_MAX (4u << 20)
#define CALLS_LIST_MAX	 (128u << 20) /* enough for 100,000 VPCs */

static const char calls_items[] = "items";	  /* the array of a list answer */
static const char calls_envelope[] = "vpc";	  /* of other answers, unless bare */
static const char calls_next[] = "nextPageToken"; /* AIP-158; never seen so far */

static const struct protocol *const protocols[] = {
	[API_REST] = &protocol_rest,
	[API_CONNECT] = &protocol_connect,
	[API_GRPC] = &protocol_grpc,
};

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
	api->options = *options;
	api->options.endpoint = api->endpoint;
	atomic_init(&api->protocol, protocols[options->protocol]);
	*ret = api;
	return 0;
}

bool api_call_changes(const struct api_call *call)
{
	return call->verb != API_LIST && call->verb != API_GET;
}

int api_print_call(const struct api *api, const struct api_call *call, struct buf *ret)
{
	const struct protocol *protocol = api->protocol;
	int r = buf_addf(ret, "%s ", protocol->verb(call));

	if (r == 0)
		r = protocol->print_target(call, ret);
	if (r == 0)
		r = buf_addf(
			ret, " %s%s", call->mask ? call->mask : "-", call->body ? " " : "");
	return r == 0 && call->body ? buf_add(ret, call->body, call->len) : r;
}

void api_free(struct api *api)
{
	if (!api)
		return;
	free(api->endpoint);
	free(api);
}

/* Without an id the call would be about all VPCs. */
static int calls_check_id(const char *id, struct api_problem *problem)
{
	problem_clear(problem);
	return *id ? 0 : problem_set(problem, EINVAL, "the id of the VPC is empty");
}

/* Reads the VPC of an answer; any VPC will do if id is NULL. Errors: -EBADMSG, -ENOMEM, with a
 * sentence. */
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
		return err_set(err, EBADMSG, "it is about the VPC %.100s, not about %.100s",
			doc_id(doc), id);
	*ret = STEAL(doc);
	return 0;
}

/* The ETag to ask with, so that the answer may be 304; NULL if the caller has none. */
static const char *calls_etag_to_send(const struct api *api, const struct api_tag *tag)
{
	const struct protocol *protocol = api->protocol;

	return protocol->has_etags && tag && tag->text[0] ? tag->text : NULL;
}

/* Keeps the ETag only if it has the form of one (RFC 9110 8.8.3), and fits, because it will be sent
 * back. */
static void calls_take_etag(const struct http_answer *answer, struct api_tag *ret)
{
	const char *etag = http_answer_header(answer, "ETag");
	const char *opaque = etag + (strncmp(etag, "W/", 2) == 0 ? 2 : 0);
	size_t len = strlen(opaque);
	bool is_tag = len >= 2 && opaque[0] == '"' && opaque[len - 1] == '"' &&
		      strlen(etag) < API_TAG_MAX;

	ret->unchanged = false;
	snprintf(ret->text, sizeof(ret->text), "%s", is_tag ? etag : "");
}

int api_get(struct api *api, const struct op *op, const char *id, struct api_tag *tag,
	struct doc **ret, struct api_problem *problem)
{
	struct api_call call = {
		.verb = API_GET, .id = id, .etag = calls_etag_to_send(api, tag)};
	struct exchange x = {.call = &call, .answer_max = CALLS_OBJECT_MAX};
	struct err err = {""};
	int r = calls_check_id(id, problem);

	if (r < 0)
		return r;
	r = exchange_run(api, op, &x, problem);
	if (r == 0 && x.answer.status == 304) {
		tag->unchanged = true;
	} else if (r == 0) {
		r = calls_read_doc(&x.answer, id, ret, &err);
		if (r == 0 && tag)
			calls_take_etag(&x.answer, tag);
		else if (r < 0)
			r = exchange_refuse(&x, r, &err, problem);
	}
	return exchange_end(api, &x, r);
}

/* A success remains one whatever the body of its answer is. */
static int calls_change(struct api *api, const struct op *op, const struct api_call *call,
	struct doc **ret, struct api_problem *problem)
{
	struct exchange x = {.call = call, .answer_max = CALLS_OBJECT_MAX};
	int r = call->id ? calls_check_id(call->id, problem) : 0;

	*ret = NULL;
	if (r < 0)
		return r;
	r = exchange_run(api, op, &x, problem);
	if (r == 0 && calls_read_doc(&x.answer, call->id, ret, NULL) < 0)
		*ret = NULL;
	if (call->verb == API_DELETE && r == -ENOENT)
		r = 0;
	return exchange_end(api, &x, r);
}

int api_create(struct api *api, const struct op *op, const char *body, size_t len,
	struct doc **ret, struct api_problem *problem)
{
	struct api_call call = {.verb = API_CREATE, .body = body, .len = len};

	return calls_change(api, op, &call, ret, problem);
}

int api_patch(struct api *api, const struct op *op, const char *id, const char *body,
	size_t len, const char *mask, struct doc **ret, struct api_problem *problem)
{
	struct api_call call = {
		.verb = API_UPDATE, .id = id, .body = body, .len = len, .mask = mask};

	return calls_change(api, op, &call, ret, problem);
}

int api_delete(struct api *api, const struct op *op, const char *id, struct doc **ret,
	struct api_problem *problem)
{
	struct api_call call = {.verb = API_DELETE, .id = id};

	return calls_change(api, op, &call, ret, problem);
}

/* A list being collected. */
struct listing {
	struct doc_list list;
	struct api_tag tag; /* a list of several pages has none */
	struct map tokens;  /* page tokens seen so far */
	struct buf next;    /* token of the next page */
	unsigned pages;
};

static void listing_release(struct listing *listing)
{
	doc_list_release(&listing->list);
	map_release(&listing->tokens);
	buf_release(&listing->next);
}

/* Sets next to the token of the next page; leaves it empty after the last page. */
static int listing_find_next(struct listing *listing, struct val *body, struct err *err)
{
	const char *token = val_text(val_member(body, calls_next));
	int r;

	buf_release(&listing->next);
	if (!token || !*token)
		return 0;
	if (++listing->pages > CALLS_PAGES_MAX)
		return err_set(err, EBADMSG, "the list does not end after %d pages",
			CALLS_PAGES_MAX);
	r = map_add(&listing->tokens, token, listing);
	if (r == -EEXIST)
		return err_set(err, EBADMSG, "the list's pages go round in a circle");
	if (r == 0)
		r = buf_adds(&listing->next, token);
	return r == -EFBIG ? err_set(err, EBADMSG, "the next page's token is too long") : r;
}

/* Whether this is a page of a longer list with its empty array left out: it has a token of the next
 * page and nothing else. An object with other members and no items is not a list (a proxy's
 * {"status":"ok"}); {} is a list without VPCs (model/doc.h). */
static bool is_empty_page(struct val *body)
{
	return val_is_object(body) && val_count(body) == 1 &&
	       val_text(val_member(body, calls_next));
}

/* Moves the page's documents to the end of list. Errors: -ENOMEM. */
static int pages_join(struct doc_list *list, struct doc_list *page)
{
	size_t count = list->count + page->count;
	struct doc **docs;

	if (!list->count) {
		doc_list_release(list);
		*list = *page;
		*page = (struct doc_list){0};
		return 0;
	}
	docs = reallocarray(list->docs, count, sizeof(struct doc *));
	if (!docs)
		return -ENOMEM;
	if (page->count)
		memcpy(docs + list->count, page->docs, page->count * sizeof(struct doc *));
	*list = (struct doc_list){.docs = docs, .count = count};
	page->count = 0;
	doc_list_release(page);
	return 0;
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
	CLEANUP_FREE char *page = listing->pages ? strdup(buf_str(&listing->next)) : NULL;
	struct api_call call = {.verb = API_LIST,
		.page = page,
		.etag = listing->pages ? NULL : calls_etag_to_send(api, &listing->tag)};
	struct exchange x = {.call = &call, .answer_max = CALLS_LIST_MAX};
	struct err err = {""};
	int r;

	if (listing->pages && !page)
		return problem_set(problem, ENOMEM, "out of memory");
	r = exchange_run(api, op, &x, problem);
	if (r == 0 && x.answer.status == 304) {
		listing->tag.unchanged = true;
	} else if (r == 0) {
		r = listing_read_page(listing, &x.answer, &err);
		calls_take_etag(&x.answer, &listing->tag);
		if (listing->pages)
			listing->tag.text[0] = '\0';
		if (r < 0)
			r = exchange_refuse(&x, r, &err, problem);
	} else if (r == -ENOENT) {
		r = -(problem->errnum = EBADMSG);
		problem_add_line(problem, "there is no list of VPCs", "check the endpoint");
	}
	return exchange_end(api, &x, r);
}

static bool calls_is_codec_refused(const struct api_problem *problem)
{
	return problem->http_status == 415 || strcmp(problem->code, "UNIMPLEMENTED") == 0 ||
	       (problem->http_status && strcasestr(problem->text, "codec"));
}

/* The first list decides the form of all later bodies. A change must not decide it, since it would
 * have to be sent twice. */
static int listing_begin(struct api *api, const struct op *op, struct listing *listing,
	struct api_problem *problem)
{
	int r = listing_fetch_page(api, op, listing, problem);
	const struct protocol *other = atomic_load(&api->protocol)->other_codec;

	if (r < 0 && other && !api->has_listed && calls_is_codec_refused(problem)) {
		api->protocol = other;
		r = listing_fetch_page(api, op, listing, problem);
	}
	if (r == 0)
		api->has_listed = true;
	return r;
}

/* Drops documents that occur twice, since the list may shift between two pages. Of the documents
 * with one id the last one stays. Errors: -ENOMEM. */
static int pages_drop_doubles(struct doc_list *list)
{
	struct map seen = {0};
	size_t kept = list->count;
	int r = 0;

	for (size_t i = list->count; i-- > 0;) {
		int added =
			r < 0 ? r : map_add(&seen, doc_id(list->docs[i]), list->docs[i]);

		if (added == -EEXIST) {
			doc_unref(list->docs[i]);
			continue;
		}
		r = added;
		list->docs[--kept] = list->docs[i];
	}
	list->count -= kept;
	memmove(list->docs, list->docs + kept, list->count * sizeof(struct doc *));
	map_release(&seen);
	return r;
}

int api_list(struct api *api, const struct op *op, struct api_tag *tag,
	struct doc_list *ret, struct api_problem *problem)
{
	struct listing listing = {.next = BUF_INIT(CALLS_TOKEN_MAX)};
	int r;

	if (tag)
		memcpy(listing.tag.text, tag->text, sizeof(tag->text));
	r = listing_begin(api, op, &listing, problem);
	while (r == 0 && listing.next.len)
		r = listing_fetch_page(api, op, &listing, problem);
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
