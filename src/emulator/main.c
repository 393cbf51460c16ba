/* SPDX-License-Identifier: MIT */
/* vpcfs-emulator: starts the server, says where it listens, waits for the signal to end. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"

enum { EXIT_USAGE = 2 };

static int complain(const struct err *err, int r, int status)
{
	fprintf(stderr, "vpcfs-emulator: %s\n", err->text[0] ? err->text : strerror(-r));
	return status;
}

static int serve(const struct cli *cli, const sigset_t *ends)
{
	struct err err = {""};
	struct emulator *emu;
	int signal_number, status = EXIT_SUCCESS;
	int r = emulator_start(&cli->options, &emu, &err);

	if (r < 0)
		return complain(&err, r, r == -EINVAL ? EXIT_USAGE : EXIT_FAILURE);
	printf("listening on %s\n", emulator_url(emu));
	if (emulator_grpc_url(emu))
		printf("listening for gRPC on %s\n", emulator_grpc_url(emu));
	if (fflush(stdout) == 0)
		sigwait(ends, &signal_number);
	else
		status = complain(
			&(struct err){"cannot write to standard output"}, 0, EXIT_FAILURE);
	emulator_stop(emu);
	return status;
}

int main(int argc, char *argv[])
{
	struct err err = {""};
	struct cli cli;
	sigset_t ends;
	int r = cli_parse(&cli, argc, argv, &err);

	if (r < 0)
		return complain(&err, r, EXIT_USAGE);
	if (cli.help || cli.version) {
		printf("%s", cli.help ? cli_usage : "vpcfs-emulator " VPCFS_VERSION "\n");
		return EXIT_SUCCESS;
	}
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGHUP);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	return serve(&cli, &ends);
}
