/* SPDX-License-Identifier: MIT */
/* Each allocation while a view is made fails once: that is reported, and nothing is leaked or used
 * after it was freed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include "torture.h"
#include "view/view.h"

static void making_one_fails_cleanly(void **state)
{
	struct view_options options = {.api = {.endpoint = "http://127.0.0.1:1"},
		.zone = "Z",
		.options_text = "ttl=5\n",
		.version = "1"};
	struct view *view = NULL;
	int r = -ENOMEM, n = 0;

	for (; r == -ENOMEM; n++) {
		struct err err = {""};

		assert_null(view);
		torture_arm(n);
		r = view_new(&options, &view, &err);
		if (r < 0)
			assert_string_equal(err.text, "out of memory");
	}
	torture_arm(-1);
	assert_int_equal(r, 0);
	assert_in_range(n, 6, 100);
	view_free(view);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(making_one_fails_cleanly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
