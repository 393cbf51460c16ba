/* SPDX-License-Identifier: MIT */
/* A VPC as the store keeps it: one JSON object in the shape of the API reference. Documents are
 * immutable once stored. */
#ifndef EMULATOR_DOCUMENT_H
#define EMULATOR_DOCUMENT_H

#include <jansson.h>

/* Each function returns a new reference, NULL without memory. now and id are texts of stamp.h. */

/* The VPC that a POST creates; request has passed rules_check_create. */
json_t *document_create(const json_t *request, const char *id, const char *now);
/* The document with these mask fields (enum profile_field) set to the request's values, or to their
 * default if the request lacks them. Returns doc itself, referenced once more, if nothing changes.
 * */
json_t *document_patch(
	json_t *doc, const json_t *request, unsigned fields, const char *now);
/* Whether the request's host prefixes, if the fields name them, equal the document's. */
int document_host_prefixes_agree(const json_t *doc, const json_t *request, unsigned fields);
/* A shallow copy with this status; NULL removes the field. */
json_t *document_with_status(const json_t *doc, const char *status);

#endif
