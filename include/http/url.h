/* SPDX-License-Identifier: MIT */
/* A URL as curl reads it, so that what is checked is where a request will go. */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include <stdbool.h>
#include "base/err.h"

struct url {
	/* owned: as curl writes it, without slashes at its end */
	char *text;
	bool is_https;
	/* 127.0.0.0/8, ::1 or localhost */
	bool is_loopback;
};

/* Only http and https, with a host. Refused, since a secret or a part of it would get lost or be
 * seen: a user or a password, a query, a fragment. No sentence repeats a password.
 * Errors: -EINVAL with a sentence, -ENOMEM. */
int url_parse(const char *text, struct url *ret, struct err *err);
void url_release(struct url *url);
#define CLEANUP_URL CLEANUP(url_release)

#endif
