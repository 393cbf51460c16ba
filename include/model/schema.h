/* SPDX-License-Identifier: MIT */
/* What the mount looks like: one row is one kind of file. Listing, reading, parsing, differences,
 * masks, permissions and the README's table of files all come from these rows; a new field of the
 * API is one new row. */
#ifndef MODEL_SCHEMA_H
#define MODEL_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"

enum field_type {
	FIELD_DIR,    /* an object, or an array of named objects: a directory */
	FIELD_STRING, /* a scalar and a newline */
	/* upper-case word; a missing one is its zero, an unknown number is shown in digits */
	FIELD_ENUM,
	FIELD_BOOL, /* true | false */
	FIELD_INT,
	FIELD_CIDR, /* syntax is checked before anything is sent */
	FIELD_ADDRESS,
	FIELD_SPEC,  /* spec.json */
	FIELD_RAW,   /* vpc.json */
	FIELD_ERROR, /* .error, filled by the view */
};

enum field_flags {
	FIELD_WRITABLE = 1 << 0,   /* 0644, else 0444 */
	FIELD_IF_PRESENT = 1 << 1, /* shown only when the API returns it */
	FIELD_HIDDEN = 1 << 2,	   /* not listed, reachable by name */
	/* spec.json must have it; of an item: each must, and writing its file makes the item */
	FIELD_REQUIRED = 1 << 3,
	FIELD_UNKNOWN = 1 << 4, /* no row: a field of a newer API */

	FIELD_LINES = 1 << 5, /* an array of such texts: a line each */
	/* a directory of an array's items by their FIELD_NAME */
	FIELD_NAMED_ITEMS = 1 << 6,
	FIELD_SET = 1 << 7,	   /* an array whose order means nothing */
	FIELD_WHOLE_LIST = 1 << 8, /* sent as part of its whole list: GET before PATCH */
	/* of an item, what may be done to it */
	FIELD_MADE = 1 << 9,	 /* mkdir, and a value written to it */
	FIELD_RENAMED = 1 << 10, /* mv within its list */
	FIELD_REMOVED = 1 << 11, /* rmdir */
	FIELD_ENTRY = FIELD_MADE | FIELD_RENAMED | FIELD_REMOVED, /* one of these */

	/* given when the VPC is made or left to the server: of all such fields spec.json has the
	 * last that is set; left out there it stays as it is */
	FIELD_SPEC_ONLY_WITH = 1 << 12,
	/* the API still writes it, beside what has replaced it */
	FIELD_DEPRECATED = 1 << 13,

	/* what the mount itself needs to know of a VPC, each in one row of its own */
	FIELD_ID = 1 << 14,
	FIELD_STATE = 1 << 15,
	/* the time of the files beside and below it, in whatever object it stands */
	FIELD_MTIME = 1 << 16,
	/* a mount option gives it to a VPC where nothing else does */
	FIELD_OPTION = 1 << 17,
	/* what its directory is named by: of an item there is no file of it */
	FIELD_NAME = 1 << 18,
};

/* What a FIELD_STATE says of the VPC. */
enum state {
	STATE_SETTLED,
	STATE_BUSY, /* being made or changed: it takes no change now */
	STATE_DELETING,
};

/* A value of an enum of the published schema. */
struct enum_value {
	int number;
	const char *name; /* NULL ends the list */
	enum state state; /* of a FIELD_STATE */
};

/* path has "*" where a name stands, that of an item of the list before it; no list is in a list.
 * A directory stands before what is in it.
 * mask is the updateMask path of a PATCH that changes it ("" when none). Rows that share a mask
 * follow each other, and the first of them has the mask's path. */
struct schema_field {
	const char *path;
	enum field_type type;
	unsigned flags;
	const char *mask;
	const char *help;		 /* one line for the README's table */
	const struct enum_value *values; /* of a FIELD_ENUM, its zero first; else NULL */
};

extern const struct schema_field schema_fields[];
extern const size_t schema_field_count;

/* The row of a path of the mount, any name standing for "*"; NULL when there is none. */
const struct schema_field *schema_match(const char *path);
/* Whether the row of a path has one of these flags. */
bool schema_has(const char *path, unsigned flags);
/* Bytes of the path of the item that a path is at or below: of "vpcPrefixes/pods" in
 * "vpcPrefixes/pods/value". 0 when it is in no list. */
size_t schema_item_len(const char *path);
/* The row directly below a directory's row (NULL: the VPC's own directory) that has one of the
 * flags, NULL when there is none. */
const struct schema_field *schema_with(const struct schema_field *dir, unsigned flags);
/* The last name of a row's path. */
const char *schema_key(const struct schema_field *schema);

/* Adds the text of `.vpcfs/server-owned`: for each name that only the API sets, hostPrefix,
 * vpc.json and .error among them, and for each of count unknown names (file names of fields that no
 * row knows, see doc_unknown_names) a line `+ NAME/` and a line NAME, as rsync and tar understand
 * it. A name twice is written once; an unknown name that is also one of something that can be set
 * is left out, so that nothing settable is. Errors: -ENOMEM, -EFBIG. */
int schema_server_owned(const char *const *unknown, size_t count, struct buf *ret);

#endif
