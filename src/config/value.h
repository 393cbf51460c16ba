/* SPDX-License-Identifier: MIT */
/* Converts the text of an option's value. Nothing here depends on the locale. */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define VALUE_SECONDS_MAX 86400

/* Seconds such as "5" or "0.25", as milliseconds, rounded up. Returns false for any other text and
 * for more than VALUE_SECONDS_MAX. */
bool value_seconds(const char *text, uint64_t *ret_ms);
/* The same for a duration as Go writes it ("1m30s", "500ms"), or seconds without a unit. */
bool value_duration(const char *text, uint64_t *ret_ms);
bool value_umask(const char *text, mode_t *ret);
/* A number or a name. */
bool value_uid(const char *text, uid_t *ret);
bool value_gid(const char *text, gid_t *ret);
/* Returns the absolute path, which the caller owns. It is made from the text alone, because a dead
 * mount on the way must not be asked. NULL if there is no memory or no working directory. */
char *value_absolute(const char *path);

#endif
