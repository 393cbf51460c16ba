/* SPDX-License-Identifier: MIT */
/* What the tests of the model share: documents written with ' in place of ", and checks that print
 * what they compare. */
#ifndef TESTS_MODEL_RIG_H
#define TESTS_MODEL_RIG_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "model/change.h"
#include "model/doc.h"
#include "model/name.h"
#include "model/val.h"

#define RIG_TEXT_MAX (8u << 20)

/* A VPC with everything in it, as the live service would return it. */
extern const char rig_full[];
/* The least that an answer may hold. */
#define RIG_LEAST "{'id':'1','name':'prod'}"

/* Replaces ' by ". The caller frees. */
char *rig_json(const char *text);
struct doc *rig_doc(const char *json);
/* The errno with which doc_from_val refuses the JSON. err may be NULL. */
int rig_doc_fails(const char *json, struct err *err);
/* The file's text; the caller frees. */
char *rig_show(const struct doc *doc, const char *path);
/* A directory's names, each followed by a blank. The caller frees. */
char *rig_list(const struct doc *doc, const char *path);
void rig_shows(const struct doc *doc, const char *path, const char *expected);
void rig_lists(const struct doc *doc, const char *path, const char *expected);

/* The change for a text; the test fails if the text is refused. */
struct change *rig_text(const struct doc *doc, const char *path, const char *text);
struct change *rig_spec(const struct doc *base, const struct doc *now, const char *json);
/* Checks the body of a change and frees the change. body has ' in place of "; NULL means that the
 * change must be empty. */
void rig_body_take(struct change *change, const char *body);
/* Replaces the document by the one with the change. */
void rig_apply_take(struct doc **doc, struct change *change);
/* Checks that a text or a spec.json is refused with this errno, and with this text in the
 * message. */
void rig_text_fails(const struct doc *doc, const char *path, const char *text, size_t len,
	int errnum, const char *sentence);
void rig_spec_fails(const struct doc *base, const struct doc *now, const char *json,
	int errnum, const char *sentence);

/* change_remove_item and change_rename_item of an entry of vpcPrefixes. */
int rig_remove_prefix(
	const struct doc *now, const char *name, struct change **ret, struct err *err);
int rig_rename_prefix(const struct doc *now, const char *from, const char *to,
	struct change **ret, struct err *err);

/* Calls fn for every writable file of the whole document. */
void rig_each_writable(const struct doc *doc,
	void (*fn)(void *arg, const char *path, const struct doc_field *field), void *arg);

#endif
