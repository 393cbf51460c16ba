/* SPDX-License-Identifier: MIT */
/* Every copy that is made of a token is wiped. The linker puts this program's explicit_bzero in the
 * place of libc's. */
#include "rig.h"

#include <stdatomic.h>
#include <string.h>
#include <strings.h>

static atomic_int headers, tokens;

void __wrap_explicit_bzero(void *bytes, size_t len);
void __wrap___explicit_bzero_chk(void *bytes, size_t len, size_t size);

void __wrap_explicit_bzero(void *bytes, size_t len)
{
	volatile unsigned char *at = bytes;

	if (len >= 28 && strncasecmp(bytes, "authorization: Bearer s3cret", 28) == 0)
		headers++;
	else if (len >= 6 && memcmp(bytes, "s3cret", 6) == 0)
		tokens++;
	for (size_t i = 0; i < len; i++)
		at[i] = 0;
}

/* Its name with _FORTIFY_SOURCE. */
void __wrap___explicit_bzero_chk(void *bytes, size_t len, size_t size)
{
	assert_true(len <= size);
	__wrap_explicit_bzero(bytes, len);
}

static void test_copies_of_a_token(void **state)
{
	RIG(rig, {.body = "{}"});
	CLEANUP_OUTCOME struct outcome outcome;

	rig_call(&rig, "GET", "/", NULL, 5000, NULL, &outcome);
	assert_int_equal(outcome.r, 0);
	rig_stop(&rig);
	assert_int_equal(tokens, 1);  /* the caller's */
	assert_int_equal(headers, 2); /* the line, and curl's list of lines */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copies_of_a_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
