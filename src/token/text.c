/* SPDX-License-Identifier: MIT */
/* Checks that a text is a token: only characters that a header can carry. */
#include "source.h"

#include <errno.h>
#include "base/utf8.h"

int token_check_text(
	const char *from, const char *text, size_t len, struct secret *ret, struct err *err)
{
	while (len && utf8_is_blank(text[len - 1]))
		len--;
	while (len && utf8_is_blank(text[0])) {
		text++;
		len--;
	}
	if (!len)
		return err_set(err, EINVAL, "%s: the token is empty", from);
	if (len > SECRET_MAX)
		return err_set(err, EINVAL, "%s: longer than %d bytes, not a token", from,
			SECRET_MAX);
	for (size_t i = 0; i < len; i++) {
		if (text[i] <= ' ' || text[i] >= 0x7F)
			return err_set(err, EINVAL,
				"%s: it contains a blank, a control or a non-ASCII "
				"character: expected the token and nothing else",
				from);
	}
	return secret_set(ret, text, len);
}
