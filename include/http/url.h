/* SPDX-License-Identifier: MIT */
/* Parses a URL with curl, so that the checks apply to where a request will really go. */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include <stdbool.h>
#include "base/err.h"

struct url {
	/* Owned: the URL as curl writes it, without slashes at the end. */
	char *text;
	bool is_https;
	/* The host is in 127.0.0.0/8, ::1 or localhost. */
	bool is_loopback;
};

/* Accepts http and https URLs with a host. Refuses a user, a password, a query and a fragment: a
 * secret in them would be lost or shown. No sentence repeats a password.
 * Errors: -EINVAL with a sentence, -ENOMEM. */
int url_parse(const char *text, struct url *ret, struct err *err);
void url_release(struct url *url);
#define CLEANUP_URL CLEANUP(url_release)

#endif
