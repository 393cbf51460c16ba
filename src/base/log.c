/* SPDX-License-Identifier: MIT */
/* Messages to the operator. The level and the destination are the program's only globals besides
 * const tables. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <syslog.h>

static enum log_level log_level = LOG_LEVEL_INFO;
static bool log_to_syslog;

void log_set_level(enum log_level level)
{
	log_level = level;
}

bool log_has(enum log_level level)
{
	return level <= log_level;
}

void log_use_syslog(const char *ident)
{
	openlog(ident, LOG_PID, LOG_DAEMON);
	log_to_syslog = true;
}

void log_say(enum log_level level, const char *fmt, ...)
{
	static const int priority[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};
	char text[2048];
	va_list ap;

	if (!log_has(level))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (log_to_syslog)
		syslog(priority[level], "%s", text);
	else
		fprintf(stderr, "vpcfs: %s\n", text);
}
