/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <string.h>
#include "base/cleanup.h"
#include "base/utf8.h"
#include "model/name.h"

static void check_file(const char *file)
{
	size_t len = strlen(file);

	CHECK(len > 0 && len < NAME_FILE_MAX);
	CHECK(!strchr(file, '/') && file[0] != '.');
	CHECK(utf8_is_valid(file, len));
	for (size_t i = 0; i < len; i++)
		CHECK((unsigned char)file[i] >= 0x20 && file[i] != 0x7F);
}

static void check_from(const char *file)
{
	char name[NAME_FILE_MAX], again[NAME_FILE_MAX];

	if (name_from_file(file, name, sizeof(name)) < 0)
		return;
	name_to_file(name, "", again);
	CHECK(strcmp(again, file) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *name = strndup((const char *)data, size);
	char file[NAME_FILE_MAX], back[NAME_FILE_MAX];

	if (!name)
		return 0;
	name_to_file(name, name, file);
	check_file(file);
	/* Either cut, and a name of its own, or the way back leads to the name. */
	if (strcmp(file, "%") == 0 || !strchr(file, '~')) {
		CHECK(name_from_file(file, back, sizeof(back)) == 0);
		CHECK(strcmp(back, name) == 0);
	}
	check_from(file);
	check_from(name);
	name_with_id(name, name, file);
	check_file(file);
	return 0;
}
