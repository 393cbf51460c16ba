/* SPDX-License-Identifier: MIT */
/* Parses one rule: METHOD[:PATHPART]:ACTION[-before|-after][=ARG][*COUNT][@AFTER]. */
#include "fault.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/utf8.h"

#define FAULT_NUMBER_MAX 1000000000000ULL
#define FAULT_MS_MAX	 86400000ULL

enum arg_kind {
	ARG_NONE,
	ARG_MS,
	ARG_BYTES,
	ARG_MAYBE_BYTES,
	ARG_TEXT,
	ARG_STATUS,
	ARG_RST
};

struct action_row {
	const char *name;
	enum fault_action action;
	enum arg_kind arg;
	bool carried_out; /* the default without -before or -after */
	bool may_choose;  /* the rule may say -before or -after */
};

static const struct action_row actions[] = {
	{"status", FAULT_STATUS, ARG_STATUS, false, true},
	{"delay", FAULT_DELAY, ARG_MS, true, true},
	{"hang", FAULT_HANG, ARG_NONE, false, true},
	{"hold", FAULT_HOLD, ARG_NONE, false, true},
	{"cut", FAULT_CUT, ARG_MAYBE_BYTES, true, false},
	{"drip", FAULT_DRIP, ARG_MS, true, false},
	{"reset", FAULT_RESET, ARG_RST, false, true},
	{"garbage", FAULT_GARBAGE, ARG_NONE, false, true},
	{"wrongtype", FAULT_WRONGTYPE, ARG_NONE, false, true},
	{"redirect", FAULT_REDIRECT, ARG_TEXT, false, true},
	{"huge", FAULT_HUGE, ARG_BYTES, false, true},
	{"empty", FAULT_EMPTY, ARG_NONE, false, true},
	{"body", FAULT_BODY, ARG_TEXT, false, true},
	{"stale", FAULT_STALE, ARG_MS, true, false},
	{"lag", FAULT_STALE, ARG_MS, true, false},
	{"silent", FAULT_SILENT, ARG_NONE, true, false},
};

static int parse_number(
	const char *text, unsigned long long most, unsigned long long *ret, struct err *err)
{
	char *end;
	unsigned long long n = 0;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno || n > most)
		return err_set(err, EINVAL, "fault rule: \"%s\" is not a number up to %llu",
			text, most);
	*ret = n;
	return 0;
}

int fault_parse_methods(const char *text, size_t len, unsigned *ret, struct err *err)
{
	static const struct {
		const char *name;
		unsigned bits;
	} methods[] = {
		{"LIST", 1 << ROUTE_LIST},
		{"GET", 1 << ROUTE_GET},
		{"POST", 1 << ROUTE_CREATE},
		{"PATCH", 1 << ROUTE_PATCH},
		{"DELETE", 1 << ROUTE_DELETE},
		{"ANY", ~0u},
	};

	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		if (strlen(methods[i].name) == len &&
			strncasecmp(methods[i].name, text, len) == 0) {
			*ret = methods[i].bits;
			return 0;
		}
	}
	return err_set(err, EINVAL,
		"\"%.*s\" is not one of GET, LIST, POST, PATCH, DELETE, ANY", (int)len,
		text);
}

/* Cuts "*COUNT" or "@AFTER", the mark followed by digits, off the end if it is there. */
static int take_suffix(
	char *text, char mark, bool *ret_there, unsigned long long *ret, struct err *err)
{
	char *at = strrchr(text, mark);
	int r;

	*ret_there = false;
	if (!at || !at[1] || strspn(at + 1, "0123456789") != strlen(at + 1))
		return 0;
	r = parse_number(at + 1, FAULT_NUMBER_MAX, ret, err);
	*ret_there = r == 0;
	*at = '\0';
	return r;
}

static int status_option(struct fault *f, char *option, struct err *err)
{
	char *value = strchr(option, '=');
	unsigned long long n = 0;
	int r = 0;

	if (value)
		*value++ = '\0';
	if (!value && strcmp(option, "quota") == 0) {
		f->quota = true;
	} else if (value && strcmp(option, "retry-after") == 0) {
		r = parse_number(value, FAULT_MS_MAX, &n, err);
		f->has_retry_after = true;
		f->retry_after = r == 0 ? (unsigned)n : 0;
	} else if (value && strcmp(option, "code") == 0) {
		r = parse_number(value, RPC_CODES - 1, &n, err);
		f->code = r == 0 ? (enum rpc_code)n : RPC_UNKNOWN;
	} else if (value && strcmp(option, "body") == 0) {
		f->shape = answer_shape_named(value);
		if (f->shape == ANSWER_SHAPES)
			r = err_set(err, EINVAL,
				"fault rule: body=%s is not one of google, connect, "
				"aip193, html, "
				"empty, text",
				value);
	} else if (value && strcmp(option, "message") == 0) {
		snprintf(f->text, sizeof(f->text), "%s", value);
	} else {
		r = err_set(err, EINVAL,
			"fault rule: status has no option \"%s\" (retry-after=S, code=N, "
			"body=SHAPE, message=TEXT, quota)",
			option);
	}
	return r;
}

