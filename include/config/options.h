/* SPDX-License-Identifier: MIT */
/* Command line and environment as one struct, each wrong value told in one sentence. */
#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/buf.h"
#include "base/err.h"

enum config_action { CONFIG_MOUNT, CONFIG_HELP, CONFIG_VERSION };

enum config_api { CONFIG_API_REST, CONFIG_API_CONNECT, CONFIG_API_GRPC };

/* All strings owned; config_release frees them. */
struct config {
	enum config_action action;
	char *endpoint;	  /* URL without a last slash; NULL with --emulator */
	char *mountpoint; /* absolute */
	char *token_file; /* NULL: environment, then $CREDENTIALS_DIRECTORY/coreweave-token */
	char *zone;	  /* NULL: mkdir of a VPC is EINVAL */
	char *cacert;
	bool loopback; /* the endpoint is on this machine: no proxy */
	unsigned api;  /* enum config_api */
	uint64_t ttl_ms;
	uint64_t timeout_ms;
	bool allow_http;
	bool read_only;
	bool dry_run;
	bool nodelete;
	bool allow_other;
	bool foreground;
	bool debug;
	bool emulator;
	char *emulator_state; /* NULL: in memory only */
	uid_t uid;	      /* default: the user's */
	gid_t gid;
	mode_t umask; /* default 077 */
	char *fuse_opts; /* what is left for the kernel's mount: "noatime,exec"; "" when none */
};

/* argv as main has it; env is getenv or a test's. Prints nothing. Errors, with a sentence that
 * names the option, what is wrong, what is expected: -EINVAL (usage), -EACCES (http:// is refused);
 * -ENOMEM. */
int config_parse(int argc, char *const *argv, const char *(*env)(const char *name),
	struct config *ret, struct err *err);
void config_release(struct config *config);
/* The text of -h. */
const char *config_help(void);
/* The options in force, a line each as "name=value", no secrets: `.vpcfs/options`. */
int config_print(const struct config *config, struct buf *ret);

#endif
