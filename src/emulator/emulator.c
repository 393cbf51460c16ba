/* SPDX-License-Identifier: MIT */
/* Starts the server's parts from its options, bottom-up, and stops them top-down. */
#include "emulator/emulator.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "front.h"
#include "listen.h"
#include "server.h"

struct emulator {
	char url[LISTEN_URL_MAX];
	char grpc_url[LISTEN_URL_MAX]; /* "" without gRPC */
	struct secret token;
	struct profile profile;
	struct service service;
	struct store *store; /* owned, and so are those below */
	struct faults *faults;
	struct requests *requests;
	struct holds *holds;
	struct server *server;
	struct front *front;
};

static int add_faults(
	struct emulator *emu, const struct emulator_options *options, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < options->fault_count; i++) {
		r = faults_add(emu->faults, options->faults[i], err);
		if (r == -E2BIG)
			r = -EINVAL;
	}
	return r;
}

/* Makes every part but the server: these can fail before a request was answered. */
static int prepare(
	struct emulator *emu, const struct emulator_options *options, struct err *err)
{
	const struct store_options store = {
		.profile = &emu->profile,
		.state_file = options->state_file,
		.load_file = options->load_file,
		.samples = options->samples,
		.provision_ms =
			profile_of(options->profile)->bare ? 0 : options->provision_ms,
	};
	int r = 0;

	emu->profile = *profile_of(options->profile);
	emu->profile.omit_defaults = options->omit_defaults;
	emu->faults = faults_new();
	emu->requests = requests_new(options->request_log_fd);
	emu->holds = emu->requests ? holds_new(emu->requests) : NULL;
	if (!emu->faults || !emu->holds)
		return err_set(err, ENOMEM, "out of memory");
	r = add_faults(emu, options, err);
	if (r == 0 && options->token)
		r = secret_set(&emu->token, options->token, strlen(options->token));
	if (r < 0)
		return err_set(err, -r, "the token: %s", strerror(-r));
	r = store_new(&store, &emu->store, err);
	emu->service = (struct service){.store = emu->store, .profile = store.profile};
	return r;
}

static int start(
	struct emulator *emu, const struct emulator_options *options, struct err *err)
{
	const struct server_parts parts = {
		.url = emu->url,
		.service = &emu->service,
		.faults = emu->faults,
		.holds = emu->holds,
		.requests = emu->requests,
		.token = &emu->token,
		.latency_ms = options->latency_ms,
	};
	int fd, r = listen_open("--listen", options->listen, &fd, emu->url, err);

	if (r == 0)
		r = server_start(fd, &parts, &emu->server, err);
	if (r == 0 && options->grpc_listen)
		r = listen_open("--grpc", options->grpc_listen, &fd, emu->grpc_url, err);
	if (r == 0 && options->grpc_listen)
		r = front_start(fd, emu->grpc_url, emu->url, &emu->front, err);
	return r;
}

int emulator_start(
	const struct emulator_options *options, struct emulator **ret, struct err *err)
{
	struct emulator *emu = calloc(1, sizeof(*emu));
	int r;

	if (!emu)
		return err_set(err, ENOMEM, "out of memory");
	r = prepare(emu, options, err);
	if (r == 0)
		r = start(emu, options, err);
	if (r < 0) {
		emulator_stop(emu);
		return r;
	}
	*ret = emu;
	return 0;
}

void emulator_stop(struct emulator *emu)
{
	if (!emu)
		return;
	front_stop(emu->front);
	server_stop(emu->server);
	store_free(emu->store);
	holds_free(emu->holds);
	requests_free(emu->requests);
	faults_free(emu->faults);
	secret_wipe(&emu->token);
	free(emu);
}

const char *emulator_url(const struct emulator *emu)
{
	return emu->url;
}

const char *emulator_grpc_url(const struct emulator *emu)
{
	return emu->grpc_url[0] ? emu->grpc_url : NULL;
}
