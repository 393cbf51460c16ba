/* SPDX-License-Identifier: MIT */
/* The five calls: their requests, the answers that they accept, and those that they refuse. */
#include "rig.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void test_list(void **state)
{
	RIG(rig, {.body = "{\"items\":[" VPC("a") "," VPC("b") "]}"});
	CLEANUP_DOC_LIST struct doc_list list = {0};

	assert_int_equal(api_list(rig.api, &rig.op, NULL, &list, &problem), 0);
	assert_int_equal(list.count, 2);
	assert_string_equal(doc_id(list.docs[1]), "b");
	assert_request(&rig, 0, "GET /v1beta1/networking/vpcs HTTP/1.1\r\n", "\r\n\r\n");
	assert_request(&rig, 0, "GET",
		"\r\nAccept: application/json\r\nAuthorization: "
		"Bearer first\r\n\r\n");
	assert_int_equal(rig.event_count, 1);
	assert_string_equal(rig.paths[0], "/v1beta1/networking/vpcs");
	assert_int_equal(rig.events[0].status, 200);
	assert_int_equal(rig.events[0].attempts, 1);
	assert_int_equal(rig.events[0].errnum, 0);
	rig_stop(&rig);
}

static void test_list_empty(void **state)
{
	static const struct reply replies[] = {
		{.body = "{\"items\":[],\"nextPageToken\":\"\"}"},
		{.body = "{}"},
		{.body = " {\n} \n", .headers = "Content-Type: application/proto\r\n"},
		{.body = "{\"items\":null}"},
		{.body = "{\"items\":null,\"nextPageToken\":null,\"vpc\":null}"},
		{.body = "{\"nextPageToken\":\"\"}"},
		{.status = 206, .body = "{}"},
	};
	struct api_problem problem;
	struct rig rig;

	for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
		CLEANUP_DOC_LIST struct doc_list list = {0};

		rig_start(&rig, &replies[i], 1);
		assert_int_equal(api_list(rig.api, &rig.op, NULL, &list, &problem), 0);
		assert_int_equal(list.count, 0);
		rig_stop(&rig);
	}
}

static void test_list_unusable(void **state)
{
	static const struct reply replies[] = {
		{.body = ""},
		{.body = "{\"code\":5}"},
		{.body = "{\"error\":\"no\"}"},
		{.body = "{\"message\":\"log in\"}"},
		{.body = "{\"vpc\":{}}"},
		{.body = VPC("a")},
		{.body = "{"},
		{.body = "[]"},
		{.body = "{\"code\":5,\"items\":[]}"},
		{.body = "{\"items\":{}}"},
		{.body = "{\"items\":[7]}"},
		{.body = "{\"items\":["},
		{.body = "{\"items\":[" VPC("a") "," VPC("a") "]}"},
		{.body = "null"},
		{.body = "{\"items\":[{\"id\":\"\",\"name\":\"x\"}]}"},
		{.headers = "Content-Type: text/html\r\n", .body = "<title>Log in</title>"},
		{.body = "{\"items\":[]}\xFF"},
		{.body = "\xFF"},
	};
	struct api_problem problem;
	struct rig rig;

	for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
		struct doc_list list = {0};

		rig_start(&rig, &replies[i], 1);
		assert_int_equal(
			api_list(rig.api, &rig.op, NULL, &list, &problem), -EBADMSG);
		assert_int_equal(problem.errnum, EBADMSG);
		assert_int_equal(problem.http_status, 200);
		assert_true(problem.sent);
		assert_true(problem.text[0] != '\0');
		assert_int_equal(rig.events[0].errnum, EBADMSG);
		assert_int_equal(testserver_requests(rig.server), 1);
		assert_true(!replies[i].headers ||
			    strstr(problem.text, "gateway answered: Log in"));
		rig_stop(&rig);
	}
}

static void test_list_pages(void **state)
{
	RIG(rig,
		{.body = "{\"items\":[" VPC("a") "," VPC(
			 "b") "],\"nextPageToken\":\"p/2 \"}"},
		{.body = "{\"items\":[],\"nextPageToken\":\"p3\"}"},
		{.body = "{\"items\":[" VPC("b") "," VPC("c") "]}"});
	CLEANUP_DOC_LIST struct doc_list list = {0};

	assert_int_equal(api_list(rig.api, &rig.op, NULL, &list, &problem), 0);
	assert_int_equal(list.count, 3);
	assert_string_equal(doc_id(list.docs[0]), "a");
	assert_string_equal(doc_id(list.docs[1]), "b");
	assert_string_equal(doc_id(list.docs[2]), "c");
	assert_request(&rig, 1, "GET /v1beta1/networking/vpcs?pageToken=p%2F2%20 ", "");
	assert_request(&rig, 2, "GET /v1beta1/networking/vpcs?pageToken=p3 ", "");
	rig_stop(&rig);
}

