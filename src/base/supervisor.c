/* SPDX-License-Identifier: MIT */
/* The protocol of sd_notify(3): a datagram to the socket that the environment names. */
#include "base/supervisor.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"

#define VARIABLE  "NOTIFY_SOCKET"
#define STATE_MAX 4096

void supervisor_take_environment(struct supervisor *ret)
{
	const char *name = getenv(VARIABLE);
	size_t len = name ? strlen(name) : 0;

	*ret = (struct supervisor){.len = 0};
	if (len && len < sizeof(ret->address.sun_path) &&
		(name[0] == '/' || name[0] == '@')) {
		ret->address.sun_family = AF_UNIX;
		memcpy(ret->address.sun_path, name, len);
		if (name[0] == '@') /* an abstract name */
			ret->address.sun_path[0] = '\0';
		ret->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	}
	unsetenv(VARIABLE);
}

void supervisor_tell(const struct supervisor *supervisor, const char *fmt, ...)
{
	CLEANUP_CLOSE int fd = -1;
	char state[STATE_MAX];
	va_list ap;

	if (!supervisor->len)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	va_start(ap, fmt);
	vsnprintf(state, sizeof(state), fmt, ap);
	va_end(ap);
	(void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL,
		(const struct sockaddr *)&supervisor->address, supervisor->len);
}
