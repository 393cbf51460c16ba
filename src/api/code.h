/* SPDX-License-Identifier: MIT */
/* The table that makes an errno of a code of google.rpc.Code or of an HTTP status. */
#ifndef API_CODE_H
#define API_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct code {
	int number;	  /* google.rpc.Code */
	const char *name; /* "NOT_FOUND" */
	int http_status;  /* the status that goes with it (google/rpc/code.proto) */
	int errnum;
	bool is_busy; /* it says "not now", as 429, 502, 503 and 504 do */
};

/* NULL if there is none. */
const struct code *code_by_number(int64_t number);
/* Accepts any case, as Connect ("not_found") and AIP-193 ("NOT_FOUND") differ. NULL if there is no
 * such code, or if name is NULL. */
const struct code *code_by_name(const char *name);
/* The errno of an answer without a code; status is not 2xx. A 404 or 410 without a code is not the
 * API's, so it is EBADMSG. */
int code_errnum_of_http(int status);

#endif
