/* SPDX-License-Identifier: MIT */
/* The way from a path to the JSON value it shows. */
#ifndef MODEL_FIND_H
#define MODEL_FIND_H

#include <jansson.h>
#include "model/doc.h"
#include "model/name.h"
#include "parsed.h"

#define NO_ITEM ((size_t)-1)

/* A file or directory of a document; everything borrowed from the parsed object. */
struct place {
	struct doc_field field;
	json_t *value; /* NULL: missing or null. For spec.json and vpc.json the whole object */
	unsigned depth; /* names below the VPC's directory */
	size_t item;	/* index in its list of named items, or NO_ITEM */
	json_t *dated;	/* the nearest object that has a FIELD_MTIME, else the VPC */
};

struct place place_root(const struct parsed *doc);
/* The row's file below a directory. False when the document does not have it. */
bool place_field(const struct parsed *doc, const struct place *dir,
	const struct schema_field *schema, struct place *ret);
/* An item of a list of named items. */
void place_item(const struct place *dir, size_t index, struct place *ret);
/* A field of a newer API. */
void place_unknown(const struct place *dir, json_t *value, struct place *ret);

/* Errors: -ENOENT, -ENOTDIR, -ENAMETOOLONG. */
int place_find(const struct parsed *doc, const char *path, struct place *ret);
/* Adds the file's text. Errors: as doc_show. */
int place_show(const struct parsed *doc, const struct place *place, struct buf *ret);

#endif
