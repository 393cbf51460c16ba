/* SPDX-License-Identifier: MIT */
/* The HTTP side: tokens, paths, methods, ETags, sizes, many requests at once, the request list. */
#include "rig.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
#include "base/clock.h"

static void test_token(void **state)
{
	struct rig rig;
	struct reply r;

	rig_start(&rig, &(struct emulator_options){.token = TOKEN});
	assert_int_equal(list_count(&rig), 0);
	rig.token = "wrong";
	r = rig_ask(&rig, "GET", VPCS, NULL);
	assert_int_equal(r.status, 401);
	assert_int_equal(json_integer_value(at(r.json, "code")), 16);
	assert_non_null(strstr(r.headers, "WWW-Authenticate: "));
	reply_free(&r);
	rig.token = NULL;
	expect(&rig, "GET", VPCS, NULL, 401);
	rig.header = "Authorization: Basic " TOKEN;
	expect(&rig, "GET", VPCS, NULL, 401);
	rig.header = "Authorization: bearer " TOKEN;
	expect(&rig, "GET", VPCS, NULL, 200);
	rig_stop(&rig);
}

static void test_any_token(void **state)
{
	struct rig rig;

	rig_start(&rig, &(struct emulator_options){0});
	rig.token = "whatever";
	expect(&rig, "GET", VPCS, NULL, 200);
	rig.token = NULL;
	expect(&rig, "GET", VPCS, NULL, 401);
	rig.header = "Authorization: Bearer ";
	expect(&rig, "GET", VPCS, NULL, 401);
	rig_stop(&rig);
}

static void test_paths(void **state)
{
	struct rig rig;
	struct reply r;

	rig_start(&rig, &(struct emulator_options){0});
	expect(&rig, "GET", "/", NULL, 404);
	expect(&rig, "GET", VPCS "/", NULL, 404);
	expect(&rig, "GET", VPCS "/a/b", NULL, 404);
	expect(&rig, "GET", VPCS "x", NULL, 404);
	expect(&rig, "GET", "/v1beta1/networking", NULL, 404);
	expect(&rig, "GET", "/emulator/none", NULL, 404);
	expect(&rig, "GET", VPCS "?pageSize=1", NULL, 500);
	r = rig_ask(&rig, "PUT", VPCS, "{}");
	assert_int_equal(r.status, 405);
	assert_null(r.json);
	assert_non_null(strstr(r.headers, "Allow: GET, POST\r"));
	reply_free(&r);
	expect(&rig, "DELETE", VPCS, NULL, 405);
	expect(&rig, "POST", VPCS "/x", "{}", 405);
	expect(&rig, "PUT", "/emulator/faults", "", 405);
	rig_stop(&rig);
}

/* libmicrohttpd refuses such a request by itself since version 1.0. */
static void test_no_host(void **state)
{
	struct rig rig;
	struct reply r;

	rig_start(&rig, &(struct emulator_options){.token = TOKEN});
	rig.header = "Host:";
	r = rig_ask(&rig, "GET", "/emulator/requests", NULL);
	assert_true(r.status == 403 || r.status == 400);
	reply_free(&r);
	rig_stop(&rig);
}

/* A web page cannot set Host and Origin, and does not know the token. */
static void test_control_guard(void **state)
{
	static const struct {
		const char *header;
		long status;
	} rows[] = {
		{"Host: example.com", 403},
		{"Host: example.com:PORT", 403},
		{"Host: localhost", 403},
		{"Host: localhost:1", 403},
		{"Host: 127.0.0.1.example.com:PORT", 403},
		{"Host: 10.0.0.1:PORT", 403},
		{"Host: LOCALHOST:PORT", 200},
		{"Host: 127.0.0.1:PORT", 200},
		{"Host: [::1]:PORT", 200},
		{"Origin: null", 403},
		{"Origin: https://example.com", 403},
		{"Origin: http://example.com:PORT", 403},
		{"Origin: https://localhost:PORT", 403},
		{"Origin: http://localhost:1", 403},
		{"Origin: http://localhost:PORT", 200},
	};
	struct rig rig;
	char header[256];

	rig_start(&rig, &(struct emulator_options){.token = TOKEN});
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t upto = strcspn(rows[i].header, "P");

		while (rows[i].header[upto] && strcmp(rows[i].header + upto, "PORT") != 0)
			upto++;
		snprintf(header, sizeof(header), "%.*s%s", (int)upto, rows[i].header,
			rows[i].header[upto] ? strrchr(rig.url, ':') + 1 : "");
		rig.header = header;
		expect(&rig, "GET", "/emulator/requests", NULL, rows[i].status);
		expect(&rig, "POST", "/emulator/faults", "", rows[i].status);
	}
	rig.header = NULL;
	rig.token = "wrong";
	expect(&rig, "POST", "/emulator/faults", "LIST:status=500", 401);
	expect(&rig, "GET", "/emulator/none", NULL, 401);
	rig.token = NULL;
	expect(&rig, "DELETE", "/emulator/requests", NULL, 401);
	rig.token = TOKEN;
	expect(&rig, "GET", VPCS, NULL, 200);
	rig_stop(&rig);
}

