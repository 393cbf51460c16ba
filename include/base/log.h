/* SPDX-License-Identifier: MIT */
/* Messages to the operator: on stderr in the foreground, through syslog as a daemon. Library layers
 * return errors instead of logging; main and fs log, and view logs each change and each failure
 * (src/view/report.h). Never log a secret. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

void log_set_level(enum log_level level);
/* Whether messages of that level are logged; lets a caller skip building one that is not. */
bool log_has(enum log_level level);
/* Sends later messages to syslog instead of stderr. ident is borrowed for the life of the program.
 */
void log_use_syslog(const char *ident);
void log_say(enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#define log_error(...) log_say(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_say(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)  log_say(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_say(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
