/* SPDX-License-Identifier: MIT */
/* Rules by which the server misbehaves. The grammar is on the manual page:
 *
 *	METHOD[:PATHPART]:ACTION[-before|-after][=ARG][*COUNT][@AFTER]
 */
#ifndef EMULATOR_FAULT_H
#define EMULATOR_FAULT_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>
#include "answer.h"
#include "base/err.h"
#include "route.h"

#define FAULT_TEXT_MAX 4096

enum fault_action {
	FAULT_NONE,
	FAULT_STATUS,
	FAULT_DELAY,
	FAULT_HANG,
	FAULT_HOLD,
	FAULT_CUT,
	FAULT_DRIP,
	FAULT_RESET,
	FAULT_GARBAGE,
	FAULT_WRONGTYPE,
	FAULT_REDIRECT,
	FAULT_HUGE,
	FAULT_EMPTY,
	FAULT_BODY,
	FAULT_STALE,
	FAULT_SILENT,
};

/* What happens to one request. */
struct fault {
	enum fault_action action;
	bool carried_out;	   /* the request takes effect before */
	uint64_t generation;	   /* of the rules it came from, see faults_clear */
	unsigned long long number; /* milliseconds or bytes; 0 of cut is half */
	bool rst;		   /* reset: by RST, not by FIN */
	unsigned status;	   /* and the rest: of FAULT_STATUS */
	enum rpc_code code;
	enum answer_shape shape;
	bool quota;
	bool has_retry_after;
	unsigned retry_after;	   /* seconds */
	char text[FAULT_TEXT_MAX]; /* body, URL or message */
};

struct fault_rule {
	char source[FAULT_TEXT_MAX]; /* as it was written */
	unsigned methods;	     /* bits 1 << enum route_kind */
	char path[256];		     /* a part of the path; "" is any */
	struct fault fault;
	bool counted;
	unsigned long long left; /* when counted */
	unsigned long long skip; /* matching requests to let through first */
	unsigned long long fired;
};

/* Errors: -EINVAL with one sentence. */
int fault_parse(const char *text, struct fault_rule *ret, struct err *err);

/* The name of a method in a rule to its bits, and the bit of a request. Errors: -EINVAL with one
 * sentence. */
int fault_parse_methods(const char *text, size_t len, unsigned *ret, struct err *err);
unsigned fault_method_bit(enum route_kind kind);

struct faults;

struct faults *faults_new(void);
void faults_free(struct faults *f);
/* All lines or none; blank ones and those that begin with '#' are skipped. Errors: -EINVAL,
 * -ENOMEM, -E2BIG. */
int faults_add(struct faults *f, const char *lines, struct err *err);
/* Returns the generation of the rules to come; those that were there had lower ones. */
uint64_t faults_clear(struct faults *f);
/* What the first rule that matches says; action FAULT_NONE when none does. */
void faults_pick(
	struct faults *f, enum route_kind kind, const char *path, struct fault *ret);
/* [{"rule":..., "fired":N, "left":N|null}] */
json_t *faults_show(struct faults *f);

#endif
