/* SPDX-License-Identifier: MIT */
/* Runs a target over every file given, and every file in a directory given. None at all is a
 * failure. */
#include <dirent.h>
#include <string.h>
#include "base/buf.h"
#include "base/file.h"
#include "fuzz.h"

#define INPUT_MAX (1u << 24)

static int replay_file(const char *path)
{
	CLEANUP_BUF struct buf input = BUF_INIT(INPUT_MAX);
	CLEANUP_FREE uint8_t *exact = NULL;

	if (file_read(path, &input) < 0)
		return 0;
	exact = malloc(
		input.len + 1); /* without a NUL that would hide a read past the end */
	CHECK(exact);
	exact = realloc(exact, input.len ? input.len : 1);
	CHECK(exact);
	memcpy(exact, buf_str(&input), input.len);
	LLVMFuzzerTestOneInput(exact, input.len);
	return 1;
}

static int replay_dir(const char *path, DIR *dir)
{
	struct dirent *entry;
	char file[4096];
	int ran = 0;

	while ((entry = readdir(dir))) {
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.')
			ran += replay_file(file);
	}
	return ran;
}

int main(int argc, char **argv)
{
	int ran = 0;

	for (int i = 1; i < argc; i++) {
		DIR *dir = opendir(argv[i]);

		ran += dir ? replay_dir(argv[i], dir) : replay_file(argv[i]);
		if (dir)
			closedir(dir);
	}
	printf("%d inputs\n", ran);
	return ran ? 0 : 1;
}
