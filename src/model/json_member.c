/* SPDX-License-Identifier: MIT */
/* Members of an object by a path of the schema. */
#include "json_member.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define KEY_MAX 64 /* bytes of a key of the schema, with the NUL */

/* Copies the first key of the path. Returns the rest of the path, NULL if that was the last key. */
static const char *member_split(const char *path, char key[KEY_MAX])
{
	const char *slash = strchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : strlen(path);

	assert(len < KEY_MAX);
	memcpy(key, path, len);
	key[len] = '\0';
	return slash ? slash + 1 : NULL;
}

json_t *json_member_get(const json_t *object, const char *path)
{
	char key[KEY_MAX];
	json_t *found;

	do {
		path = member_split(path, key);
		found = json_object_get(object, key);
		object = found;
	} while (path && found);
	return json_is_null(found) ? NULL : found;
}

const char *json_member_text(const json_t *object, const char *path)
{
	const char *text = json_string_value(json_member_get(object, path));

	return text ? text : "";
}

int json_member_put_take(json_t *object, const char *path, json_t *value)
{
	char key[KEY_MAX];

	if (!value)
		return -ENOMEM;
	while ((path = member_split(path, key))) {
		json_t *next = json_object_get(object, key);

		if (!json_is_object(next)) {
			next = json_object();
			if (json_object_set_new(object, key, next) < 0)
				next = NULL;
		}
		if (!next) {
			json_decref(value);
			return -ENOMEM;
		}
		object = next;
	}
	return json_object_set_new(object, key, value) < 0 ? -ENOMEM : 0;
}
