/* SPDX-License-Identifier: MIT */
/* A node of a VPC: its path, its document, and what stands there. */
#ifndef VIEW_VPC_PLACE_H
#define VIEW_VPC_PLACE_H

#include "model/doc.h"
#include "tree/node.h"
#include "vpc.h"

/* How old the answer may be from which an operation is served. */
enum freshness {
	FRESH_KNOWN, /* whatever is known: nobody is asked */
	FRESH_TTL,
	FRESH_NOW, /* a question asked from now on */
};

struct vpc_place {
	struct node_place place;
	struct vpc *vpc; /* borrowed: the place's data */
	struct doc *doc; /* owned */
	struct doc_field field;
	bool is_local; /* an entry without a value: the document does not have it */
};
/* name: of an entry of the directory, or NULL for the node itself. */
int vpc_place_open(struct node *node, const char *name, const struct op *op,
	enum freshness freshness, struct vpc_place *ret);
void vpc_place_release(struct vpc_place *place);
/* What the VPC has at the path, entries without a value included: *ret_is_local, which may be NULL.
 */
int vpc_field(struct vpc *vpc, const struct doc *doc, const char *path,
	struct doc_field *ret, bool *ret_is_local);
/* Time, and for how long it stays true. */
void vpc_stamp(const struct vpc_place *at, struct node_attr *ret);

#endif
