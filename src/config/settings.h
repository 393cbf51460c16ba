/* SPDX-License-Identifier: MIT */
/* The one table of options: what may stand behind -o, and the flags. Parsing, -h, `.vpcfs/options`
 * and the lists of the README and the man page come from it. */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include <stddef.h>
#include "base/buf.h"
#include "config/options.h"

/* What becomes of the value, and which type the member of struct config has. */
enum setting_type {
	SETTING_ON,	 /* bool, without a value */
	SETTING_OFF,	 /* the same, the other way round */
	SETTING_TEXT,	 /* char * */
	SETTING_PATH,	 /* char *, made absolute */
	SETTING_URL,	 /* char * */
	SETTING_COMMAND, /* char **, words */
	SETTING_TIME,	 /* uint64_t, milliseconds */
	SETTING_LIMIT,	 /* the same, and not 0 */
	SETTING_USER,	 /* uid_t */
	SETTING_GROUP,	 /* gid_t */
	SETTING_MODE,	 /* mode_t */
	SETTING_WORD,	 /* unsigned: the place among the setting's words */
	SETTING_ACTION,	 /* enum config_action: the setting's own */
	SETTING_STATUS,	 /* an action, and the mountpoint that it is about */
	SETTING_EMULATOR,
	SETTING_DEBUG,
	SETTING_LIST,  /* -o itself */
	SETTING_NONE,  /* taken, without effect */
	SETTING_TOKEN, /* refused, with a sentence that says what to do instead */
};

struct setting {
	/* behind -o, or behind -- of a flag; NULL: a flag that is a letter only */
	const char *name;
	/* of a flag; 0: none */
	char letter;
	bool is_flag;
	/* as -h names it; NULL: it has no value */
	const char *argument;
	bool is_argument_optional;
	enum setting_type type;
	/* of its member in struct config */
	size_t offset;
	const char *const *words;
	enum config_action action;
	/* of the environment, that counts where the option is not given */
	const char *variable;
	/* the value where neither is; NULL: none */
	const char *fallback;
	/* in words, where the default is no value */
	const char *otherwise;
	/* what it does; NULL: not in -h */
	const char *help;
};

#define SETTINGS_MAX 64

extern const struct setting settings[];
extern const size_t setting_count;

/* A command line being read. */
struct parse {
	/* borrowed */
	struct config *config;
	/* owned */
	struct buf fuse_opts;
	/* by its row */
	bool is_given[SETTINGS_MAX];
	/* mount(8) runs it: -f means fake */
	bool is_mount_helper;
};

#define ARGS_MAX 2

/* What is no option: [ENDPOINT] MOUNTPOINT. */
struct args {
	/* borrowed from argv */
	const char *positional[ARGS_MAX];
	int positionals;
};

/* Takes the command line, up to a flag that asks for help or the version. Errors: -EINVAL with a
 * sentence, -ENOMEM. */
int command_line_take(struct parse *parse, struct args *args, int argc, char *const *argv,
	struct err *err);

/* Takes one option of a -o list, without escapes; value is NULL when there was no "=".
 * Errors: -EINVAL with a sentence, -ENOMEM. */
int settings_take(
	struct parse *parse, const char *name, const char *value, struct err *err);
/* The member of the table's row as its value says. Errors: as above. */
int setting_take(const struct setting *setting, struct config *config, const char *value,
	struct err *err);

/* What the table of the kernel's and mount(8)'s words says of an option. */
enum mount_word {
	MOUNT_WORD_UNKNOWN,
	MOUNT_WORD_IGNORED, /* for mount(8), or always so here */
	MOUNT_WORD_PASSED,  /* to the kernel's mount */
	MOUNT_WORD_REFUSED,
};
/* ret_why: why it is refused. */
enum mount_word mount_word_find(const char *name, bool has_value, const char **ret_why);

/* The name of the -o option nearest to a misspelt one, NULL when none is near. */
const char *settings_nearest(const char *name);

#endif
