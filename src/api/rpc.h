/* SPDX-License-Identifier: MIT */
/* What Connect and gRPC share: a call is a POST to the path of a method. Request and answer are
 * messages of the schema. */
#ifndef API_RPC_H
#define API_RPC_H

#include "protocol.h"

/* The method's name: "UpdateVPC". */
const char *rpc_verb(const struct api_call *call);
/* Adds the escaped id, "-" if there is none. */
int rpc_print_target(const struct api_call *call, struct buf *ret);

/* Writes method and path. Errors: -ENOMEM, -EFBIG. */
int rpc_write_head(const struct api_call *call, struct message *ret);
/* Adds the request's message, as JSON or in the wire format. The wire format leaves out what the
 * schema does not have. Errors: -EINVAL (no message can hold this id or body), -ENOMEM, -EFBIG. */
int rpc_add_json(const struct api_call *call, struct buf *ret, struct err *err);
int rpc_add_wire(const struct api_call *call, struct buf *ret, struct err *err);

/* Replaces the answer's body by the JSON of the answer's message. bytes are that message in the
 * wire format; they may be part of the body. Errors: -EBADMSG with a sentence, -ENOMEM. */
int rpc_take_wire(const struct api_call *call, const char *bytes, size_t len,
	struct http_answer *answer, struct err *err);

#endif
