/* SPDX-License-Identifier: MIT */
/* Reads what a command printed: a token, or an ExecCredential as kubectl's plugins print it
 * (kubernetes.io, "client-go credential plugins"). */
#include <errno.h>
#include <string.h>
#include "base/clock.h"
#include "base/utf8.h"
#include "model/val.h"
#include "source.h"

static bool is_json(const char *text, size_t len)
{
	size_t at = 0;

	while (at < len && utf8_is_blank(text[at]))
		at++;
	return at < len && text[at] == '{';
}

static bool is_kind(const struct val *object)
{
	const char *kind = val_text(val_member(object, "kind"));

	return kind && strcmp(kind, "ExecCredential") == 0;
}

static int credential_take(
	const char *from, const struct val *object, struct credential *ret, struct err *err)
{
	const struct val *status = val_member(object, "status");
	const struct val *token = val_member(status, "token");
	const struct val *expires = val_member(status, "expirationTimestamp");

	if (!is_kind(object))
		return err_set(err, EINVAL,
			"%s: expected the token, or JSON with \"kind\": \"ExecCredential\"",
			from);
	if (!val_text(token))
		return err_set(
			err, EINVAL, "%s: the ExecCredential has no status.token", from);
	ret->expires = val_is_set(expires);
	if (ret->expires && (!val_text(expires) || !clock_parse_rfc3339(val_text(expires),
							   &ret->expires_at)))
		return err_set(err, EINVAL,
			"%s: status.expirationTimestamp: expected a time like "
			"2026-01-31T12:00:00Z",
			from);
	return token_check_text(
		from, val_text(token), val_text_len(token), &ret->token, err);
}

/* The parser's sentence is not repeated, because it may quote the text. */
int credential_read(const char *from, const char *text, size_t len, struct credential *ret,
	struct err *err)
{
	CLEANUP_VAL struct val *object = NULL;
	int r;

	if (!is_json(text, len))
		return token_check_text(from, text, len, &ret->token, err);
	r = val_parse(text, len, 0, &object, NULL);
	if (r < 0)
		return err_set(err, -r,
			r == -ENOMEM ? "%s: out of memory"
				     : "%s: the JSON it prints is not valid",
			from);
	return credential_take(from, object, ret, err);
}
