/* SPDX-License-Identifier: MIT */
/* Members of an object by a path of the table ("dhcp/dns/servers"). null is as good as missing:
 * ProtoJSON says so. */
#ifndef MODEL_JSON_MEMBER_H
#define MODEL_JSON_MEMBER_H

#include <jansson.h>

/* Borrowed; NULL when missing, null, or when something on the way is no object. */
json_t *json_member_get(const json_t *object, const char *path);
/* The text there, or "". */
const char *json_member_text(const json_t *object, const char *path);
/* Takes value, also on failure; NULL is -ENOMEM. Makes the objects on the way. The object must be
 * the caller's own. */
int json_member_put_take(json_t *object, const char *path, json_t *value);

#endif
