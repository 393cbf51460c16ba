/* SPDX-License-Identifier: MIT */
/* The text of one option's value as what it means; nothing here depends on the locale. */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define VALUE_SECONDS_MAX 86400

/* "5", "0.25": milliseconds, rounded up; false for anything else and past VALUE_SECONDS_MAX. */
bool value_seconds(const char *text, uint64_t *ret_ms);
/* A duration as Go writes it ("1m30s", "500ms") or bare seconds. */
bool value_duration(const char *text, uint64_t *ret_ms);
bool value_umask(const char *text, mode_t *ret);
/* A number or a name. */
bool value_uid(const char *text, uid_t *ret);
bool value_gid(const char *text, gid_t *ret);
/* The path from the root, made so as text: a dead mount on the way must not be asked. NULL without
 * memory or without a working directory. */
char *value_absolute(const char *path);

#endif
