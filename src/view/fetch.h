/* SPDX-License-Identifier: MIT */
/* Documents and the list, fresh enough for the caller; asks the API if the cache is too old. For
 * readers an answer counts for the ttl, and they share a question. A writer asks a question of its
 * own, whatever failed before. All functions block until op->deadline_ms, and fail as the API does
 * (api/api.h). */
#ifndef VIEW_FETCH_H
#define VIEW_FETCH_H

#include "collection.h"

/* Makes sure that the known list is not older than the ttl. */
int fetch_list(struct collection *c, const struct op *op, struct api_problem *problem);
/* Returns the VPC's document, not older than the ttl; the caller owns the reference. Errors:
 * -ENOENT if the VPC is gone, and those of the API. */
int fetch_doc(struct vpc *vpc, const struct op *op, struct doc **ret,
	struct api_problem *problem);
/* Finds the VPC that the root shows under this file name; the caller owns the reference. A known
 * name is found even if the API cannot be reached. */
int fetch_name(struct collection *c, const struct op *op, const char *file,
	struct vpc **ret, struct api_problem *problem);

/* For writers: these two ask a question of their own, from now on. */
int fetch_doc_now(struct vpc *vpc, const struct op *op, struct doc **ret,
	struct api_problem *problem);
int fetch_list_now(struct collection *c, const struct op *op, struct api_problem *problem);

#endif
