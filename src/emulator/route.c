/* SPDX-License-Identifier: MIT */
/* HTTP method and path to the call or control endpoint. */
#include "route.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "proto/method.h"

#define VPCS_PATH    "/v1beta1/networking/vpcs"
#define SERVICE_PATH "/coreweave.networking.v1beta1.VPCService/"

static const enum method_id methods[ROUTE_CALLS] = {
	[ROUTE_LIST] = METHOD_LIST_VPCS,
	[ROUTE_CREATE] = METHOD_CREATE_VPC,
	[ROUTE_GET] = METHOD_GET_VPC,
	[ROUTE_PATCH] = METHOD_UPDATE_VPC,
	[ROUTE_DELETE] = METHOD_DELETE_VPC,
};

const struct method *route_method(enum route_kind kind)
{
	return kind < ROUTE_CALLS ? method_of(methods[kind]) : NULL;
}

struct method_row {
	const char *method;
	enum route_kind kind;
};

static void pick(
	struct route *r, const char *method, const struct method_row *rows, size_t count)
{
	r->kind = ROUTE_WRONG_METHOD;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].method, method) == 0)
			r->kind = rows[i].kind;
	}
}

/* "%41" to "A". Returns false if the result is too long or an escape is broken. */
static bool unescape(const char *from, char *to, size_t size)
{
	size_t n = 0;

	for (; *from; from++) {
		char hex[3] = "", c = *from;

		if (n + 1 >= size)
			return false;
		if (c == '%') {
			if (!isxdigit((unsigned char)from[1]) ||
				!isxdigit((unsigned char)from[2]))
				return false;
			memcpy(hex, from + 1, 2);
			c = (char)strtoul(hex, NULL, 16);
			from += 2;
		}
		if (!c)
			return false;
		to[n++] = c;
	}
	to[n] = '\0';
	return true;
}

static void find_control(const char *method, const char *path, struct route *r)
{
	static const struct method_row faults[] = {
		{"GET", ROUTE_FAULTS}, {"POST", ROUTE_FAULTS}, {"DELETE", ROUTE_FAULTS}};
	static const struct method_row requests[] = {
		{"GET", ROUTE_REQUESTS}, {"DELETE", ROUTE_REQUESTS}};
	static const struct method_row history[] = {{"GET", ROUTE_HISTORY}};
	static const struct method_row release[] = {{"POST", ROUTE_RELEASE}};

	r->control = true;
	if (strcmp(path, "/emulator/faults") == 0) {
		r->allow = "GET, POST, DELETE";
		pick(r, method, faults, ARRAY_LEN(faults));
	} else if (strcmp(path, "/emulator/requests") == 0) {
		r->allow = "GET, DELETE";
		pick(r, method, requests, ARRAY_LEN(requests));
	} else if (strcmp(path, "/emulator/history") == 0) {
		r->allow = "GET";
		pick(r, method, history, ARRAY_LEN(history));
	} else if (strcmp(path, "/emulator/release") == 0) {
		r->allow = "POST";
		pick(r, method, release, ARRAY_LEN(release));
	}
}

void route_place(const struct route *route, const char *path, char out[ROUTE_PLACE_MAX])
{
	bool is_one = route->kind != ROUTE_LIST && route->kind != ROUTE_CREATE;

	if (!route->procedure || route->kind >= ROUTE_CALLS)
		snprintf(out, ROUTE_PLACE_MAX, "%s", path);
	else
		snprintf(out, ROUTE_PLACE_MAX, VPCS_PATH "%s%s", is_one ? "/" : "",
			route->id);
}

static void find_procedure(const char *method, const char *path, struct route *r)
{
	enum method_id id = method_at(path, strlen(path));

	r->procedure = true;
	for (unsigned kind = 0; kind < ROUTE_CALLS && id != METHODS; kind++) {
		const struct method_row post = {"POST", (enum route_kind)kind};

		if (methods[kind] == id) {
			r->allow = "POST";
			pick(r, method, &post, 1);
		}
	}
}

void route_find(const char *method, const char *path, struct route *ret)
{
	static const struct method_row all[] = {
		{"GET", ROUTE_LIST}, {"POST", ROUTE_CREATE}};
	static const struct method_row one[] = {
		{"GET", ROUTE_GET}, {"PATCH", ROUTE_PATCH}, {"DELETE", ROUTE_DELETE}};
	const char *rest = path + strlen(VPCS_PATH);

	*ret = (struct route){.kind = ROUTE_NOT_FOUND};
	if (strncmp(path, "/emulator/", strlen("/emulator/")) == 0) {
		find_control(method, path, ret);
		return;
	}
	if (strncmp(path, SERVICE_PATH, strlen(SERVICE_PATH)) == 0) {
		find_procedure(method, path, ret);
		return;
	}
	if (strncmp(path, VPCS_PATH, strlen(VPCS_PATH)) != 0)
		return;
	if (!*rest) {
		ret->allow = "GET, POST";
		pick(ret, method, all, ARRAY_LEN(all));
	} else if (*rest == '/' && !strchr(rest + 1, '/') &&
		   unescape(rest + 1, ret->id, sizeof(ret->id))) {
		ret->allow = "GET, PATCH, DELETE";
		pick(ret, method, one, ARRAY_LEN(one));
	}
}
