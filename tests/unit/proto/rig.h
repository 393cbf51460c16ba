/* SPDX-License-Identifier: MIT */
/* What the tests of this layer share: types by short names, and assertions for both directions. */
#ifndef TESTS_PROTO_RIG_H
#define TESTS_PROTO_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/buf.h"
#include "proto/msg.h"

#define RIG_MAX ((size_t)1 << 20)

/* "VPC" is coreweave.networking.v1beta1.VPC; a name with a dot is a full name. */
static inline const struct msg_type *rig_type(const char *name)
{
	const struct msg_type *type = NULL;
	char whole[128];

	snprintf(whole, sizeof(whole), "coreweave.networking.v1beta1.%s", name);
	type = msg_type_named(whole);
	if (!type)
		type = msg_type_named(name);
	assert_non_null(type);
	return type;
}

/* Converts JSON to the wire format and back; ret gets the resulting JSON. */
static inline void rig_round(
	const char *name, const char *json, unsigned flags, struct buf *ret)
{
	CLEANUP_BUF struct buf wire = BUF_INIT(RIG_MAX);
	struct err err = {""};
	int r = msg_json_to_wire(rig_type(name), json, strlen(json), 0, &wire, &err);

	if (r == 0)
		r = msg_wire_to_json(rig_type(name), wire.data, wire.len, flags, ret, &err);
	if (r != 0 || err.text[0])
		fail_msg("%s %s: %s", name, json, err.text);
}

static inline void rig_expect(
	const char *name, const char *json, unsigned flags, const char *expected)
{
	CLEANUP_BUF struct buf back = BUF_INIT(RIG_MAX);

	rig_round(name, json, flags, &back);
	assert_string_equal(buf_str(&back), expected);
}

#endif
