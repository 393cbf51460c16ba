/* SPDX-License-Identifier: MIT */
/* Members of an object by a path of the schema ("dhcp/dns/servers"). null is treated as missing:
 * ProtoJSON says so. */
#ifndef MODEL_JSON_MEMBER_H
#define MODEL_JSON_MEMBER_H

#include <jansson.h>

/* The value at the path. NULL if it is missing or null, or if the path leads through something that
 * is not an object. Borrowed. */
json_t *json_member_get(const json_t *object, const char *path);
/* The string at the path, else "". Borrowed. */
const char *json_member_text(const json_t *object, const char *path);
/* Puts value at the path, and makes the objects on the way. Takes value, also on failure; NULL is
 * -ENOMEM. The object must be the caller's own. */
int json_member_put_take(json_t *object, const char *path, json_t *value);

#endif