static void test_list_circle(void **state)
{
	RIG(rig, {.body = "{\"items\":[" VPC("a") "],\"nextPageToken\":\"x\"}"},
		{.body = "{\"items\":[" VPC("b") "],\"nextPageToken\":\"y\"}"},
		{.body = "{\"items\":[" VPC("c") "],\"nextPageToken\":\"x\"}"});
	struct doc_list list = {0};

	assert_int_equal(api_list(rig.api, &rig.op, NULL, &list, &problem), -EBADMSG);
	assert_non_null(strstr(problem.text, "circle"));
	assert_int_equal(testserver_requests(rig.server), 3);
	rig_stop(&rig);
}

static void test_get(void **state)
{
	RIG(rig, {.body = VPC("a%2F..")}, {.body = "{\"vpc\":" VPC("b") "}"});
	CLEANUP_DOC struct doc *bare = NULL, *wrapped = NULL;

	assert_int_equal(api_get(rig.api, &rig.op, "a%2F..", NULL, &bare, &problem), 0);
	assert_string_equal(doc_id(bare), "a%2F..");
	assert_request(&rig, 0, "GET /v1beta1/networking/vpcs/a%252F.. ", "");
	assert_int_equal(api_get(rig.api, &rig.op, "b", NULL, &wrapped, &problem), 0);
	assert_string_equal(doc_name(wrapped), "n-b");
	rig_stop(&rig);
}

static void test_get_unusable(void **state)
{
	static const char *const bodies[] = {"", "{}", "{\"vpc\":null}", "{\"vpc\":[]}",
		"{\"vpc\":" VPC("other") "}", VPC("other"), "nonsense"};
	struct api_problem problem;
	struct doc *doc = NULL;
	struct rig rig;

	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		struct reply reply = {.body = bodies[i]};

		rig_start(&rig, &reply, 1);
		assert_int_equal(
			api_get(rig.api, &rig.op, "a", NULL, &doc, &problem), -EBADMSG);
		assert_null(doc);
		rig_stop(&rig);
	}
}

static void test_get_without_id(void **state)
{
	RIG(rig, {.body = "{}"});
	struct doc *doc = NULL;

	assert_int_equal(api_get(rig.api, &rig.op, "", NULL, &doc, &problem), -EINVAL);
	assert_int_equal(api_delete(rig.api, &rig.op, "", &doc, &problem), -EINVAL);
	assert_false(problem.sent);
	assert_int_equal(testserver_requests(rig.server), 0);
	rig_stop(&rig);
}

static void assert_asked(struct rig *rig, unsigned index, const char *tag)
{
	CLEANUP_FREE char *request = testserver_request(rig->server, index);
	char line[128];

	snprintf(line, sizeof(line), "\r\nIf-None-Match: %s\r\n", tag ? tag : "");
	assert_int_equal(
		strstr(request, tag ? line : "If-None-Match") != NULL, tag != NULL);
}

