/* SPDX-License-Identifier: MIT */
/* Codes of google.rpc.Code and HTTP status as errno. */
#include "code.h"

#include <errno.h>
#include <strings.h>
#include "base/cleanup.h"

static const struct code codes[] = {
	{1, "CANCELLED", 499, EREMOTEIO, false},
	{1, "CANCELED", 499, EREMOTEIO, false}, /* Connect's spelling */
	{2, "UNKNOWN", 500, EREMOTEIO, false},
	{3, "INVALID_ARGUMENT", 400, EINVAL, false},
	{4, "DEADLINE_EXCEEDED", 504, ETIMEDOUT, true},
	{5, "NOT_FOUND", 404, ENOENT, false},
	{6, "ALREADY_EXISTS", 409, EEXIST, false},
	{7, "PERMISSION_DENIED", 403, EACCES, false},
	{8, "RESOURCE_EXHAUSTED", 429, EBUSY,
		true}, /* with a QuotaFailure: EDQUOT, and not repeated */
	{9, "FAILED_PRECONDITION", 400, EBUSY, false},
	{10, "ABORTED", 409, EBUSY, false},
	{11, "OUT_OF_RANGE", 400, ERANGE, false},
	{12, "UNIMPLEMENTED", 501, EOPNOTSUPP, false},
	{13, "INTERNAL", 500, EREMOTEIO, false},
	{14, "UNAVAILABLE", 503, EREMOTEIO, true},
	{15, "DATA_LOSS", 500, EREMOTEIO, false},
	{16, "UNAUTHENTICATED", 401, EACCES, false},
};

static const struct {
	int status;
	int errnum;
} http_rows[] = {
	{400, EINVAL},
	{401, EACCES},
	{403, EACCES},
	{404, EBADMSG},
	{405, EOPNOTSUPP},
	{407, EACCES}, /* a proxy requires authentication */
	{408, ETIMEDOUT},
	{409, EEXIST},
	{410, EBADMSG},
	{413, EFBIG},
	{429, EBUSY},
	{501, EOPNOTSUPP},
	{504, ETIMEDOUT},
};

const struct code *code_by_number(int64_t number)
{
	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		if (codes[i].number == number)
			return &codes[i];
	}
	return NULL;
}

const struct code *code_by_name(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_LEN(codes); i++) {
		if (strcasecmp(codes[i].name, name) == 0)
			return code_by_number(codes[i].number);
	}
	return NULL;
}

int code_errnum_of_http(int status)
{
	for (size_t i = 0; i < ARRAY_LEN(http_rows); i++) {
		if (http_rows[i].status == status)
			return http_rows[i].errnum;
	}
	if (status >= 500 && status < 600)
		return EREMOTEIO;
	return status >= 400 && status < 500 ? EINVAL : EBADMSG;
}
