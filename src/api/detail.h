/* SPDX-License-Identifier: MIT */
/* The details of an error, a line for each. They are messages of google.rpc, as JSON or, over
 * Connect, as protobuf in base64. */
#ifndef API_DETAIL_H
#define API_DETAIL_H

#include <stdbool.h>
#include "base/buf.h"
#include "model/val.h"

/* Adds lines for the array `details`, as many as fit, each after a newline unless ret is empty.
 * Returns whether a QuotaFailure was among the details. */
bool detail_add_lines(struct val *details, struct buf *ret);

/* Adds as many whole characters of the bytes as fit. */
void detail_add_text(struct buf *ret, const char *bytes, size_t len);

#endif