static void test_get_unchanged(void **state)
{
	RIG(rig, {.headers = "ETag: W/\"a1\"\r\n", .body = VPC("a")}, {.status = 304},
		{.body = VPC("a")}, {.status = 304}, {.status = 304},
		{.headers = "ETag: bare\r\n", .body = VPC("a")});
	CLEANUP_DOC struct doc *first = NULL, *second = NULL, *third = NULL;
	struct api_tag tag = {""};
	struct doc *none = NULL;

	assert_int_equal(api_get(rig.api, &rig.op, "a", &tag, &first, &problem), 0);
	assert_string_equal(tag.text, "W/\"a1\"");
	assert_false(tag.unchanged);
	assert_int_equal(api_get(rig.api, &rig.op, "a", &tag, &none, &problem), 0);
	assert_true(tag.unchanged);
	assert_null(none);
	assert_string_equal(tag.text, "W/\"a1\"");
	assert_int_equal(rig.events[1].status, 304);
	assert_int_equal(rig.events[1].errnum, 0);
	/* Changed, and the server sends no ETag any more. */
	assert_int_equal(api_get(rig.api, &rig.op, "a", &tag, &second, &problem), 0);
	assert_false(tag.unchanged);
	assert_string_equal(tag.text, "");
	/* A 304 although the request had no ETag. */
	assert_int_equal(api_get(rig.api, &rig.op, "a", &tag, &none, &problem), -EBADMSG);
	assert_int_equal(api_get(rig.api, &rig.op, "a", NULL, &none, &problem), -EBADMSG);
	assert_non_null(strstr(problem.text, "304"));
	assert_null(none);
	/* A value that has not the form of an ETag is not sent back. */
	assert_int_equal(api_get(rig.api, &rig.op, "a", &tag, &third, &problem), 0);
	assert_string_equal(tag.text, "");
	assert_asked(&rig, 0, NULL);
	assert_asked(&rig, 1, "W/\"a1\"");
	assert_asked(&rig, 2, "W/\"a1\"");
	assert_asked(&rig, 3, NULL);
	rig_stop(&rig);
}

static void test_list_unchanged(void **state)
{
	RIG(rig, {.headers = "ETag: \"l1\"\r\n", .body = "{\"items\":[" VPC("a") "]}"},
		{.status = 304},
		{.headers = "ETag: \"l2\"\r\n",
			.body = "{\"items\":[" VPC("a") "],\"nextPageToken\":\"p\"}"},
		{.headers = "ETag: \"l3\"\r\n", .body = "{\"items\":[" VPC("b") "]}"},
		{.status = 304});
	CLEANUP_DOC_LIST struct doc_list first = {0}, paged = {0};
	struct doc_list none = {0};
	struct api_tag tag = {""};

	assert_int_equal(api_list(rig.api, &rig.op, &tag, &first, &problem), 0);
	assert_string_equal(tag.text, "\"l1\"");
	assert_int_equal(api_list(rig.api, &rig.op, &tag, &none, &problem), 0);
	assert_true(tag.unchanged);
	assert_null(none.docs);
	/* The ETag of one page says nothing about the whole list. */
	assert_int_equal(api_list(rig.api, &rig.op, &tag, &paged, &problem), 0);
	assert_false(tag.unchanged);
	assert_int_equal(paged.count, 2);
	assert_string_equal(tag.text, "");
	assert_int_equal(api_list(rig.api, &rig.op, &tag, &none, &problem), -EBADMSG);
	assert_asked(&rig, 0, NULL);
	assert_asked(&rig, 1, "\"l1\"");
	assert_asked(&rig, 2, "\"l1\"");
	assert_asked(&rig, 3, NULL);
	assert_asked(&rig, 4, NULL);
	rig_stop(&rig);
}

static void test_mutations(void **state)
{
	RIG(rig, {.status = 201, .body = "{\"vpc\":" VPC("a") "}"}, {.body = VPC("a")},
		{.body = "{\"vpc\":" VPC("a") "}"});
	CLEANUP_DOC struct doc *made = NULL, *changed = NULL, *gone = NULL;

	assert_int_equal(
		api_create(rig.api, &rig.op, "{\"name\":1}", 10, &made, &problem), 0);
	assert_string_equal(doc_id(made), "a");
	assert_request(
		&rig, 0, "POST /v1beta1/networking/vpcs HTTP", "\r\n\r\n{\"name\":1}");
	assert_request(&rig, 0, "POST",
		"\r\nAccept: application/json\r\nContent-Type: application/json\r\n"
		"Authorization: Bearer first\r\nContent-Length: 10\r\n\r\n"
		"{\"name\":1}");
	assert_int_equal(
		api_patch(rig.api, &rig.op, "a", "{}", 2, "m,n", &changed, &problem), 0);
	assert_string_equal(doc_id(changed), "a");
	assert_request(&rig, 1, "PATCH /v1beta1/networking/vpcs/a HTTP", "\r\n\r\n{}");
	assert_string_equal(rig.events[1].mask, "m,n");
	assert_int_equal(api_delete(rig.api, &rig.op, "a", &gone, &problem), 0);
	assert_string_equal(doc_id(gone), "a");
	assert_request(&rig, 2, "DELETE /v1beta1/networking/vpcs/a HTTP", "\r\n\r\n");
	rig_stop(&rig);
}

