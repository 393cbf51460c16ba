/* SPDX-License-Identifier: MIT */
/* What one PATCH shall set: made from a person's text and a document, it knows its body, its mask,
 * and whether an answer shows it. Immutable; caller frees. */
#ifndef MODEL_CHANGE_H
#define MODEL_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"
#include "model/doc.h"

struct change;
void change_free(struct change *change); /* NULL is allowed */
void change_freep(struct change **change);
#define CLEANUP_CHANGE CLEANUP(change_freep)

/* What means the same is no change: a list with FIELD_SET is a set; addresses and CIDRs count by
 * what they say, not how they are spelled (10.0.0.1/13 is 10.0.0.0/13); a default is as good as a
 * missing value.
 *
 * The text of the file at path shall be this. Value and list files: with or without the last
 * newline; lists separated by blanks, commas and newlines. now is what the VPC is like; for a
 * scalar, a boolean or a whole list of addresses it may be out of date: only whether the path is
 * there and whether the content is equal is taken from it. A value of an item that may be made
 * (FIELD_MADE) and is not there is added to the list. Equal content (sets compared as sets) gives
 * an empty change.
 * For a read-only file: an empty change when the bytes are the file's bytes (the last newline may
 * be missing), else -EPERM.
 * Not for FIELD_SPEC (change_spec: -EINVAL) and FIELD_ERROR (-EPERM).
 * Errors, with a sentence that says what was wrong and what is expected: -EINVAL, -EPERM, -ENOENT,
 * -ENOTDIR, -EISDIR, -ENAMETOOLONG, -ENOMEM. */
int change_text(const struct doc *now, const char *path, const char *text, size_t len,
	struct change **ret, struct err *err);

/* The text is added to what now has at path. List files: addresses and CIDRs that are not in the
 * list yet are added to it, and none twice. Every other file: the file's text and this one behind
 * it, as for change_text; so a second value behind a scalar is -EINVAL. Errors: as change_text. */
int change_append(const struct doc *now, const char *path, const char *text, size_t len,
	struct change **ret, struct err *err);

/* spec.json is saved: what is in the text is what the VPC shall be. base is what the writer had
 * read, now what the VPC is like.
 * base NULL: nobody read anything, the text is absolute, and the change names the leaves in which
 * it differs from now.
 * With a base the change names the leaves in which the text differs from it, but for those that now
 * has as wanted already; leaves that the writer left alone stay as now has them. A leaf that
 * somebody else changed meanwhile to another value than the text's is a conflict. So is a text that
 * differs from its base nowhere, while now is not as it says.
 * Unknown keys, wrong types, a missing `name` or `zone`, text that does not parse, empty or
 * NUL-filled text are refused with line and column where there are any. What is left out or null
 * gets its default: false, an empty list. But what has FIELD_SPEC_ONLY_WITH, left out, stays as it
 * is, since the server chose it; where it equals what base (without one: now) has it is no change.
 * Entries of a list of objects are leaves of their own, by name, or by name and value where a name
 * stands more than once. The syntax of values is checked only where they differ from the base's
 * (without one: now's), so what the API once gave can always be saved again.
 * Errors: -EINVAL, -EBUSY (conflict; the sentence names each field and what the other wrote),
 * -ENOMEM. */
int change_spec(const struct doc *base, const struct doc *now, const char *text, size_t len,
	struct change **ret, struct err *err);
/* Whether the text is one complete JSON object that ends in a newline. */
bool change_spec_is_complete(const char *text, size_t len);

/* One entry less of a list, or one with another name. path: of the entry, which the table has
 * ("vpcPrefixes/pods"), and to a file name beside it; they mean an entry of now by what it is
 * (model/doc.h).
 * Errors, with a sentence: -ENOENT (no such entry in now), -EEXIST, -EINVAL, -ENOMEM. */
int change_remove_item(
	const struct doc *now, const char *path, struct change **ret, struct err *err);
int change_rename_item(const struct doc *now, const char *path, const char *to,
	struct change **ret, struct err *err);

/* Nothing to do. Errors: -ENOMEM. */
int change_none(struct change **ret);
bool change_is_empty(const struct change *change);
/* "ingress.disablePublicServices,vpcPrefixes"; borrowed. */
const char *change_mask(const struct change *change);
/* {"updateMask":"...", ...} as compact JSON; a false or an empty list that shall be set is written
 * out. */
int change_body(const struct change *change, struct buf *ret);
/* Whether the document shows everything that was asked (sets as sets, other lists in
 * order; fields of an item that only the server sets do not count). ret_done and ret_missing (may
 * be NULL) get the mask paths, comma separated. */
bool change_is_shown(const struct change *change, const struct doc *doc,
	struct buf *ret_done, struct buf *ret_missing);
/* Whether every leaf of the change that doc does not show as asked is in doc as it is in before:
 * the API ignored it, and nobody else changed it. False without memory to look. */
bool change_is_as_before(
	const struct change *change, const struct doc *before, const struct doc *doc);
/* The document as it would be with the change applied. Errors: -ENOMEM. */
int change_apply(const struct change *change, const struct doc *doc, struct doc **ret,
	struct err *err);

#endif