static int parse_status(struct fault *f, char *arg, struct err *err)
{
	char *option = strtok_r(arg, ",", &arg);
	unsigned long long status = 0;
	int r = parse_number(option ? option : "", 599, &status, err);

	if (r == 0 && status < 200)
		r = err_set(err, EINVAL, "fault rule: status must be 200 to 599");
	if (r < 0)
		return r;
	f->status = (unsigned)status;
	f->code = rpc_from_http(f->status);
	snprintf(f->text, sizeof(f->text), "fault: status %u", f->status);
	while (r == 0 && (option = strtok_r(NULL, ",", &arg)))
		r = status_option(f, option, err);
	return r;
}

static int parse_arg(
	const struct action_row *row, struct fault *f, char *arg, struct err *err)
{
	bool optional = row->arg == ARG_NONE || row->arg == ARG_MAYBE_BYTES ||
			row->arg == ARG_RST || row->action == FAULT_REDIRECT;

	if (!arg && optional)
		return 0;
	if (!arg)
		return err_set(err, EINVAL, "fault rule: %s needs =ARG", row->name);
	switch (row->arg) {
	case ARG_MS:
		return parse_number(arg, FAULT_MS_MAX, &f->number, err);
	case ARG_BYTES:
	case ARG_MAYBE_BYTES:
		return parse_number(arg, FAULT_NUMBER_MAX, &f->number, err);
	case ARG_STATUS:
		return parse_status(f, arg, err);
	case ARG_TEXT:
		snprintf(f->text, sizeof(f->text), "%s", arg);
		return 0;
	case ARG_RST:
		f->rst = strcmp(arg, "rst") == 0;
		return f->rst ? 0
			      : err_set(err, EINVAL, "fault rule: reset takes =rst only");
	default:
		return err_set(err, EINVAL, "fault rule: %s takes no =ARG", row->name);
	}
}

/* "reset-after" is the action "reset" with the request carried out first. */
static const struct action_row *find_action(const char *name, bool *ret_carried_out)
{
	const char *suffix = strrchr(name, '-');
	size_t len = suffix ? (size_t)(suffix - name) : strlen(name);

	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		const struct action_row *row = &actions[i];

		*ret_carried_out = row->carried_out;
		if (strcmp(row->name, name) == 0)
			return row;
		if (!suffix || !row->may_choose || strlen(row->name) != len ||
			strncmp(row->name, name, len) != 0)
			continue;
		*ret_carried_out = strcmp(suffix, "-after") == 0;
		if (*ret_carried_out || strcmp(suffix, "-before") == 0)
			return row;
	}
	return NULL;
}

static int parse_action(struct fault_rule *rule, char *text, struct err *err)
{
	const struct action_row *row;
	char *arg;
	bool ignored;
	int r = take_suffix(text, '@', &ignored, &rule->skip, err);

	if (r == 0)
		r = take_suffix(text, '*', &rule->counted, &rule->left, err);
	if (r < 0)
		return r;
	arg = strchr(text, '=');
	if (arg)
		*arg++ = '\0';
	row = find_action(text, &rule->fault.carried_out);
	if (!row)
		return err_set(err, EINVAL, "fault rule: unknown action \"%s\"", text);
	rule->fault.action = row->action;
	return parse_arg(row, &rule->fault, arg, err);
}

/* The path part ends at the last colon before the first '='. */
static char *split_path(struct fault_rule *rule, char *rest)
{
	size_t len = strcspn(rest, "=");
	char *colon = memrchr(rest, ':', len);

	if (!colon)
		return rest;
	*colon = '\0';
	snprintf(rule->path, sizeof(rule->path), "%s", rest);
	return colon + 1;
}

int fault_parse(const char *text, struct fault_rule *ret, struct err *err)
{
	CLEANUP_FREE char *copy = strdup(text);
	char *colon = copy ? strchr(copy, ':') : NULL;
	int r;

	if (!copy)
		return -ENOMEM;
	if (strlen(text) >= FAULT_TEXT_MAX || !utf8_is_valid(text, strlen(text)))
		return err_set(err, EINVAL, "fault rule: longer than %d bytes or not UTF-8",
			FAULT_TEXT_MAX - 1);
	if (!colon)
		return err_set(err, EINVAL,
			"fault rule: \"%s\" is not "
			"METHOD[:PATHPART]:ACTION[=ARG][*COUNT][@AFTER]",
			text);
	*ret = (struct fault_rule){.left = 0};
	snprintf(ret->source, sizeof(ret->source), "%s", text);
	r = fault_parse_methods(copy, (size_t)(colon - copy), &ret->methods, err);
	return r < 0 ? r : parse_action(ret, split_path(ret, colon + 1), err);
}
