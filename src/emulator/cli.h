/* SPDX-License-Identifier: MIT */
/* The command line of vpcfs-emulator. */
#ifndef EMULATOR_CLI_H
#define EMULATOR_CLI_H

#include "base/err.h"
#include "emulator/emulator.h"

#define CLI_FAULTS_MAX 256
#define CLI_TOKEN_MAX  4096

struct cli {
	struct emulator_options options;
	const char *faults[CLI_FAULTS_MAX]; /* borrowed from argv */
	char token[CLI_TOKEN_MAX];	    /* read from standard input */
	bool help;
	bool version;
};

/* The options' strings are borrowed from argv. Errors: -EINVAL with one sentence. */
int cli_parse(struct cli *cli, int argc, char *const argv[], struct err *err);
extern const char cli_usage[];

#endif
