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
	FIELD_CIDR,	 /* one CIDR; syntax is checked before anything is sent */
	FIELD_CIDRS,	 /* one CIDR a line, in order */
	FIELD_ADDRESSES, /* one IP address a line, a set */
	FIELD_LINES,	 /* an array of scalars nobody knows: a line each, read-only */
	FIELD_SPEC,	 /* spec.json */
	FIELD_RAW,	 /* vpc.json */
	FIELD_ERROR,	 /* .error, filled by the view */
};

enum field_flags {
	FIELD_WRITABLE = 1,	/* 0644, else 0444 */
	FIELD_IF_PRESENT = 2,	/* shown only when the API returns it */
	FIELD_HIDDEN = 4,	/* not listed, reachable by name */
	FIELD_REQUIRED = 8,	/* spec.json must have it; of an item: each item must */
	FIELD_NAMED_ITEMS = 16, /* a directory of an array's items by their `name` */
	FIELD_WHOLE_LIST = 32,	/* sent as part of its whole list: GET before PATCH */
	FIELD_UNKNOWN = 64,	/* no row: a field of a newer API */
	/* given when the VPC is made or left to the server: of all such fields spec.json has the
	 * last that is set; left out there it stays as it is */
	FIELD_SPEC_ONLY_WITH = 128,
};

/* A value of an enum of the published schema. */
struct enum_value {
	int number;
	const char *name; /* NULL ends the list */
};

/* path has "*" where a name stands; mask is the updateMask path of a PATCH that changes it ("" when
 * none). Rows that share a mask follow each other, and the first of them has the mask's path. */
struct row {
	const char *path;
	enum field_type type;
	unsigned flags;
	const char *mask;
	const char *help;		 /* one line for the README's table */
	const struct enum_value *values; /* of a FIELD_ENUM, its zero first; else NULL */
};

extern const struct row schema_rows[];
extern const size_t schema_row_count;

/* The row of a path of the mount, any name standing for "*"; NULL when there is none. */
const struct row *schema_match(const char *path);
/* The rows directly below a directory of the mount that must be there; after: the one before, or
 * the directory's own row. */
const struct row *schema_next_required(const char *dir, const struct row *after);

/* Adds the text of `.vpcfs/server-owned`: for each name that only the API sets, hostPrefix,
 * vpc.json and .error among them, and for each of count unknown names (file names of fields that no
 * row knows, see doc_unknown_names) a line `+ NAME/` and a line NAME, as rsync and tar understand
 * it. A name twice is written once; an unknown name that is also one of something that can be set
 * is left out, so that nothing settable is. Errors: -ENOMEM, -EFBIG. */
int schema_server_owned(const char *const *unknown, size_t count, struct buf *ret);

#endif
