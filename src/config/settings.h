/* SPDX-License-Identifier: MIT */
/* The table of what may stand behind -o. */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include "base/buf.h"
#include "config/options.h"

extern const char *const config_api_names[]; /* by enum config_api */

/* A command line being read. */
struct parse {
	struct config *config; /* borrowed */
	char *endpoint;	       /* owned: from endpoint= */
	struct buf fuse_opts;  /* owned */
	bool has_ttl, has_timeout;
};

/* Takes one option of a -o list, without escapes; value is NULL when there was no "=".
 * Errors: -EINVAL with a sentence, -ENOMEM. */
int settings_take(
	struct parse *parse, const char *name, const char *value, struct err *err);

/* What the table of the kernel's and mount(8)'s words says of an option. */
enum mount_word {
	MOUNT_WORD_UNKNOWN,
	MOUNT_WORD_IGNORED, /* for mount(8), or always so here */
	MOUNT_WORD_PASSED,  /* to the kernel's mount */
	MOUNT_WORD_REFUSED,
};
/* ret_why: why it is refused. */
enum mount_word mount_word_find(const char *name, bool has_value, const char **ret_why);

/* The name of the table's row nearest to a misspelt one, NULL when none is near. */
const char *settings_nearest(const char *name);

#endif
