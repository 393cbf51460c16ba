/* SPDX-License-Identifier: MIT */
/* tree and fs with the toy view on a real mount: toyfs MOUNTPOINT [TIMEOUT_MS]. Prints "ready" once
 * the mount answers. */
#include <stdio.h>
#include <string.h>
#include "base/clock.h"
#include "fs/fs.h"
#include "toyview.h"
#include "tree/tree.h"

static void on_ready(void *arg)
{
	(void)arg;
	puts("ready");
	fflush(stdout);
}

static void on_stopping(void *arg)
{
	toy_stop(arg);
}

int main(int argc, char **argv)
{
	struct toy *toy = toy_new();
	struct node_entry root = toy_root(toy);
	struct tree_options tree_options = {.uid = getuid(), .gid = getgid(), .umask = 077};
	struct fs_options options = {.timeout_ms = 10000,
		.fsname = "toy,fs",
		.subtype = "toyfs",
		.ready = on_ready,
		.stopping = on_stopping,
		.arg = toy};
	struct err err = {""};
	struct tree *tree = NULL;
	struct fs *fs = NULL;
	int r;

	if (argc < 2)
		return 2;
	fs_block_signals();
	options.mountpoint = argv[1];
	if (argc > 2)
		options.timeout_ms = strtoull(argv[2], NULL, 10);
	if (argc > 3)
		options.mount_options = argv[3];
	r = tree_new(&root, &tree_options, &tree);
	toy_keep(toy, tree);
	if (r == 0)
		r = fs_new(tree, &options, &fs, &err);
	if (r == 0)
		r = fs_mount(fs, &err);
	if (r == 0)
		r = fs_run(fs);
	if (r < 0)
		fprintf(stderr, "toyfs: %s\n", err.text);
	fs_free(fs);
	tree_free(tree);
	toy_free(toy);
	return r < 0;
}
