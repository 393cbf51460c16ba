/* SPDX-License-Identifier: MIT */
/* Names of the API as file names and back. */
#include "model/name.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/hash.h"
#include "base/utf8.h"

#define NAME_LEN_MAX (NAME_FILE_MAX - 1) /* bytes */
#define NAME_ID_MAX  64			 /* bytes of an escaped id in a name */
#define CHAR_MAX_LEN 4			 /* bytes of a UTF-8 character */
#define NUL_BYTES    "\xC0\x80"		 /* NUL in this layer's C strings (nul.h) */
#define NUL_LEN	     2

/* Bytes of the character at p; 1 for a byte that belongs to no character. */
static size_t name_char_len(const char *p, size_t left)
{
	if (left >= NUL_LEN && memcmp(p, NUL_BYTES, NUL_LEN) == 0)
		return NUL_LEN;
	for (size_t n = 1; n <= CHAR_MAX_LEN && n <= left; n++) {
		if (utf8_is_valid(p, n))
			return n;
	}
	return 1;
}

static bool name_needs_escape(const char *p, size_t n, bool is_first)
{
	unsigned char c = (unsigned char)*p;

	if (n == 1)
		return c < 0x20 || c >= 0x7F || c == '/' || c == '%' ||
		       (c == '.' && is_first);
	return n == 2 &&
	       (c == 0xC0 || (c == 0xC2 && (unsigned char)p[1] < 0xA0)); /* C1 controls */
}

/* Writes a character, as it is or escaped. Returns the bytes written, 0 if they do not fit. */
static size_t name_put_char(const char *p, size_t n, bool escaped, size_t room, char *out)
{
	size_t o = 0;

	if (n == NUL_LEN && memcmp(p, NUL_BYTES, n) == 0) {
		p = "";
		n = 1;
	}
	if ((escaped ? 3 * n : n) > room)
		return 0;
	for (size_t k = 0; k < n; k++) {
		if (escaped)
			o += (size_t)sprintf(out + o, "%%%02X", (unsigned char)p[k]);
		else
			out[o++] = p[k];
	}
	out[o] = '\0';
	return o;
}

/* Writes the escaped name, as many whole characters of it as fit into max bytes. Returns whether
 * all of them fit. */
static bool name_escape(const char *name, size_t max, char *out, bool is_start)
{
	size_t len = strlen(name), o = 0;

	out[0] = '\0';
	for (size_t i = 0, n; i < len; i += n) {
		size_t put;

		n = name_char_len(name + i, len - i);
		put = name_put_char(name + i, n,
			name_needs_escape(name + i, n, is_start && i == 0), max - o,
			out + o);
		if (!put)
			return false;
		o += put;
	}
	return true;
}

void name_with_id(const char *name, const char *id, char out[NAME_FILE_MAX])
{
	char tail[NAME_ID_MAX + 2] = "~";
	size_t n = 1;

	if (!name_escape(id, NAME_ID_MAX, tail + n, false)) {
		n += (size_t)sprintf(tail + n, "%08" PRIx32 "~",
			(uint32_t)hash_bytes(0, id, strlen(id)));
		name_escape(id, NAME_ID_MAX + 1 - n, tail + n, false);
	}
	if (name[0])
		name_escape(name, NAME_LEN_MAX - strlen(tail), out, true);
	else
		memcpy(out, "%", sizeof("%"));
	memcpy(out + strlen(out), tail, strlen(tail) + 1);
}

void name_to_file(const char *name, const char *id, char out[NAME_FILE_MAX])
{
	if (!name[0])
		memcpy(out, "%", sizeof("%"));
	else if (!name_escape(name, NAME_LEN_MAX, out, true))
		name_with_id(name, id, out);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte that an escape stands for, -EINVAL for a bad escape. */
static int name_escaped_byte(const char *p)
{
	int high = hex_digit(p[1]);
	int low = high < 0 ? -1 : hex_digit(p[2]);

	return low < 0 ? -EINVAL : high << 4 | low;
}

static int name_unescape(const char *file, char *out, size_t size)
{
	size_t o = 0;

	for (; *file; file++) {
		int c = *file == '%' ? name_escaped_byte(file) : (unsigned char)*file;

		if (c < 0)
			return c;
		if (*file == '%')
			file += 2;
		if (o + (c ? 1 : NUL_LEN) >= size)
			return -ENAMETOOLONG;
		if (c)
			out[o++] = (char)c;
		else
			o = (size_t)(stpcpy(out + o, NUL_BYTES) - out);
	}
	out[o] = '\0';
	return 0;
}

int name_from_file(const char *file, char *out, size_t size)
{
	char back[NAME_FILE_MAX];
	int r;

	assert(size);
	if (strlen(file) > NAME_LEN_MAX)
		return -ENAMETOOLONG;
	if (strcmp(file, "%") == 0) {
		out[0] = '\0';
		return 0;
	}
	r = name_unescape(file, out, size);
	if (r < 0)
		return r;
	name_to_file(out, "", back);
	return out[0] && strcmp(back, file) == 0 ? 0 : -EINVAL;
}