static void test_success_without_object(void **state)
{
	static const char *const bodies[] = {
		"", "{}", "{\"vpc\":{}}", "text", VPC("other")};
	struct api_problem problem;
	struct rig rig;

	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		struct reply reply = {.body = bodies[i]};
		struct doc *doc = (struct doc *)bodies;

		rig_start(&rig, &reply, 1);
		assert_int_equal(
			api_patch(rig.api, &rig.op, "a", "{}", 2, "", &doc, &problem), 0);
		assert_null(doc);
		doc = (struct doc *)bodies;
		assert_int_equal(api_delete(rig.api, &rig.op, "a", &doc, &problem), 0);
		assert_null(doc);
		rig_stop(&rig);
	}
}

#define GONE "{\"code\":5,\"message\":\"not found\",\"details\":[]}"

/* ENOENT means the API's own NOT_FOUND only, whatever the Content-Type says. A list is never
 * ENOENT. */
static void test_not_found(void **state)
{
	static const struct reply replies[] = {
		{.status = 404, .body = GONE},
		{.status = 404,
			.headers = "Content-Type: application/proto\r\n",
			.body = GONE},
		{.status = 404, .body = ""},
		{.status = 404, .body = "{}"},
		{.status = 404, .body = "Not Found"},
		{.status = 404, .body = "<html>"},
		{.status = 410, .body = ""},
	};
	struct api_problem problem;
	struct rig rig;

	for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
		int gone = i < 2 ? -ENOENT : -EBADMSG;
		struct doc *doc = NULL;
		struct doc_list list = {0};

		rig_start(&rig, &replies[i], 1);
		assert_int_equal(
			api_get(rig.api, &rig.op, "a", NULL, &doc, &problem), gone);
		assert_int_equal(
			api_patch(rig.api, &rig.op, "a", "{}", 2, "", &doc, &problem),
			gone);
		assert_int_equal(api_delete(rig.api, &rig.op, "a", &doc, &problem),
			gone == -ENOENT ? 0 : gone);
		assert_null(doc);
		assert_int_equal(
			api_list(rig.api, &rig.op, NULL, &list, &problem), -EBADMSG);
		assert_int_equal(problem.errnum, EBADMSG);
		assert_non_null(strstr(problem.text, "check the endpoint"));
		assert_int_equal(testserver_requests(rig.server), 4);
		rig_stop(&rig);
	}
}

/* Questions are repeated, as the body's code decides; the caller plans changes anew. */
static void test_repetition(void **state)
{
	RIG(rig, {.status = 500, .body = "{\"code\":14}"},
		{.status = 400, .body = "{\"code\":4}"}, {.body = VPC("a")},
		{.status = 500, .headers = "Retry-After: 2\r\n", .body = "{\"code\":14}"});
	CLEANUP_DOC struct doc *doc = NULL;
	struct doc *none = NULL;

	assert_int_equal(api_get(rig.api, &rig.op, "a", NULL, &doc, &problem), 0);
	assert_int_equal(rig.events[0].attempts, 3);
	assert_int_equal(
		api_patch(rig.api, &rig.op, "a", "{}", 2, "", &none, &problem), -EREMOTEIO);
	assert_int_equal(rig.events[1].attempts, 1);
	assert_string_equal(problem.code, "UNAVAILABLE");
	assert_true(problem.may_repeat);
	assert_int_equal(problem.retry_after_ms, 2000);
	assert_in_range(api_repeat_wait_ms(&problem, 1), 2000, 2025);
	assert_int_equal(api_delete(rig.api, &rig.op, "a", &none, &problem), -EREMOTEIO);
	assert_int_equal(
		api_create(rig.api, &rig.op, "{}", 2, &none, &problem), -EREMOTEIO);
	assert_int_equal(testserver_requests(rig.server), 6);
	rig_stop(&rig);
}

static void test_too_large(void **state)
{
	static const struct reply big = {.kind = REPLY_BIG, .size = (4u << 20) + 1};
	struct api_problem problem;
	struct doc_list list = {0};
	struct doc *doc = NULL;
	struct rig rig;

	rig_start(&rig, &big, 1);
	assert_int_equal(api_get(rig.api, &rig.op, "a", NULL, &doc, &problem), -EBADMSG);
	assert_non_null(strstr(problem.text, "larger than"));
	assert_false(problem.may_repeat);
	assert_int_equal(
		api_patch(rig.api, &rig.op, "a", "{}", 2, "", &doc, &problem), -EBADMSG);
	assert_true(problem.sent);
	/* A list of this length is allowed; it is refused for its content. */
	assert_int_equal(api_list(rig.api, &rig.op, NULL, &list, &problem), -EBADMSG);
	assert_null(strstr(problem.text, "larger than"));
	rig_stop(&rig);
}

