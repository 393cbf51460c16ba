/* SPDX-License-Identifier: MIT */
/* The options in force as text: those of the table, and settings that are not options. */
#include "settings.h"

static int print_text(struct buf *ret, const char *name, const char *value)
{
	return value ? buf_addf(ret, "%s=%s\n", name, value) : 0;
}

/* Prints a time in seconds, with a fraction only if there is one. */
static int print_ms(struct buf *ret, const char *name, uint64_t ms)
{
	unsigned part = (unsigned)(ms % 1000), width = 3;

	if (part == 0)
		return buf_addf(ret, "%s=%llu\n", name, (unsigned long long)ms / 1000);
	for (; part % 10 == 0; width--)
		part /= 10;
	return buf_addf(ret, "%s=%llu.%0*u\n", name, (unsigned long long)ms / 1000,
		(int)width, part);
}

/* Prints only the program, because its arguments may be secret. */
static int print_command(struct buf *ret, const char *name, char *const *words)
{
	return words ? buf_addf(ret, "%s=%s%s\n", name, words[0], words[1] ? " ..." : "")
		     : 0;
}

static int print_setting(
	const struct setting *s, const struct config *config, struct buf *ret)
{
	const void *at = (const char *)config + s->offset;

	switch (s->type) {
	case SETTING_ON:
		return buf_addf(
			ret, "%s=%s\n", s->name, *(const bool *)at ? "true" : "false");
	case SETTING_TEXT:
	case SETTING_PATH:
	case SETTING_URL:
		return print_text(ret, s->name, *(char *const *)at);
	case SETTING_COMMAND:
		return print_command(ret, s->name, *(char **const *)at);
	case SETTING_TIME:
	case SETTING_LIMIT:
		return print_ms(ret, s->name, *(const uint64_t *)at);
	case SETTING_USER:
		return buf_addf(ret, "%s=%u\n", s->name, (unsigned)*(const uid_t *)at);
	case SETTING_GROUP:
		return buf_addf(ret, "%s=%u\n", s->name, (unsigned)*(const gid_t *)at);
	case SETTING_MODE:
		return buf_addf(ret, "%s=%03o\n", s->name, (unsigned)*(const mode_t *)at);
	case SETTING_WORD:
		return print_text(ret, s->name, s->words[*(const unsigned *)at]);
	default:
		return 0;
	}
}

int config_print(const struct config *config, struct buf *ret)
{
	int r = print_text(ret, "mountpoint", config->mountpoint);

	for (size_t i = 0; i < setting_count && r == 0; i++) {
		if (!settings[i].is_flag)
			r = print_setting(&settings[i], config, ret);
	}
	if (r == 0)
		r = buf_addf(ret, "emulator=%s\n", config->emulator ? "true" : "false");
	if (r == 0)
		r = print_text(ret, "emulator_state", config->emulator_state);
	return r < 0 ? r : print_text(ret, "fuse", config->fuse_opts);
}
