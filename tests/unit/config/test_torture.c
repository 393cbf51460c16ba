/* SPDX-License-Identifier: MIT */
/* Each allocation of the command line's parser fails once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include "base/cleanup.h"
#include "config/options.h"
#include "torture.h"

static const char *no_env(const char *name)
{
	return NULL;
}

static void test_parse(void **state)
{
	char *argv[] = {(char *)"vpcfs", (char *)"-f", (char *)"https://h/", (char *)"mnt",
		(char *)"-o",
		(char *)"token_command=t "
			"u,cacert=c,zone=Z,zone=Y,noatime,exec,endpoint=https://"
			"h"};
	int r = -ENOMEM;

	for (int n = 0; r == -ENOMEM; n++) {
		struct config config;
		struct err err = {""};

		torture_arm(n);
		r = config_parse(ARRAY_LEN(argv), argv, no_env, &config, &err);
		assert_true(torture_has_failed() || r != -ENOMEM);
		if (r == 0)
			config_release(&config);
		else
			assert_true(err.text[0] != '\0');
	}
	assert_int_equal(r, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
