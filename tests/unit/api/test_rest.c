/* SPDX-License-Identifier: MIT */
/* REST: ids as parts of a path, and how the log names a call. */
#include "rig.h"

#include <stdio.h>

static void test_id_in_path(void **state)
{
	static const char *const rows[][2] = {
		{"1b5274f2-8012", "1b5274f2-8012"},
		{"a/b", "a%2Fb"},
		{"../x", "..%2Fx"},
		{"..", "%2E%2E"},
		{".", "%2E"},
		{"a.b~_", "a.b~_"},
		{"azAZ09-", "azAZ09-"},
		{"`{@[/:", "%60%7B%40%5B%2F%3A"},
		{"?#% \n", "%3F%23%25%20%0A"},
		{"\xC3\xA4", "%C3%A4"},
		{"\xC0\x80", "%00"},
	};
	RIG(rig, {.status = 404});
	char start[128];

	for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
		struct doc *doc = NULL;

		(void)api_get(rig.api, &rig.op, rows[i][0], NULL, &doc, &problem);
		snprintf(start, sizeof(start), "GET /v1beta1/networking/vpcs/%s HTTP",
			rows[i][1]);
		assert_request(&rig, i, start, "\r\n\r\n");
	}
	rig_stop(&rig);
}

/* A dry run shows what would be sent. */
static void test_print(void **state)
{
	static const struct {
		struct api_call call;
		const char *line;
	} rows[] = {
		{{.verb = API_CREATE, .body = "{}", .len = 2},
			"POST /v1beta1/networking/vpcs - {}"},
		{{.verb = API_UPDATE,
			 .id = "a b",
			 .mask = "m,n",
			 .body = "{\"m\":1}",
			 .len = 7},
			"PATCH /v1beta1/networking/vpcs/a%20b m,n {\"m\":1}"},
		{{.verb = API_DELETE, .id = "a"}, "DELETE /v1beta1/networking/vpcs/a -"},
	};
	static const struct reply reply = {.body = "{}"};
	struct rig rig;

	rig_start(&rig, &reply, 1);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_BUF struct buf line = BUF_INIT(1000);

		assert_true(api_call_changes(&rows[i].call));
		assert_int_equal(api_print_call(rig.api, &rows[i].call, &line), 0);
		assert_string_equal(buf_str(&line), rows[i].line);
	}
	rig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_id_in_path),
		cmocka_unit_test(test_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
