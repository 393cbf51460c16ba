/* SPDX-License-Identifier: MIT */
/* The five calls of the service. May be called from any thread. */
#ifndef EMULATOR_SERVICE_H
#define EMULATOR_SERVICE_H

#include "answer.h"
#include "profile.h"
#include "route.h"
#include "store.h"

struct service {
	struct store *store;	       /* borrowed */
	const struct profile *profile; /* borrowed */
};

struct service_call {
	enum route_kind kind;
	const char *id;	       /* for calls about one VPC */
	const json_t *request; /* decoded; for POST and PATCH */
	const struct history_cause *cause;
	unsigned lag_ms; /* LIST and GET show the state of so long ago */
	bool silent;	 /* PATCH and DELETE answer 200 and change nothing */
};

/* Blocks on the disk. */
struct answer service_answer(struct service *s, const struct service_call *call);

/* The control endpoint's answer, see history_show. */
struct answer service_history(struct service *s, uint64_t after);

#endif
