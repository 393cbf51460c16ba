/* SPDX-License-Identifier: MIT */
/* The nodes of a VPC: its directories and files. */
#ifndef VIEW_VPC_NODES_H
#define VIEW_VPC_NODES_H

#include "model/doc.h"
#include "tree/node.h"
#include "vpc.h"

/* How old the answer may be that an operation works with. */
enum freshness {
	FRESH_KNOWN, /* whatever is known, however old */
	/* as FRESH_TTL; if no answer comes, whatever is known, and no failure is reported */
	FRESH_OR_KNOWN,
	FRESH_TTL,
	FRESH_NOW, /* the answer to a question that is asked from now on */
};

/* A node's path, the document that it is read from, and the field that is there. */
struct vpc_place {
	struct node_place place;
	struct vpc *vpc; /* borrowed: the data of place */
	struct doc *doc; /* owned */
	/* FRESH_OR_KNOWN only: no answer came, and doc is older than the ttl */
	bool is_old;
	struct doc_field field;
	/* a local entry: it has no value yet, so the document does not hold it */
	bool is_local;
};
/* Opens the place of the entry name in the directory node, or of the node itself if name is NULL.
 * Blocks until op->deadline_ms unless freshness is FRESH_KNOWN. Returns 0 or -errno; the caller
 * releases *ret in both cases. */
int vpc_place_open(struct node *node, const char *name, const struct op *op,
	enum freshness freshness, struct vpc_place *ret);
void vpc_place_release(struct vpc_place *place);
/* Finds the field at the path, local entries included. Sets *ret_is_local to true for a local
 * entry, and otherwise leaves it alone; ret_is_local may be NULL. */
int vpc_field(struct vpc *vpc, const struct doc *doc, const char *path,
	struct doc_field *ret, bool *ret_is_local);
/* Writes the mtime, and until when the kernel may keep the attributes. */
void vpc_stamp(const struct vpc_place *at, struct node_attr *ret);

extern const struct node_ops vpc_dir_ops, vpc_file_ops, vpc_spec_ops, vpc_read_only_ops;

/* Frees a base (tree/node.h), which here is a document. */
void vpc_base_free(void *base);
/* Adds the file's text to ret, and writes its attributes. */
int vpc_show(const struct vpc_place *at, struct buf *ret, struct node_attr *ret_attr);

#endif
