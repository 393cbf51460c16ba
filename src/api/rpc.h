/* SPDX-License-Identifier: MIT */
/* What Connect and gRPC share: a call is a POST to the path of a method, its request and its answer
 * are the schema's messages. */
#ifndef API_RPC_H
#define API_RPC_H

#include "protocol.h"

/* "UpdateVPC" */
const char *rpc_verb(const struct api_call *call);
/* Adds the id, escaped, "-" where there is none. */
int rpc_print_target(const struct api_call *call, struct buf *ret);

/* Method and path. Errors: -ENOMEM, -EFBIG. */
int rpc_write_head(const struct api_call *call, struct message *ret);
/* Adds the request's message, as JSON or in the wire format, which leaves out what the schema does
 * not have. Errors: -EINVAL (an id or a body that no message can hold), -ENOMEM, -EFBIG. */
int rpc_add_json(const struct api_call *call, struct buf *ret, struct err *err);
int rpc_add_wire(const struct api_call *call, struct buf *ret, struct err *err);

/* Puts the JSON of the answer's message, which is these bytes in the wire format, into the place of
 * the answer's body. The bytes may be part of that. Errors: -EBADMSG with a sentence, -ENOMEM. */
int rpc_take_wire(const struct api_call *call, const char *bytes, size_t len,
	struct http_answer *answer, struct err *err);

#endif