static void tag_of(const struct reply *r, char header[128])
{
	const char *tag = strstr(r->headers, "ETag: ");

	assert_non_null(tag);
	snprintf(header, 128, "If-None-Match: %.*s", (int)strcspn(tag + 6, "\r"), tag + 6);
}

static void test_tags(void **state)
{
	struct rig rig;
	char id[ID_SIZE], one[128], all[128];
	struct reply r;

	rig_start(&rig, &(struct emulator_options){0});
	make(&rig, "{\"name\":\"a\",\"zone\":\"Z\"}", id);
	r = fetch(&rig, id);
	tag_of(&r, one);
	reply_free(&r);
	r = rig_ask(&rig, "GET", VPCS, NULL);
	tag_of(&r, all);
	reply_free(&r);
	rig.header = all;
	r = rig_ask(&rig, "GET", VPCS, NULL);
	assert_int_equal(r.status, 304);
	assert_int_equal(r.len, 0);
	reply_free(&r);
	rig.header = one;
	r = fetch(&rig, id);
	assert_int_equal(r.status, 304);
	reply_free(&r);
	expect_patch(&rig, id, "{\"egress\":{\"disablePublicAccess\":true}}", 200);
	r = fetch(&rig, id);
	assert_int_equal(r.status, 200);
	reply_free(&r);
	rig.header = all;
	expect(&rig, "GET", VPCS, NULL, 200);
	rig_stop(&rig);
}

static void expect_form(struct rig *rig, const char *accept, bool gzip)
{
	struct reply r;

	rig->header = accept;
	r = rig_ask(rig, "GET", VPCS, NULL);
	assert_int_equal(r.status, 200);
	assert_int_equal(strstr(r.headers, "Content-Encoding: gzip") != NULL, gzip);
	assert_int_equal(strstr(r.headers, "-gzip\"") != NULL, gzip);
	assert_non_null(strstr(r.headers, "Vary: Accept-Encoding"));
	assert_true(r.len > 18);
	assert_int_equal(memcmp(r.body, "\x1f\x8b", 2) == 0, gzip);
	reply_free(&r);
}

static void test_gzip(void **state)
{
	struct rig rig;
	struct reply r;
	char header[128];

	rig_start(&rig, &(struct emulator_options){.samples = true});
	expect_form(&rig, NULL, false);
	expect_form(&rig, "Accept-Encoding: gzip", true);
	expect_form(&rig, "Accept-Encoding: gzip", true); /* kept from the first time */
	expect_form(&rig, "Accept-Encoding: br, GZIP;q=0.5", true);
	expect_form(&rig, "Accept-Encoding: deflate,gzip", true);
	expect_form(&rig, "Accept-Encoding: gzip;q=0, br", false);
	expect_form(&rig, "Accept-Encoding: gzipped, br", false);
	rig.header = "Accept-Encoding: gzip";
	r = rig_ask(&rig, "GET", VPCS, NULL);
	tag_of(&r, header); /* of the other form: no match for the plain one */
	reply_free(&r);
	rig.header = header;
	expect(&rig, "GET", VPCS, NULL, 200);
	rig_stop(&rig);
}

static void test_sizes(void **state)
{
	size_t len = ((size_t)1 << 20) + 1;
	char *body = malloc(len + 1);
	struct rig rig;

	rig_start(&rig, &(struct emulator_options){0});
	memset(body, ' ', len);
	body[len] = '\0';
	memcpy(body, "{\"name\":\"a\",\"zone\":\"Z\"}", 23);
	expect(&rig, "POST", VPCS, body, 413);
	body[len - 1] = '\0';
	expect(&rig, "POST", VPCS, body, 200);
	memset(body, '[', len - 1);
	expect(&rig, "POST", VPCS, body, 500);
	memset(body, 'x', len - 1);
	expect(&rig, "POST", "/emulator/faults", body, 400);
	assert_int_equal(list_count(&rig), 1);
	free(body);
	rig_stop(&rig);
}

