/* SPDX-License-Identifier: MIT */
/* Converts the text of an option's value. */
#include "value.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"

#define VALUE_ENTRY_MAX 65536 /* bytes of one passwd or group entry */
#define VALUE_NS_MAX	((uint64_t)VALUE_SECONDS_MAX * 1000000000)

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A number such as 12.5: its whole part, and its fraction in billionths. */
struct decimal {
	uint64_t whole;
	uint64_t nano;
};

/* Reads decimal digits with at most one point, and moves *text past them. */
static bool take_decimal(const char **text, struct decimal *ret)
{
	const char *p = *text;
	uint64_t scale = 100000000;
	size_t digits = 0;

	*ret = (struct decimal){0};
	for (; is_digit(*p); p++, digits++) {
		if (ret->whole > VALUE_NS_MAX)
			return false;
		ret->whole = ret->whole * 10 + (uint64_t)(*p - '0');
	}
	if (*p == '.') {
		for (p++; is_digit(*p); p++, digits++, scale /= 10)
			ret->nano += (uint64_t)(*p - '0') * scale;
	}
	*text = p;
	return digits > 0;
}

/* Adds that many units. The fraction of a unit below a microsecond is ignored. */
static bool add_time(uint64_t *total_ns, struct decimal number, uint64_t unit_ns)
{
	uint64_t ns;

	if (__builtin_mul_overflow(number.whole, unit_ns, &ns) || ns > VALUE_NS_MAX)
		return false;
	ns += number.nano * (unit_ns / 1000) / 1000000;
	*total_ns += ns;
	return *total_ns <= VALUE_NS_MAX;
}

static uint64_t ms_of_ns(uint64_t ns)
{
	return (ns + 999999) / 1000000;
}

bool value_seconds(const char *text, uint64_t *ret_ms)
{
	struct decimal number;
	uint64_t ns = 0;

	if (!take_decimal(&text, &number) || *text || !add_time(&ns, number, 1000000000))
		return false;
	*ret_ms = ms_of_ns(ns);
	return true;
}

/* Reads a unit of Go's time.ParseDuration and moves *text past it. Returns its nanoseconds, 0 if
 * there is none. */
static uint64_t take_unit(const char **text)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{"ns", 1},
		{"us", 1000},
		{"\xC2\xB5s", 1000}, /* micro sign */
		{"\xCE\xBCs", 1000}, /* Greek mu */
		{"ms", 1000000},
		{"s", 1000000000},
		{"m", 60000000000},
		{"h", 3600000000000},
	};

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		size_t len = strlen(units[i].name);

		if (strncmp(*text, units[i].name, len) == 0) {
			*text += len;
			return units[i].ns;
		}
	}
	return 0;
}

bool value_duration(const char *text, uint64_t *ret_ms)
{
	struct decimal number;
	uint64_t ns = 0, unit;

	if (value_seconds(text, ret_ms))
		return true;
	do {
		if (!take_decimal(&text, &number))
			return false;
		unit = take_unit(&text);
		if (!unit || !add_time(&ns, number, unit))
			return false;
	} while (*text);
	*ret_ms = ms_of_ns(ns);
	return true;
}

bool value_umask(const char *text, mode_t *ret)
{
	size_t len = strspn(text, "01234567");
	mode_t mode = 0;

	if (len < 1 || len > 4 || text[len])
		return false;
	for (; *text; text++)
		mode = mode * 8 + (mode_t)(*text - '0');
	if (mode > 0777)
		return false;
	*ret = mode;
	return true;
}

/* Reads a decimal number below (uint32_t)-1, which means "no id". */
static bool value_id(const char *text, uint32_t *ret)
{
	uint64_t id = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (!is_digit(*text))
			return false;
		id = id * 10 + (uint64_t)(*text - '0');
		if (id >= UINT32_MAX)
			return false;
	}
	*ret = (uint32_t)id;
	return true;
}

bool value_uid(const char *text, uid_t *ret)
{
	CLEANUP_FREE char *room = malloc(VALUE_ENTRY_MAX);
	struct passwd entry, *found = NULL;

	if (value_id(text, ret))
		return true;
	if (!room || getpwnam_r(text, &entry, room, VALUE_ENTRY_MAX, &found) != 0 || !found)
		return false;
	*ret = entry.pw_uid;
	return true;
}

bool value_gid(const char *text, gid_t *ret)
{
	CLEANUP_FREE char *room = malloc(VALUE_ENTRY_MAX);
	struct group entry, *found = NULL;

	if (value_id(text, ret))
		return true;
	if (!room || getgrnam_r(text, &entry, room, VALUE_ENTRY_MAX, &found) != 0 || !found)
		return false;
	*ret = entry.gr_gid;
	return true;
}

char *value_absolute(const char *path)
{
	CLEANUP_FREE char *here = NULL;
	char *full = NULL;
	size_t len;

	while (path[0] == '.' && path[1] == '/')
		path += 1 + strspn(path + 1, "/");
	if (path[0] == '/') {
		full = strdup(path);
	} else {
		here = getcwd(NULL, 0);
		if (!here)
			return NULL;
		if (asprintf(&full, "%s/%s", strcmp(here, "/") == 0 ? "" : here,
			    strcmp(path, ".") == 0 ? "" : path) < 0)
			return NULL;
	}
	for (len = full ? strlen(full) : 0; len > 1 && full[len - 1] == '/'; len--)
		full[len - 1] = '\0';
	return full;
}
