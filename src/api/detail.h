/* SPDX-License-Identifier: MIT */
/* The details of an error, a line each: google.rpc's types as JSON or, in Connect, as base64 of
 * protobuf. */
#ifndef API_DETAIL_H
#define API_DETAIL_H

#include <stdbool.h>
#include "base/buf.h"
#include "model/val.h"

/* Adds the lines of the array `details`, each begun by a newline when ret is not empty, as many as
 * fit. Returns whether a QuotaFailure was among them. */
bool detail_add_lines(struct val *details, struct buf *ret);

/* Adds what fits of the bytes, whole characters. */
void detail_add_text(struct buf *ret, const char *bytes, size_t len);

#endif