static void test_token_is_read_anew_once(void **state)
{
	RIG(rig, {.status = 401}, {.body = VPC("a")},
		{.status = 500, .body = "{\"code\":16}"});
	CLEANUP_DOC struct doc *doc = NULL;

	assert_int_equal(api_create(rig.api, &rig.op, "{}", 2, &doc, &problem), 0);
	assert_int_equal(rig.event_count, 1);
	assert_int_equal(rig.events[0].attempts, 2);
	assert_int_equal(testserver_requests(rig.server), 2);
	for (unsigned i = 0; i < 2; i++) {
		CLEANUP_FREE char *request = testserver_request(rig.server, i);

		assert_non_null(
			strstr(request, i ? "Bearer second\r\n" : "Bearer first\r\n"));
	}
	assert_int_equal(api_get(rig.api, &rig.op, "a", NULL, &doc, &problem), -EACCES);
	assert_string_equal(problem.code, "UNAUTHENTICATED");
	assert_int_equal(testserver_requests(rig.server), 4);
	rig_stop(&rig);
}

static void test_token_errors(void **state)
{
	RIG(rig, {.status = 401, .body = "{\"message\":\"expired\"}"});
	struct doc *doc = NULL;

	rig.token_error = ENOENT;
	assert_int_equal(api_get(rig.api, &rig.op, "a", NULL, &doc, &problem), -EACCES);
	assert_string_equal(problem.text, "no token today");
	assert_false(problem.sent);
	assert_int_equal(testserver_requests(rig.server), 0);
	rig.token_error = 0;
	rig.token_again_error = EACCES;
	assert_int_equal(api_get(rig.api, &rig.op, "a", NULL, &doc, &problem), -EACCES);
	assert_string_equal(problem.text,
		"expired\nand the token could not be read again: no token today");
	assert_int_equal(problem.http_status, 401);
	assert_int_equal(testserver_requests(rig.server), 1);
	rig_stop(&rig);
}

static void test_transport(void **state)
{
	RIG(rig, {.kind = REPLY_HANG});
	struct doc *doc = NULL;

	rig.op.deadline_ms = clock_mono_ms() + 200;
	assert_int_equal(api_create(rig.api, &rig.op, "{}", 2, &doc, &problem), -ETIMEDOUT);
	assert_true(problem.sent);
	assert_int_equal(problem.http_status, 0);
	assert_non_null(strstr(problem.text, "no answer within"));
	assert_int_equal(rig.events[0].status, 0);
	assert_int_equal(rig.events[0].errnum, ETIMEDOUT);
	assert_in_range(rig.events[0].ms, 190, 400);
	rig_stop(&rig);
}

/* A read ends when its caller gives up; a change is seen through. */
static void test_cancel(void **state)
{
	RIG(rig, {.body = VPC("a")});
	CLEANUP_DOC struct doc *doc = NULL;
	struct cancel cancel;

	cancel_init(&cancel);
	cancel_fire(&cancel);
	rig.op.cancel = &cancel;
	assert_int_equal(api_get(rig.api, &rig.op, "a", NULL, &doc, &problem), -EINTR);
	assert_int_equal(problem.errnum, EINTR);
	assert_int_equal(api_patch(rig.api, &rig.op, "a", "{}", 2, "", &doc, &problem), 0);
	assert_int_equal(testserver_requests(rig.server), 1);
	cancel_release(&cancel);
	rig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_list_empty),
		cmocka_unit_test(test_list_unusable),
		cmocka_unit_test(test_list_pages),
		cmocka_unit_test(test_list_circle),
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_get_unusable),
		cmocka_unit_test(test_get_unchanged),
		cmocka_unit_test(test_list_unchanged),
		cmocka_unit_test(test_get_without_id),
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_success_without_object),
		cmocka_unit_test(test_not_found),
		cmocka_unit_test(test_repetition),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_token_is_read_anew_once),
		cmocka_unit_test(test_token_errors),
		cmocka_unit_test(test_transport),
		cmocka_unit_test(test_cancel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
