/* SPDX-License-Identifier: MIT */
/* What the mount looks like: one schema field is one kind of file. Listing, reading, parsing,
 * differences, masks, permissions and the README's table of files all come from this table; a new
 * field of the API is one new schema field. */
#ifndef MODEL_SCHEMA_H
#define MODEL_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"

enum field_type {
	FIELD_DIR,    /* an object, or an array of named objects: a directory */
	FIELD_STRING, /* a scalar and a newline */
	/* upper-case word; a missing one reads as its zero, an unknown number as digits */
	FIELD_ENUM,
	FIELD_BOOL, /* true | false */
	FIELD_INT,
	FIELD_CIDR, /* the syntax is checked before anything is sent */
	FIELD_ADDRESS,
	FIELD_SPEC,  /* spec.json */
	FIELD_RAW,   /* vpc.json */
	FIELD_ERROR, /* .error, filled by the view */
};

enum field_flags {
	FIELD_WRITABLE = 1 << 0,   /* 0644, else 0444 */
	FIELD_IF_PRESENT = 1 << 1, /* shown only when the API returns it */
	FIELD_HIDDEN = 1 << 2,	   /* not listed, reachable by name */
	/* spec.json must have it; in a list: each item must, and writing its file makes the item */
	FIELD_REQUIRED = 1 << 3,
	FIELD_UNKNOWN = 1 << 4, /* not in the table: a field of a newer API */

	FIELD_LINES = 1 << 5, /* an array of such values: a line each */
	/* an array of objects: a directory of its items, named by their FIELD_NAME */
	FIELD_NAMED_ITEMS = 1 << 6,
	FIELD_SET = 1 << 7,	   /* an array whose order has no meaning */
	FIELD_WHOLE_LIST = 1 << 8, /* sent with its whole list: GET before PATCH */
	/* what may be done to an item */
	FIELD_MADE = 1 << 9,	 /* mkdir, and a value written to it */
	FIELD_RENAMED = 1 << 10, /* mv within its list */
	FIELD_REMOVED = 1 << 11, /* rmdir */
	FIELD_ENTRY = FIELD_MADE | FIELD_RENAMED | FIELD_REMOVED, /* any of these */

	/* a person sets it when the VPC is made, or the server chooses it. Of all such fields
	 * spec.json has the last one that is set; a field left out of a saved spec.json stays as it
	 * is */
	FIELD_SPEC_ONLY_WITH = 1 << 12,
	/* replaced by another field, but the API still writes it */
	FIELD_DEPRECATED = 1 << 13,

	/* roles that the mount itself must know, each given to one schema field */
	FIELD_ID = 1 << 14,
	FIELD_STATE = 1 << 15,
	/* the mtime of the files beside and below it, in whatever object it stands */
	FIELD_MTIME = 1 << 16,
	/* if nothing else sets it, a mount option does */
	FIELD_OPTION = 1 << 17,
	/* names its directory; in a list of named items it has no file */
	FIELD_NAME = 1 << 18,
};

/* What a FIELD_STATE says of the VPC. */
enum state {
	STATE_SETTLED,
	STATE_BUSY, /* being made or changed: the API takes no change now */
	STATE_DELETING,
};

/* A value of an enum of the published schema. */
struct enum_value {
	int number;
	const char *name; /* NULL ends the list */
	enum state state; /* of a FIELD_STATE */
};

/* path has "*" in place of the name of an item of the list before it. There are no lists in lists.
 * A directory stands before its entries.
 * mask is the updateMask path of a PATCH that changes the field ("" if none can). Schema fields
 * that share a mask follow each other; the first of them has the mask's path. */
struct schema_field {
	const char *path;
	enum field_type type;
	unsigned flags;
	const char *mask;
	/* one line, for the README's table */
	const char *help;
	/* of a FIELD_ENUM, with its zero first; else NULL */
	const struct enum_value *values;
};

extern const struct schema_field schema_fields[];
extern const size_t schema_field_count;

/* The schema field of a path of the mount, where any name matches "*"; NULL if there is none. */
const struct schema_field *schema_match(const char *path);
/* Whether the schema field of a path has one of these flags. */
bool schema_has(const char *path, unsigned flags);
/* The length in bytes of the path of the item that a path is at or below: of "vpcPrefixes/pods" for
 * "vpcPrefixes/pods/value". 0 if the path is in no list. */
size_t schema_item_len(const char *path);
/* The schema field directly below dir (NULL: the VPC's own directory) that has one of the flags;
 * NULL if there is none. */
const struct schema_field *schema_with(const struct schema_field *dir, unsigned flags);
/* The last name of a schema field's path. */
const char *schema_key(const struct schema_field *schema);

/* Adds the text of `.vpcfs/server-owned`: a line `+ NAME/` and a line NAME, as rsync and tar
 * understand them, for each name that only the API sets (hostPrefix, vpc.json and .error among
 * them) and for each of the count unknown names (file names of fields that the schema does not
 * know; see doc_unknown_names). A repeated name is written once. An unknown name is left out if it
 * is also the name of something settable, so that nothing settable is excluded. Errors: -ENOMEM,
 * -EFBIG. */
int schema_server_owned(const char *const *unknown, size_t count, struct buf *ret);

#endif
