/* SPDX-License-Identifier: MIT */
/* The files of `.vpcfs` and the mount's `.error`: what the mount says about itself. None of them
 * needs the network. */
#include "control.h"

#include <errno.h>
#include <string.h>
#include "base/cleanup.h"
#include "cache.h"
#include "names.h"
#include "place.h"
#include "report.h"

#define TEXT_MAX (16u << 20)

/* How to use this mount, for people who find it without its documentation. */
static const char readme[] =
	"This directory tree is the VPCs of a CoreWeave organisation (vpcfs).\n"
	"\n"
	"Each VPC is a directory, each field a small file: reading is GET, writing is "
	"PATCH.\n"
	"A write that returns success has been confirmed by the API's answer; one that "
	"fails returns\n"
	"an error to the command, and .error (of the VPC, and of the mount) says why.\n"
	"\n"
	"  cat prod/status                                  read\n"
	"  echo true > prod/ingress/disablePublicServices   change one value\n"
	"  echo 1.1.1.1 8.8.8.8 > prod/dhcp/dns/servers     a list: blanks, commas, "
	"newlines separate\n"
	"  vi prod/spec.json                                all that can be set, one PATCH "
	"per save\n"
	"  mkdir prod/vpcPrefixes/pods                      then write its value: one more "
	"prefix\n"
	"  mkdir new; rmdir old                             create (option zone=) and "
	"delete a VPC\n"
	"  cp -r prod .drafts/new; mv -T .drafts/new new    a VPC with everything: one "
	"POST\n"
	"  cat prod/.error                                  why the last request about "
	"prod failed\n"
	"\n"
	"rm never changes a VPC. Hidden, reachable by name: .error .drafts .vpcfs\n"
	"From outside: vpcfs --status MOUNTPOINT says whether the API is reached and since "
	"when.\n"
	"\n"
	"Here in .vpcfs:\n"
	"  options   the options in force        log      the last 1000 API calls\n"
	"  stats     figures for Prometheus      refresh  write anything: forget all "
	"answers\n"
	"  by-id/ID  a link to each VPC          rejected/NAME/PATH  texts that were "
	"refused\n"
	"  version   server-owned  names that only the API sets, for rsync "
	"--exclude-from\n";

static int show_readme(struct view *view, struct buf *ret, struct timespec *ret_at)
{
	return buf_adds(ret, readme);
}

static int show_version(struct view *view, struct buf *ret, struct timespec *ret_at)
{
	return buf_addf(ret, "%s\n", view->version);
}

static int show_options(struct view *view, struct buf *ret, struct timespec *ret_at)
{
	return buf_adds(ret, view->options_text);
}

static int show_log(struct view *view, struct buf *ret, struct timespec *ret_at)
{
	return call_log_get(&view->call_log, ret, ret_at);
}

static int show_stats(struct view *view, struct buf *ret, struct timespec *ret_at)
{
	struct collection_figures figures;
	int r;

	collection_figures(view->collection, &figures);
	r = stats_print(&view->stats, &figures, call_log_dropped(&view->call_log),
		rejected_count(&view->rejected), ret);
	if (r < 0)
		return r;
	return buf_addf(ret,
		"# HELP vpcfs_build_info The version, as a label.\n"
		"# TYPE vpcfs_build_info gauge\nvpcfs_build_info{version=\"%s\"} 1\n",
		view->version);
}

static int show_error(struct view *view, struct buf *ret, struct timespec *ret_at)
{
	return last_error_get(&view->last_error, ret, ret_at);
}

static int show_nothing(struct view *view, struct buf *ret, struct timespec *ret_at)
{
	return 0;
}

/* Adds the name of an unknown field once. */
static int add_unknown(void *arg, const char *name)
{
	int r = map_add(arg, name, arg);

	return r == -EEXIST ? 0 : r;
}

