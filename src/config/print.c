/* SPDX-License-Identifier: MIT */
/* The options in force, as a person may read them in the mount. */
#include "settings.h"

static int print_text(struct buf *ret, const char *name, const char *value)
{
	return value ? buf_addf(ret, "%s=%s\n", name, value) : 0;
}

static int print_flag(struct buf *ret, const char *name, bool value)
{
	return buf_addf(ret, "%s=%s\n", name, value ? "true" : "false");
}

/* Seconds, with a fraction only where there is one. */
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

static int print_numbers(const struct config *config, struct buf *ret)
{
	int r = print_ms(ret, "ttl", config->ttl_ms);

	if (r == 0)
		r = print_ms(ret, "timeout", config->timeout_ms);
	if (r == 0)
		r = buf_addf(ret, "uid=%u\ngid=%u\numask=%03o\n", (unsigned)config->uid,
			(unsigned)config->gid, (unsigned)config->umask);
	return r;
}

static int print_flags(const struct config *config, struct buf *ret)
{
	const struct {
		const char *name;
		bool value;
	} flags[] = {
		{"ro", config->read_only},
		{"dry_run", config->dry_run},
		{"nodelete", config->nodelete},
		{"allow_http", config->allow_http},
		{"allow_other", config->allow_other},
		{"emulator", config->emulator},
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(flags) && r == 0; i++)
		r = print_flag(ret, flags[i].name, flags[i].value);
	return r;
}

int config_print(const struct config *config, struct buf *ret)
{
	const struct {
		const char *name;
		const char *value;
	} texts[] = {
		{"endpoint", config->endpoint},
		{"mountpoint", config->mountpoint},
		{"token_file", config->token_file},
		{"zone", config->zone},
		{"api", config_api_names[config->api]},
		{"cacert", config->cacert},
		{"emulator_state", config->emulator_state},
		{"fuse", config->fuse_opts},
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(texts) && r == 0; i++)
		r = print_text(ret, texts[i].name, texts[i].value);
	if (r == 0)
		r = print_numbers(config, ret);
	return r < 0 ? r : print_flags(config, ret);
}
