/* SPDX-License-Identifier: MIT */
/* Programs that copy trees first make a directory and then fill it. In the root that directory
 * would be a VPC with the defaults of its zone, open to the Internet, before the first file of the
 * copy is written. So mkdir is refused to these programs. This is the only place where the name of
 * a program decides anything. */
#include "copy_guard.h"

#include <string.h>
#include "base/caller.h"
#include "base/cleanup.h"

bool copy_guard_refuses(const struct op *op)
{
	static const char *const programs[] = {"cp", "mv", "rsync", "tar", "bsdtar", "cpio",
		"pax", "scp", "sftp-server", "sshd", "sshd-session", "rclone", "unison",
		"mc", "git", "install", "unzip"};
	char program[CALLER_PROGRAM_MAX];

	caller_program(op->pid, program);
	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		if (strcmp(program, programs[i]) == 0)
			return true;
	}
	return false;
}
