/* SPDX-License-Identifier: MIT */
/* Fault rules: how the server misbehaves. The manual page explains the grammar:
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
	bool carried_out;	   /* the request takes effect first */
	uint64_t generation;	   /* of its rule, see faults_clear */
	unsigned long long number; /* milliseconds or bytes; 0 cuts at half the body */
	bool rst;		   /* FAULT_RESET: send RST instead of FIN */
	unsigned status;	   /* this and the rest: for FAULT_STATUS */
	enum rpc_code code;
	enum answer_shape shape;
	bool quota;
	bool has_retry_after;
	unsigned retry_after;	   /* seconds */
	char text[FAULT_TEXT_MAX]; /* body, URL or message */
};

struct fault_rule {
	char source[FAULT_TEXT_MAX]; /* the rule's own text */
	unsigned methods;	     /* bits 1 << enum route_kind */
	char path[256];		     /* a part of the path; "" matches any */
	struct fault fault;
	bool counted;
	unsigned long long left; /* times it still applies, if counted */
	unsigned long long skip; /* matching requests that still pass first */
	unsigned long long fired;
};

/* Errors: -EINVAL with one sentence. */
int fault_parse(const char *text, struct fault_rule *ret, struct err *err);

/* The bits of a rule's method name. Errors: -EINVAL with one sentence. */
int fault_parse_methods(const char *text, size_t len, unsigned *ret, struct err *err);
/* The bit of a request. */
unsigned fault_method_bit(enum route_kind kind);

struct faults;

struct faults *faults_new(void);
void faults_free(struct faults *f);
/* Adds the rules of all lines, or on an error none. Skips blank lines and lines that begin with
 * '#'. Errors: -EINVAL, -ENOMEM, -E2BIG. */
int faults_add(struct faults *f, const char *lines, struct err *err);
/* Removes all rules. Returns the generation of the rules that will be added; the removed ones had
 * lower generations. */
uint64_t faults_clear(struct faults *f);
/* The fault of the first rule that applies, which counts as fired; FAULT_NONE if no rule applies.
 * */
void faults_pick(
	struct faults *f, enum route_kind kind, const char *path, struct fault *ret);
/* [{"rule":..., "fired":N, "left":N|null}] */
json_t *faults_show(struct faults *f);

#endif
