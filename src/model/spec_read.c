/* SPDX-License-Identifier: MIT */
/* The strict reader of spec.json: what is not understood is refused, so that nothing is dropped in
 * silence. */
#include "spec_read.h"

#include <errno.h>
#include <string.h>
#include "member.h"
#include "model/doc.h"
#include "model/val.h"
#include "rows.h"
#include "scan.h"
#include "shape.h"

static int spec_parse(struct spec *spec, struct err *err)
{
	static const char hint[] = "expected a whole JSON object, nothing is changed";
	struct reader r = {.text = spec->text, .len = spec->len};
	struct val *val;
	int e;

	if (spec->len > DOC_TEXT_MAX)
		return err_set(err, EINVAL, "spec.json: the text is too long");
	reader_peek(&r);
	if (r.at == spec->len)
		return err_set(err, EINVAL, "spec.json: the text is empty; %s", hint);
	if (memchr(spec->text, '\0', spec->len))
		return err_set(
			err, EINVAL, "spec.json: the text holds NUL bytes; %s", hint);
	e = val_parse(spec->text, spec->len, VAL_STRICT, &val, err);
	if (e == 0)
		spec->object = (json_t *)val;
	return e;
}

static int spec_check_required(const struct spec *spec, struct err *err)
{
	const struct row *leaf = NULL;

	while ((leaf = leaf_next(leaf))) {
		if (leaf->flags & FIELD_REQUIRED && !member_get(spec->object, leaf->path))
			return err_set(err, EINVAL,
				"spec.json: %s is missing; what is saved is what the VPC "
				"shall be, "
				"and it must have name and zone",
				leaf->path);
	}
	return 0;
}

int spec_read(struct spec *spec, struct err *err)
{
	struct shape shape = {
		.errnum = EINVAL, .is_strict = true, .text = spec->text, .len = spec->len};
	int r = spec_parse(spec, err);

	if (r == 0)
		r = shape_check(&shape, spec->object, err);
	if (r == 0 && !spec->is_part)
		r = spec_check_required(spec, err);
	return r;
}

void spec_release(struct spec *spec)
{
	json_decref(spec->object);
	spec->object = NULL;
}
