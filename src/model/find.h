/* SPDX-License-Identifier: MIT */
/* Finding the JSON value that a path shows. */
#ifndef MODEL_FIND_H
#define MODEL_FIND_H

#include <jansson.h>
#include "model/doc.h"
#include "model/name.h"
#include "parsed.h"

#define NO_ITEM ((size_t)-1)

/* A file or directory of a document. Everything is borrowed from the parsed object. */
struct place {
	struct doc_field field;
	/* NULL if missing or null; the whole object for spec.json and vpc.json */
	json_t *value;
	unsigned depth; /* names below the VPC's directory */
	size_t item;	/* index in its list of named items, or NO_ITEM */
	/* the innermost object that has a FIELD_MTIME, else the VPC */
	json_t *dated;
};

struct place place_root(const struct parsed *doc);
/* Finds the schema field's file below a directory. False if the document does not have it. */
bool place_field(const struct parsed *doc, const struct place *dir,
	const struct schema_field *schema, struct place *ret);
/* Enters an item of a list of named items. */
void place_item(const struct place *dir, size_t index, struct place *ret);
/* Enters a field of a newer API. */
void place_unknown(const struct place *dir, json_t *value, struct place *ret);

/* Finds the file or directory at a path. Errors: -ENOENT, -ENOTDIR, -ENAMETOOLONG. */
int place_find(const struct parsed *doc, const char *path, struct place *ret);
/* Adds the file's text. Errors: as doc_show. */
int place_show(const struct parsed *doc, const struct place *place, struct buf *ret);

#endif
