/* SPDX-License-Identifier: MIT */
/* An emulator, and a client of it over HTTP. */
#ifndef TESTS_EMULATOR_RIG_H
#define TESTS_EMULATOR_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>
#include "emulator/emulator.h"

#define VPCS	"/v1beta1/networking/vpcs"
#define TOKEN	"secret"
#define ID_SIZE 128

struct reply {
	long status; /* 0: no answer */
	int curl;    /* CURLcode */
	char *body;  /* owned */
	size_t len;
	json_t *json;  /* owned; NULL if the body is not JSON */
	char *headers; /* owned */
};

struct rig {
	struct emulator *emu;
	char url[256];
	long timeout_ms;
	const char *header;	  /* one more request header, or NULL */
	const char *content_type; /* NULL is JSON */
	const char *token;	  /* NULL sends none */
	bool http2;		  /* without TLS and without negotiation */
	bool keep;		  /* one connection for all requests */
	void *easy;		  /* owned, when kept */
};

void rig_start(struct rig *rig, const struct emulator_options *options);
/* For cmocka: *state is a rig with the default options. */
int rig_setup(void **state);
int rig_teardown(void **state);
/* Attaches to a server that already runs. */
void rig_use(struct rig *rig, const char *url);
void rig_stop(struct rig *rig);

struct reply rig_ask(
	struct rig *rig, const char *method, const char *path, const char *body);
/* The same with a body of bytes. */
struct reply rig_send(struct rig *rig, const char *method, const char *path,
	const void *body, size_t len);
void reply_free(struct reply *r);
/* The value of the last header or trailer with that name, a new string; NULL if there is none. */
char *reply_header(const struct reply *r, const char *name);

/* The document in an answer about one VPC, with or without envelope; borrowed. */
json_t *reply_vpc(const struct reply *r);
/* "a.b.0.c" in json, or NULL. */
json_t *at(const json_t *json, const char *path);
const char *text_at(const json_t *json, const char *path);

/* Sends a request, asserts the status and frees the answer. */
void expect(struct rig *rig, const char *method, const char *path, const char *body,
	long status);
/* Creates a VPC and keeps its id. */
void make(struct rig *rig, const char *body, char id[ID_SIZE]);
/* Sends a PATCH of that VPC; returns the answer. */
struct reply patch(struct rig *rig, const char *id, const char *body);
void expect_patch(struct rig *rig, const char *id, const char *body, long status);
/* GET of that VPC. */
struct reply fetch(struct rig *rig, const char *id);
size_t list_count(struct rig *rig);
void add_fault(struct rig *rig, const char *rules);
void assert_text(const json_t *json, const char *path, const char *want);
void sleep_ms(unsigned ms);

#endif
