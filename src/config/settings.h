/* SPDX-License-Identifier: MIT */
/* The one table of options: those that may stand behind -o, and the flags. Parsing, -h,
 * `.vpcfs/options` and the lists of the README and the man page come from it. */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include <stddef.h>
#include "base/buf.h"
#include "config/options.h"

/* What is done with the value, and the type of the member of struct config. */
enum setting_type {
	SETTING_ON,	 /* bool, set to true; takes no value */
	SETTING_OFF,	 /* bool, set to false; takes no value */
	SETTING_TEXT,	 /* char * */
	SETTING_PATH,	 /* char *, made absolute */
	SETTING_URL,	 /* char * */
	SETTING_COMMAND, /* char **, words */
	SETTING_TIME,	 /* uint64_t, milliseconds */
	SETTING_LIMIT,	 /* uint64_t, milliseconds, not 0 */
	SETTING_USER,	 /* uid_t */
	SETTING_GROUP,	 /* gid_t */
	SETTING_MODE,	 /* mode_t */
	SETTING_WORD,	 /* unsigned: the index in the setting's words */
	SETTING_ACTION,	 /* enum config_action: the setting's action */
	SETTING_STATUS,	 /* an action, and the mountpoint to look at */
	SETTING_EMULATOR,
	SETTING_DEBUG,
	SETTING_LIST,  /* -o itself */
	SETTING_NONE,  /* accepted, without effect */
	SETTING_TOKEN, /* refused; the sentence says what to do instead */
};

struct setting {
	/* the name after -o, or after the -- of a flag; NULL: a flag with a letter only */
	const char *name;
	/* the letter of a flag; 0: none */
	char letter;
	bool is_flag;
	/* its value's name in -h; NULL: it takes no value */
	const char *argument;
	bool is_argument_optional;
	enum setting_type type;
	/* offset of its member in struct config */
	size_t offset;
	const char *const *words;
	enum config_action action;
	/* the environment variable that counts if the option is not given */
	const char *variable;
	/* the value if neither the option nor the variable is given; NULL: none */
	const char *fallback;
	/* the default in words, if it is not a value */
	const char *otherwise;
	/* what it does; NULL: not in -h */
	const char *help;
};

#define SETTINGS_MAX 64

extern const struct setting settings[];
extern const size_t setting_count;

#define ARGS_MAX 2

/* A command line being read. */
struct parse {
	/* borrowed */
	struct config *config;
	/* reads the environment */
	const char *(*env)(const char *name);
	/* owned */
	struct buf fuse_opts;
	/* by the index in the table */
	bool is_given[SETTINGS_MAX];
	/* the arguments that are not options: [ENDPOINT] MOUNTPOINT; borrowed from argv */
	const char *positional[ARGS_MAX];
	int positionals;
};

/* Reads the command line, up to a flag that asks for help or the version. Errors: -EINVAL with a
 * sentence, -ENOMEM. */
int command_line_take(struct parse *parse, int argc, char *const *argv, struct err *err);

/* Takes one option of a -o list, whose escapes are resolved. value is NULL if there was no "=".
 * Errors: -EINVAL with a sentence, -ENOMEM. */
int settings_take(
	struct parse *parse, const char *name, const char *value, struct err *err);
/* Sets the setting's member of config from the value. Errors: as above. */
int setting_take(const struct setting *setting, struct config *config, const char *value,
	struct err *err);

/* How an option that is a word of the kernel or of mount(8) is treated. */
enum mount_word {
	MOUNT_WORD_UNKNOWN,
	MOUNT_WORD_IGNORED, /* it is for mount(8), or always so here */
	MOUNT_WORD_PASSED,  /* passed to the kernel's mount */
	MOUNT_WORD_REFUSED,
};
/* Looks the word up. *ret_why only counts for MOUNT_WORD_REFUSED, and says why the word is refused.
 */
enum mount_word mount_word_find(const char *name, bool has_value, const char **ret_why);

/* Returns the name of the -o option that is nearest to a misspelt one; NULL if none is near. */
const char *settings_nearest(const char *name);

#endif
