/* SPDX-License-Identifier: MIT */
/* The five calls of the service. Any thread. */
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
	const char *id;	       /* of calls about one VPC */
	const json_t *request; /* decoded; of POST and PATCH */
	const struct history_cause *cause;
	unsigned lag_ms; /* LIST and GET show what was so long ago */
	bool silent;	 /* PATCH and DELETE say 200 and do nothing */
};

/* Blocks on the disk. */
struct answer service_answer(struct service *s, const struct service_call *call);

/* What the control endpoint shows, see history_show. */
struct answer service_history(struct service *s, uint64_t after);

#endif