/* Adds the names of the unknown fields of all known VPCs. */
static int take_unknown(struct view *view, struct map *ret)
{
	CLEANUP_DOC_LIST struct doc_list list = {0};
	int r = cache_peek_all(view->collection, &list);

	for (size_t i = 0; r == 0 && i < list.count; i++)
		r = doc_unknown_names(list.docs[i], add_unknown, ret);
	return r;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int show_server_owned(struct view *view, struct buf *ret, struct timespec *ret_at)
{
	CLEANUP(map_release) struct map unknown = {0};
	CLEANUP_FREE const char **names = NULL;
	size_t count = 0;
	int r = take_unknown(view, &unknown);

	if (r == 0) {
		names = calloc(unknown.count + 1, sizeof(*names));
		r = names ? 0 : -ENOMEM;
	}
	if (r)
		return r;
	for (struct map_pos p = {0}; map_next(&unknown, &p);)
		names[count++] = p.key;
	qsort(names, count, sizeof(*names), compare_names);
	return schema_server_owned(names, count, ret);
}

const char *control_path_in(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (strncmp(path, dir, n) != 0)
		return NULL;
	if (!path[n])
		return path + n;
	return path[n] == '/' ? path + n + 1 : NULL;
}

int control_show_link(struct view *view, const char *file, struct buf *ret)
{
	int r = buf_adds(ret, "../../");

	return r < 0 ? r : names_of_id(view->collection, file, ret);
}

static int control_text(
	struct view *view, const char *path, struct buf *ret, struct timespec *ret_at)
{
	const struct control *control = control_find(path);
	const char *rest;

	*ret_at = view->started;
	if (control)
		return control->show(view, ret, ret_at);
	rest = control_path_in(path, ".vpcfs/by-id");
	if (rest)
		return control_show_link(view, rest, ret);
	rest = control_path_in(path, ".vpcfs/rejected");
	return rest ? rejected_get(&view->rejected, rest, ret, ret_at) : -ENOENT;
}

static int control_stat(struct node *node, const struct op *op, struct node_attr *ret)
{
	CLEANUP_BUF struct buf text = BUF_INIT(TEXT_MAX);
	const struct control *control;
	struct node_place place;
	int r = node_locate(node, &place);

	if (r)
		return r;
	control = control_find(place.path);
	*ret = (struct node_attr){.mode = control ? control->mode : 0444};
	r = control_text(place.data, place.path, &text, &ret->mtime);
	ret->size = text.len;
	return r;
}

static int control_show(struct node *node, const struct op *op, struct node_text *ret)
{
	struct node_place place;
	struct timespec at;
	int r = node_locate(node, &place);

	return r < 0 ? r : control_text(place.data, place.path, &ret->text, &at);
}

/* The base of an open log stands for "the log is open"; freeing it says that the log was closed. */
static int log_show(struct node *node, const struct op *op, struct node_text *ret)
{
	struct call_log *log = &view_of(node)->call_log;
	int r = control_show(node, op, ret);

	if (r < 0)
		return r;
	call_log_opened(log);
	ret->base = log;
	return 0;
}

static void log_base_free(void *base)
{
	call_log_closed(base);
}

static const struct node_ops log_ops = {
	.stat = control_stat,
	.show = log_show,
	.base_free = log_base_free,
	.refused = view_refused,
};

static bool refresh_complete(struct node *node, const char *text, size_t len)
{
	return len > 0;
}

static int refresh_store(struct node *node, const struct op *op, struct node_store *store)
{
	cache_forget(view_of(node)->collection);
	return 0;
}

static const struct node_ops refresh_ops = {
	.stat = control_stat,
	.show = control_show,
	.complete = refresh_complete,
	.store = refresh_store,
	.refused = view_refused,
};

const struct node_ops control_file_ops = {
	.stat = control_stat,
	.show = control_show,
	.refused = view_refused,
};

const struct control controls[] = {
	{".vpcfs/README", 0444, show_readme, &control_file_ops},
	{".vpcfs/version", 0444, show_version, &control_file_ops},
	{".vpcfs/options", 0444, show_options, &control_file_ops},
	{".vpcfs/log", 0444, show_log, &log_ops},
	{".vpcfs/stats", 0444, show_stats, &control_file_ops},
	{".vpcfs/refresh", 0644, show_nothing, &refresh_ops},
	{".vpcfs/server-owned", 0444, show_server_owned, &control_file_ops},
	{".error", 0444, show_error, &control_file_ops},
};

const size_t control_count = ARRAY_LEN(controls);

const struct control *control_find(const char *path)
{
	for (size_t i = 0; i < control_count; i++) {
		if (strcmp(controls[i].path, path) == 0)
			return &controls[i];
	}
	return NULL;
}
