/* SPDX-License-Identifier: MIT */
/* The five calls on one object in memory: a service that accepts every field. It takes the place of
 * the layer api, because the emulator knows only the fields of the API. */
#include "store.h"

#include <errno.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "api/api.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static json_t *vpcs; /* by id */
static char last_body[4096];
static unsigned changes;

static int fail(struct api_problem *problem, int errnum)
{
	*problem = (struct api_problem){.errnum = errnum, .sent = true, .http_status = 404};
	return -errnum;
}

static int answer(const char *id, struct doc **ret, struct api_problem *problem)
{
	json_t *vpc = json_object_get(vpcs, id);
	struct err err = {""};
	char *text = vpc ? json_dumps(vpc, JSON_COMPACT) : NULL;
	int r = text ? doc_from_answer(text, strlen(text), "vpc", ret, &err) : -ENOENT;

	free(text);
	return r < 0 ? fail(problem, -r) : 0;
}

void store_start(const char *vpc)
{
	json_t *object = json_loads(vpc, 0, NULL);

	changes = 0;
	vpcs = json_object();
	json_object_set_new(vpcs, json_string_value(json_object_get(object, "id")), object);
}

void store_stop(void)
{
	json_decref(vpcs);
}

const char *store_last_body(void)
{
	return last_body;
}

unsigned store_changes(void)
{
	return changes;
}

int api_new(const struct api_options *options, struct api **ret, struct err *err)
{
	*ret = NULL;
	return 0;
}

void api_free(struct api *api)
{
}

int api_print_call(const struct api *api, const struct api_call *call, struct buf *ret)
{
	return buf_adds(ret, call->body);
}

int api_get(struct api *api, const struct op *op, const char *id, struct api_tag *tag,
	struct doc **ret, struct api_problem *problem)
{
	int r;

	pthread_mutex_lock(&lock);
	r = answer(id, ret, problem);
	pthread_mutex_unlock(&lock);
	return r;
}

int api_list(struct api *api, const struct op *op, struct api_tag *tag,
	struct doc_list *ret, struct api_problem *problem)
{
	json_t *items = json_array(), *vpc;
	const char *id;
	char *text;
	int r;

	pthread_mutex_lock(&lock);
	json_object_foreach (vpcs, id, vpc)
		json_array_append(items, vpc);
	text = json_dumps(items, JSON_COMPACT);
	pthread_mutex_unlock(&lock);
	json_decref(items);

	CLEANUP_VAL struct val *array = NULL;
	struct err err = {""};

	r = val_parse(text, strlen(text), 0, &array, &err);
	if (r == 0)
		r = doc_list_from_val(array, ret, &err);
	free(text);
	return r < 0 ? fail(problem, -r) : 0;
}

/* Copies the member at a path of the mask from one object into the other. */
static void copy_path(char *path, const json_t *from, json_t *to)
{
	char *dot = strchr(path, '.');
	json_t *below;

	if (!dot) {
		json_object_set(to, path, json_object_get(from, path));
		return;
	}
	*dot = '\0';
	below = json_object_get(to, path);
	if (!below)
		json_object_set_new(to, path, below = json_object());
	copy_path(dot + 1, json_object_get(from, path), below);
}

static json_t *take_body(const char *body)
{
	snprintf(last_body, sizeof(last_body), "%s", body);
	changes++;
	return json_loads(body, 0, NULL);
}

int api_patch(struct api *api, const struct op *op, const char *id, const char *body,
	size_t len, const char *mask, struct doc **ret, struct api_problem *problem)
{
	json_t *request, *vpc;
	char *paths, *save = NULL;
	int r;

	pthread_mutex_lock(&lock);
	request = take_body(body);
	vpc = json_object_get(vpcs, id);
	paths = strdup(json_string_value(json_object_get(request, "updateMask")));
	for (char *path = strtok_r(paths, ",", &save); vpc && path;
		path = strtok_r(NULL, ",", &save))
		copy_path(path, request, vpc);
	free(paths);
	json_decref(request);
	r = answer(id, ret, problem);
	pthread_mutex_unlock(&lock);
	return r;
}

int api_create(struct api *api, const struct op *op, const char *body, size_t len,
	struct doc **ret, struct api_problem *problem)
{
	int r;

	pthread_mutex_lock(&lock);
	json_object_set_new(vpcs, "new", take_body(body));
	json_object_set_new(json_object_get(vpcs, "new"), "id", json_string("new"));
	r = answer("new", ret, problem);
	pthread_mutex_unlock(&lock);
	return r;
}

int api_delete(struct api *api, const struct op *op, const char *id, struct doc **ret,
	struct api_problem *problem)
{
	pthread_mutex_lock(&lock);
	json_object_del(vpcs, id);
	pthread_mutex_unlock(&lock);
	*ret = NULL;
	return 0;
}