static void test_requests(void **state)
{
	struct rig rig;
	char id[ID_SIZE];
	struct reply r;

	rig_start(&rig, &(struct emulator_options){0});
	make(&rig, "{\"name\":\"a\",\"zone\":\"Z\"}", id);
	expect(&rig, "PATCH", VPCS "/x", "{\"updateMask\":\"name\"}", 404);
	expect(&rig, "PATCH", VPCS "/x", "not json", 500);
	expect(&rig, "GET", "/emulator/faults", NULL, 200);
	r = rig_ask(&rig, "GET", "/emulator/requests", NULL);
	assert_int_equal(json_array_size(r.json), 3);
	assert_text(r.json, "0.method", "POST");
	assert_text(r.json, "0.path", VPCS);
	assert_text(r.json, "0.body.name", "a");
	assert_true(json_is_null(at(r.json, "0.updateMask")));
	assert_int_equal(json_integer_value(at(r.json, "0.status")), 200);
	assert_true(json_is_number(at(r.json, "0.ms")));
	assert_text(r.json, "1.updateMask", "name");
	assert_int_equal(json_integer_value(at(r.json, "1.status")), 404);
	assert_text(r.json, "2.body", "not json");
	reply_free(&r);
	expect(&rig, "DELETE", "/emulator/requests", NULL, 200);
	r = rig_ask(&rig, "GET", "/emulator/requests", NULL);
	assert_int_equal(json_array_size(r.json), 0);
	reply_free(&r);
	rig_stop(&rig);
}

static void test_log(void **state)
{
	char line[512];
	int fds[2];
	struct rig rig;
	ssize_t n;

	assert_int_equal(pipe(fds), 0);
	rig_start(&rig, &(struct emulator_options){.request_log_fd = fds[1]});
	expect(&rig, "PATCH", VPCS "/x%20y", "{\"updateMask\":\"a b\\nc\"}", 500);
	n = read(fds[0], line, sizeof(line) - 1);
	assert_true(n > 0);
	line[n] = '\0';
	assert_non_null(strstr(line, "Z PATCH " VPCS "/x%20y a_b_c 500 "));
	assert_ptr_equal(strchr(line, '\n'), line + n - 1);
	rig_stop(&rig);
	close(fds[0]);
	close(fds[1]);
}

struct worker {
	struct rig rig;
	int index;
};

static void *work(void *arg)
{
	struct worker *w = arg;
	char body[128], id[ID_SIZE];

	for (int i = 0; i < 30; i++) {
		snprintf(body, sizeof(body), "{\"name\":\"w%d-%d\",\"zone\":\"Z\"}",
			w->index, i);
		make(&w->rig, body, id);
		expect_patch(
			&w->rig, id, "{\"ingress\":{\"disablePublicServices\":true}}", 200);
		expect(&w->rig, "GET", VPCS, NULL, 200);
	}
	return NULL;
}

static void test_many_at_once(void **state)
{
	struct worker workers[8];
	pthread_t threads[8];
	struct rig rig;

	rig_start(&rig, &(struct emulator_options){0});
	for (int i = 0; i < 8; i++) {
		rig_use(&workers[i].rig, rig.url);
		workers[i].rig.keep = true;
		workers[i].index = i;
		pthread_create(&threads[i], NULL, work, &workers[i]);
	}
	for (int i = 0; i < 8; i++) {
		pthread_join(threads[i], NULL);
		rig_stop(&workers[i].rig);
	}
	assert_int_equal(list_count(&rig), 240);
	rig_stop(&rig);
}

static void test_latency(void **state)
{
	uint64_t before;
	struct rig rig;

	rig_start(&rig, &(struct emulator_options){.latency_ms = 100});
	before = clock_mono_ms();
	expect(&rig, "GET", VPCS, NULL, 200);
	assert_true(clock_mono_ms() - before >= 100);
	rig_stop(&rig);
}

static void test_listen(void **state)
{
	static const struct {
		const char *listen;
		int error;
	} rows[] = {
		{"0.0.0.0:0", EINVAL},
		{"192.168.1.1:80", EINVAL},
		{"[::]:0", EINVAL},
		{"example.com:80", EINVAL},
		{"127.0.0.1", EINVAL},
		{"127.0.0.1:", EINVAL},
		{"127.0.0.1:70000", EINVAL},
		{":0", EINVAL},
		{"", EINVAL},
		{"localhost:0", 0},
		{"127.1.2.3:0", 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct emulator *emu = NULL;
		struct err err = {""};
		int r = emulator_start(
			&(struct emulator_options){.listen = rows[i].listen}, &emu, &err);

		assert_int_equal(-r, rows[i].error);
		assert_int_equal(rows[i].error == 0, err.text[0] == '\0');
		emulator_stop(emu);
	}
}

static void test_address_in_use(void **state)
{
	struct emulator *emu = NULL;
	struct err err = {""};
	struct rig rig;

	rig_start(&rig, &(struct emulator_options){0});
	assert_int_equal(
		emulator_start(
			&(struct emulator_options){.listen = rig.url + strlen("http://")},
			&emu, &err),
		-EADDRINUSE);
	assert_non_null(strstr(err.text, "cannot listen"));
	rig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_any_token),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_control_guard),
		cmocka_unit_test(test_no_host),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_gzip),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_many_at_once),
		cmocka_unit_test(test_latency),
		cmocka_unit_test(test_listen),
		cmocka_unit_test(test_address_in_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
