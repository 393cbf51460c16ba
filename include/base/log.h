/* SPDX-License-Identifier: MIT */
/* Messages of the program to its operator: stderr in the foreground, syslog as a daemon. Library
 * layers return errors instead; main and fs say them, and view says what was changed and what
 * failed (src/view/record.h). Never give it a secret. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

void log_set_level(enum log_level level);
/* Whether messages of that level are said, so that none is made in vain. */
bool log_has(enum log_level level);
/* From now on to syslog instead of stderr. ident is borrowed for the life of the program. */
void log_use_syslog(const char *ident);
void log_say(enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#define log_error(...) log_say(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_say(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)  log_say(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_say(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
