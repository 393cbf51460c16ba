/* SPDX-License-Identifier: MIT */
/* Takes the token out of the environment, so that nobody can read it there afterwards. */
#include "source.h"

#include <errno.h>
#include <string.h>

#define TOKEN_VARIABLE "COREWEAVE_API_TOKEN"

/* Returns the value if this entry of the environment is the token's, else NULL. */
static char *token_of_entry(char *entry)
{
	size_t len = strlen(TOKEN_VARIABLE);

	return strncmp(entry, TOKEN_VARIABLE, len) == 0 && entry[len] == '='
		       ? entry + len + 1
		       : NULL;
}

int token_take_environment(struct secret *ret, struct err *err)
{
	int r = 0;

	for (char **entry = environ; entry && *entry; entry++) {
		char *text = token_of_entry(*entry);

		if (!text)
			continue;
		if (*text && !ret->bytes && r == 0)
			r = secret_set(ret, text, strlen(text));
		explicit_bzero(text, strlen(text));
	}
	unsetenv(TOKEN_VARIABLE);
	if (r == -EFBIG)
		return err_set(err, EINVAL, "%s: longer than %d bytes, not a token",
			TOKEN_VARIABLE, SECRET_MAX);
	return r < 0 ? err_set(err, -r, "out of memory") : 0;
}
