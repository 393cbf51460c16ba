/* SPDX-License-Identifier: MIT */
/* The command line and the environment as one struct. A wrong value is reported in one sentence. */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"

enum config_action {
	CONFIG_MOUNT,
	CONFIG_HELP,
	CONFIG_VERSION,
	CONFIG_STATUS,
};

/* The protocol that is spoken to the service. */
enum config_api { CONFIG_API_REST, CONFIG_API_CONNECT, CONFIG_API_GRPC };

/* All strings owned; config_release frees them. */
struct config {
	enum config_action action;
	/* URL without a trailing slash; NULL with --emulator */
	char *endpoint;
	/* absolute; with CONFIG_STATUS that of the mount to look at */
	char *mountpoint;
	/* at most one of token_file and token_command is set; if neither is, the token comes from
	 * the environment, else from $CREDENTIALS_DIRECTORY/coreweave-token */
	char *token_file;
	/* its words, ended by NULL */
	char **token_command;
	/* NULL: mkdir of a VPC is EINVAL */
	char *zone;
	/* enum config_api */
	unsigned api;
	char *cacert;
	/* the endpoint is on this machine: no proxy */
	bool loopback;
	uint64_t ttl_ms;
	uint64_t timeout_ms;
	bool allow_http;
	bool read_only;
	bool dry_run;
	bool nodelete;
	bool allow_other;
	bool foreground;
	bool json;
	bool emulator;
	/* NULL: in memory only */
	char *emulator_state;
	/* enum log_level */
	unsigned log_level;
	/* default: those of the user */
	uid_t uid;
	gid_t gid;
	/* default 077 */
	mode_t umask;
	/* NULL: the endpoint */
	char *fsname;
	/* the options that are passed to the kernel's mount: "noatime,exec"; "" if there are none
	 */
	char *fuse_opts;
};

/* Reads the command line and the environment. argv is that of main; env is getenv or a test's own.
 * Prints nothing. Errors, with a sentence that names the option, what is wrong and what is
 * expected: -EINVAL (usage), -EACCES (http:// is refused); -ENOMEM. */
int config_parse(int argc, char *const *argv, const char *(*env)(const char *name),
	struct config *ret, struct err *err);
void config_release(struct config *config);
/* Adds the text of -h to ret. Errors: -ENOMEM, -EFBIG. */
int config_help(struct buf *ret);
/* Adds the text of `.vpcfs/options` to ret: the options in force, a line "name=value" each, without
 * secrets. Errors: -ENOMEM, -EFBIG. */
int config_print(const struct config *config, struct buf *ret);

#endif
