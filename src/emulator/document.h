/* SPDX-License-Identifier: MIT */
/* A VPC as it is kept: one JSON object in the shape of api.md 1.1. Documents are immutable once
 * stored. */
#ifndef EMULATOR_DOCUMENT_H
#define EMULATOR_DOCUMENT_H

#include <jansson.h>

/* Each returns a new reference, NULL without memory. now and id are texts of stamp.h. */

/* What a POST makes; request has passed rules_check_create. */
json_t *document_create(const json_t *request, const char *id, const char *now);
/* The document with these leaves (enum profile_leaf) as the request has them, absent ones at their
 * default. doc itself, referenced once more, when that changes nothing. */
json_t *document_patch(
	json_t *doc, const json_t *request, unsigned leaves, const char *now);
/* Whether the request's host prefixes among these leaves are those the document has. */
int document_host_prefixes_agree(const json_t *doc, const json_t *request, unsigned leaves);
/* A shallow copy with this status; NULL takes the field out. */
json_t *document_with_status(const json_t *doc, const char *status);

#endif
