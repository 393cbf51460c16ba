/* SPDX-License-Identifier: MIT */
/* Where the API is: a URL that a token may be sent to. */
#ifndef CONFIG_ENDPOINT_H
#define CONFIG_ENDPOINT_H

#include <stdbool.h>
#include "base/err.h"

/* Whether the text starts like a URL. */
bool endpoint_is_url(const char *text);
/* The URL without last slashes, checked but for http://, which only endpoint_check_scheme knows
 * about: allow_http may come later on the command line. from names the option or variable in the
 * sentence. Errors: -EINVAL, -ENOMEM. */
int endpoint_parse(const char *url, const char *from, char **ret, struct err *err);
/* Whether a checked URL is of this machine: 127.0.0.0/8, ::1, localhost. */
bool endpoint_is_loopback(const char *endpoint);
/* http:// only for this machine. Errors: -EACCES. */
int endpoint_check_scheme(const char *endpoint, bool allow_http, struct err *err);

#endif
