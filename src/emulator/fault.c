/* SPDX-License-Identifier: MIT */
/* The rules in force, and the choice of one for a request. */
#include "fault.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"

#define FAULTS_MAX 256

struct faults {
	pthread_mutex_t lock;
	struct fault_rule *rules[FAULTS_MAX]; /* owned */
	size_t count;
	uint64_t generation; /* grows when the rules are cleared */
};

struct faults *faults_new(void)
{
	struct faults *f = calloc(1, sizeof(*f));

	if (f)
		pthread_mutex_init(&f->lock, NULL);
	return f;
}

static void truncate_to(struct faults *f, size_t count)
{
	while (f->count > count)
		free(f->rules[--f->count]);
}

void faults_free(struct faults *f)
{
	if (!f)
		return;
	truncate_to(f, 0);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

uint64_t faults_clear(struct faults *f)
{
	uint64_t generation;

	pthread_mutex_lock(&f->lock);
	truncate_to(f, 0);
	generation = ++f->generation;
	pthread_mutex_unlock(&f->lock);
	return generation;
}

static int add_line(struct faults *f, const char *line, struct err *err)
{
	CLEANUP_FREE struct fault_rule *rule = malloc(sizeof(*rule));
	int r;

	if (!rule)
		return -ENOMEM;
	if (f->count == FAULTS_MAX)
		return err_set(err, E2BIG, "there are %d fault rules already", FAULTS_MAX);
	r = fault_parse(line, rule, err);
	if (r == 0)
		f->rules[f->count++] = STEAL(rule);
	return r;
}

int faults_add(struct faults *f, const char *lines, struct err *err)
{
	CLEANUP_FREE char *copy = strdup(lines);
	char *line, *rest = copy;
	size_t before;
	int r = copy ? 0 : -ENOMEM;

	pthread_mutex_lock(&f->lock);
	before = f->count;
	while (r == 0 && (line = strsep(&rest, "\n"))) {
		line[strcspn(line, "\r")] = '\0';
		line += strspn(line, " \t");
		if (*line && *line != '#')
			r = add_line(f, line, err);
	}
	if (r < 0)
		truncate_to(f, before);
	pthread_mutex_unlock(&f->lock);
	return r;
}

unsigned fault_method_bit(enum route_kind kind)
{
	return kind < ROUTE_CALLS ? 1u << kind : 1u << ROUTE_NOT_FOUND;
}

static bool rule_takes(struct fault_rule *rule, enum route_kind kind, const char *path)
{
	if (!(rule->methods & fault_method_bit(kind)) ||
		(rule->path[0] && !strstr(path, rule->path)))
		return false;
	if (rule->counted && rule->left == 0)
		return false;
	if (rule->skip) {
		rule->skip--;
		return false;
	}
	if (rule->counted)
		rule->left--;
	rule->fired++;
	return true;
}

void faults_pick(
	struct faults *f, enum route_kind kind, const char *path, struct fault *ret)
{
	ret->action = FAULT_NONE;
	pthread_mutex_lock(&f->lock);
	for (size_t i = 0; i < f->count; i++) {
		if (rule_takes(f->rules[i], kind, path)) {
			*ret = f->rules[i]->fault;
			ret->generation = f->generation;
			break;
		}
	}
	pthread_mutex_unlock(&f->lock);
}

json_t *faults_show(struct faults *f)
{
	json_t *out = json_array();

	pthread_mutex_lock(&f->lock);
	for (size_t i = 0; i < f->count; i++) {
		const struct fault_rule *rule = f->rules[i];

		json_array_append_new(
			out, json_pack("{s:s, s:I, s:o}", "rule", rule->source, "fired",
				     (json_int_t)rule->fired, "left",
				     rule->counted ? json_integer((json_int_t)rule->left)
						   : json_null()));
	}
	pthread_mutex_unlock(&f->lock);
	return out;
}
