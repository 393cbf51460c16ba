/* SPDX-License-Identifier: MIT */
/* What is fresh enough, asked for where it is not. Readers take an answer for the ttl and share a
 * question; a writer asks its own, whatever failed before. All block until op->deadline_ms, and
 * fail as the API does (api/api.h). */
#ifndef VIEW_FETCH_H
#define VIEW_FETCH_H

#include "collection.h"

/* The list, not older than the ttl. */
int fetch_list(struct collection *c, const struct op *op, struct api_problem *problem);
/* The VPC's document, not older than the ttl; the caller's reference. -ENOENT when it is gone. */
int fetch_doc(struct vpc *vpc, const struct op *op, struct doc **ret,
	struct api_problem *problem);
/* The VPC that the root shows under this file name; the caller's reference. A known name is found
 * also when the API cannot be reached. */
int fetch_name(struct collection *c, const struct op *op, const char *file,
	struct vpc **ret, struct api_problem *problem);

/* For writers: a question of their own that is asked from now on. */
int fetch_doc_now(struct vpc *vpc, const struct op *op, struct doc **ret,
	struct api_problem *problem);
int fetch_list_now(struct collection *c, const struct op *op, struct api_problem *problem);

#endif
