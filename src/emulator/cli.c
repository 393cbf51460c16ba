/* SPDX-License-Identifier: MIT */
/* The command line of vpcfs-emulator. */
#include "cli.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLI_MS_MAX 86400000ul

const char cli_usage[] =
	"usage: vpcfs-emulator [--listen HOST:PORT] [--token TOKEN] [--profile "
	"live|reference]\n"
	"                      [--load FILE] [--state FILE] [--samples] [--latency MS]\n"
	"                      [--provision MS] [--fault RULE]... [--omit-defaults]\n"
	"                      [--grpc HOST:PORT] [--verbose]\n"
	"A server of the CoreWeave VPC API on loopback, for trying and testing: by REST,\n"
	"Connect and gRPC-Web on one port, by gRPC on another.\n"
	"\n"
	"  -l, --listen HOST:PORT   where to listen, default 127.0.0.1:0; port 0 is any "
	"free one\n"
	"      --grpc HOST:PORT     serve gRPC over HTTP/2 there (needs nghttpx)\n"
	"  -t, --token TOKEN        accept only this token, \"-\" to read it from "
	"standard\n"
	"                           input; by default any that is not empty\n"
	"  -p, --profile NAME       live: as the service was seen to behave (default);\n"
	"                           reference: as its reference is written\n"
	"  -L, --load FILE          start with this list answer: {\"items\":[...]}\n"
	"  -s, --state FILE         keep the VPCs in this file; they survive a crash\n"
	"  -S, --samples            start with sample VPCs if there are none\n"
	"      --latency MS         wait before each answer\n"
	"      --provision MS       how long CREATING, UPDATING and DELETING last\n"
	"  -f, --fault RULE         misbehave: "
	"METHOD[:PATHPART]:ACTION[=ARG][*COUNT][@AFTER]\n"
	"      --omit-defaults      leave unset fields out of answers (false, [], null)\n"
	"  -v, --verbose            write a line for each request to standard error\n"
	"  -h, --help   -V, --version\n"
	"\n"
	"Faults: METHOD is LIST, GET, POST, PATCH, DELETE or ANY, ACTION one of\n"
	"  status=N[,OPTION...] delay=MS hang hold reset[=rst] cut[=BYTES] drip=MS\n"
	"  garbage wrongtype empty body=TEXT huge=BYTES redirect[=URL] stale=MS\n"
	"  (or lag=MS) silent; most take -before or -after: hold-after\n"
	"Control, with the token: GET POST DELETE /emulator/faults, POST "
	"/emulator/release,\n"
	"  GET DELETE /emulator/requests, GET /emulator/history[?after=N]\n"
	"\n"
	"Prints \"listening on URL\" when it is ready. vpcfs-emulator(1) has the "
	"details.\n";

enum { OPT_LATENCY = 256, OPT_PROVISION, OPT_OMIT_DEFAULTS, OPT_GRPC };

static const struct option long_options[] = {
	{"listen", required_argument, NULL, 'l'},
	{"grpc", required_argument, NULL, OPT_GRPC},
	{"token", required_argument, NULL, 't'},
	{"profile", required_argument, NULL, 'p'},
	{"load", required_argument, NULL, 'L'},
	{"state", required_argument, NULL, 's'},
	{"samples", no_argument, NULL, 'S'},
	{"latency", required_argument, NULL, OPT_LATENCY},
	{"provision", required_argument, NULL, OPT_PROVISION},
	{"fault", required_argument, NULL, 'f'},
	{"omit-defaults", no_argument, NULL, OPT_OMIT_DEFAULTS},
	{"verbose", no_argument, NULL, 'v'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static int parse_ms(const char *name, const char *text, unsigned *ret, struct err *err)
{
	unsigned long n;

	errno = 0;
	n = strtoul(text, NULL, 10);
	if (!*text || strspn(text, "0123456789") != strlen(text) || errno || n > CLI_MS_MAX)
		return err_set(err, EINVAL, "%s %s: not a number of milliseconds up to %lu",
			name, text, CLI_MS_MAX);
	*ret = (unsigned)n;
	return 0;
}

static int parse_profile(struct cli *cli, const char *name, struct err *err)
{
	if (strcmp(name, "live") == 0)
		cli->options.profile = EMULATOR_LIVE;
	else if (strcmp(name, "reference") == 0)
		cli->options.profile = EMULATOR_REFERENCE;
	else
		return err_set(
			err, EINVAL, "--profile %s: must be live or reference", name);
	return 0;
}

static int add_fault(struct cli *cli, const char *rule, struct err *err)
{
	if (cli->options.fault_count == CLI_FAULTS_MAX)
		return err_set(err, EINVAL, "--fault: at most %d rules are allowed",
			CLI_FAULTS_MAX);
	cli->faults[cli->options.fault_count++] = rule;
	cli->options.faults = cli->faults;
	return 0;
}

/* The list of processes shows a token that is given as an argument. */
static int parse_token(struct cli *cli, const char *arg, struct err *err)
{
	cli->options.token = arg;
	if (strcmp(arg, "-") == 0) {
		cli->options.token = cli->token;
		if (!fgets(cli->token, sizeof(cli->token), stdin))
			cli->token[0] = '\0';
		cli->token[strcspn(cli->token, "\n")] = '\0';
	}
	return *cli->options.token ? 0 : err_set(err, EINVAL, "--token: must not be empty");
}

static int parse_flag(struct cli *cli, int opt, struct err *err)
{
	switch (opt) {
	case 'S':
		cli->options.samples = true;
		return 0;
	case OPT_OMIT_DEFAULTS:
		cli->options.omit_defaults = true;
		return 0;
	case 'v':
		cli->options.request_log_fd = STDERR_FILENO;
		return 0;
	case 'h':
		cli->help = true;
		return 0;
	case 'V':
		cli->version = true;
		return 0;
	default:
		return -EINVAL;
	}
}

static int parse_option(struct cli *cli, int opt, const char *arg, struct err *err)
{
	struct emulator_options *o = &cli->options;

	switch (opt) {
	case 'l':
		o->listen = arg;
		return 0;
	case OPT_GRPC:
		o->grpc_listen = arg;
		return 0;
	case 't':
		return parse_token(cli, arg, err);
	case 'p':
		return parse_profile(cli, arg, err);
	case 'L':
		o->load_file = arg;
		return 0;
	case 's':
		o->state_file = arg;
		return 0;
	case OPT_LATENCY:
		return parse_ms("--latency", arg, &o->latency_ms, err);
	case OPT_PROVISION:
		return parse_ms("--provision", arg, &o->provision_ms, err);
	case 'f':
		return add_fault(cli, arg, err);
	default:
		return parse_flag(cli, opt, err);
	}
}

int cli_parse(struct cli *cli, int argc, char *const argv[], struct err *err)
{
	int opt, r = 0;

	*cli = (struct cli){.help = false};
	opterr = 0;
	optind = 1;
	while (r == 0 && (opt = getopt_long(argc, argv, ":l:t:p:L:s:Sf:vhV", long_options,
				  NULL)) != -1) {
		if (opt == ':')
			return err_set(err, EINVAL, "%s needs a value", argv[optind - 1]);
		if (opt == '?')
			return err_set(err, EINVAL, "%s: unknown option", argv[optind - 1]);
		r = parse_option(cli, opt, optarg, err);
	}
	if (r == 0 && optind < argc && !cli->help && !cli->version)
		return err_set(err, EINVAL, "%s: unexpected argument", argv[optind]);
	return r;
}
