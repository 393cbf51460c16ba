/* SPDX-License-Identifier: MIT */
/* rm -r never takes a VPC apart, whoever does it. GNU rm gives up a directory in which a file could not be removed; busybox rm,
 * find -delete and Python's rmtree go on to rmdir, which here deletes. So an rmdir is refused to the process that has just
 * been refused to unlink the files in that directory. */
#include "internal.h"

#include "base/process.h"

#define CASCADE_US 10000000ULL
/* Somebody may try to unlink one file or two and rmdir then, and mean both. */
#define CASCADE_FILES 3

void cascade_note(struct vpc *vpc, const struct op *op)
{
	pid_t who = process_of_thread(op->pid);

	pthread_mutex_lock(&vpc->view->lock);
	if (vpc->remover != who || view_stamp(vpc->view) > vpc->removals_until_us)
		vpc->removals = 0;
	vpc->remover = who;
	vpc->removals++;
	vpc->removals_until_us = view_stamp(vpc->view) + CASCADE_US;
	pthread_mutex_unlock(&vpc->view->lock);
}

static int count_file(void *arg, const char *name, const struct field *field)
{
	unsigned *count = arg;

	*count += field->type != FIELD_DIR;
	return *count >= CASCADE_FILES;
}

bool cascade_ends_in(struct vpc *vpc, const struct op *op, const char *path)
{
	pid_t who = process_of_thread(op->pid);
	unsigned files = 0;
	bool ends;

	pthread_mutex_lock(&vpc->view->lock);
	if (vpc->doc)
		doc_list(vpc->doc, path, count_file, &files);
	ends = files && vpc->removals >= files && vpc->remover == who &&
	       view_stamp(vpc->view) <= vpc->removals_until_us;
	pthread_mutex_unlock(&vpc->view->lock);
	return ends;
}
