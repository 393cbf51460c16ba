/* SPDX-License-Identifier: MIT */
/* Codes of google.rpc.Code and HTTP status as errno: the table of docs/semantics.md, section 7. */
#ifndef API_CODE_H
#define API_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct code {
	int number;	  /* google.rpc.Code */
	const char *name; /* "NOT_FOUND" */
	int http_status;  /* that goes with it (google/rpc/code.proto) */
	int errnum;
	bool is_busy; /* it says "not now", as 429, 502, 503 and 504 do */
};

/* NULL when there is none. */
const struct code *code_by_number(int64_t number);
/* Any case, as Connect ("not_found") and AIP-193 ("NOT_FOUND") write it; NULL when there is none or
 * name is NULL. */
const struct code *code_by_name(const char *name);
/* For an answer that names no code; status is not 2xx. A 404 or 410 without one is not the API's:
 * EBADMSG. */
int code_errnum_of_http(int status);

#endif
