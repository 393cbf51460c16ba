/* SPDX-License-Identifier: MIT */
/* Words that mount(8), fstab, the kernel and other FUSE programs put behind -o. A mount helper gets
 * all of them. */
#include "settings.h"

#include <string.h>

/* Accepted without effect. These are addressed to mount(8) and systemd; or always true or never
 * true here (nosuid, nodev and default_permissions are always on); or names and sizes that this
 * program sets itself. */
static const char *const words_ignored[] = {
	"_netdev",
	"_rnetdev",
	"auto",
	"noauto",
	"user",
	"nouser",
	"users",
	"nousers",
	"owner",
	"noowner",
	"group",
	"nogroup",
	"nofail",
	"fail",
	"defaults",
	"comment",
	"uhelper",
	"helper",
	"suid",
	"nosuid",
	"dev",
	"nodev",
	"atime",
	"diratime",
	"relatime",
	"norelatime",
	"strictatime",
	"nostrictatime",
	"lazytime",
	"nolazytime",
	"iversion",
	"noiversion",
	"mand",
	"nomand",
	"silent",
	"loud",
	"quiet",
	"symfollow",
	"nosymfollow",
	"default_permissions",
	"subtype",
	"max_read",
	"max_write",
	"max_background",
	"congestion_threshold",
	"max_threads",
	"max_idle_threads",
	"clone_fd",
	"big_writes",
	"nonempty",
	"async_read",
	"sync_read",
	"auto_cache",
	"kernel_cache",
};

/* Words that libfuse's mount.c turns into mount flags, and allow_root, which libfuse itself
 * handles. */
static const char *const words_passed[] = {
	"exec",
	"noexec",
	"sync",
	"async",
	"dirsync",
	"noatime",
	"nodiratime",
	"allow_root",
};

static const struct {
	const char *name;
	const char *why;
} words_refused[] = {
	{"auto_unmount",
		"not supported: a tree that vanishes looks like one that was emptied"},
	{"entry_timeout", "use ttl=SECONDS"},
	{"attr_timeout", "use ttl=SECONDS"},
	{"ac_attr_timeout", "use ttl=SECONDS"},
	{"negative_timeout", "use ttl=SECONDS"},
	{"direct_io", "not supported: exact sizes make it unnecessary"},
	{"remount", "not supported: unmount, then mount again"},
};

static bool is_among(const char *name, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i], name) == 0)
			return true;
	}
	return false;
}

enum mount_word mount_word_find(const char *name, bool has_value, const char **ret_why)
{
	if (strncmp(name, "x-", 2) == 0 || strncmp(name, "X-", 2) == 0 ||
		is_among(name, words_ignored, ARRAY_LEN(words_ignored)))
		return MOUNT_WORD_IGNORED;
	for (size_t i = 0; i < ARRAY_LEN(words_refused); i++) {
		if (strcmp(words_refused[i].name, name) == 0) {
			*ret_why = words_refused[i].why;
			return MOUNT_WORD_REFUSED;
		}
	}
	if (!is_among(name, words_passed, ARRAY_LEN(words_passed)))
		return MOUNT_WORD_UNKNOWN;
	*ret_why = "takes no value";
	return has_value ? MOUNT_WORD_REFUSED : MOUNT_WORD_PASSED;
}
