/* SPDX-License-Identifier: MIT */
/* Takes the value of one option as its type in the table says. */
#include "settings.h"

#include <errno.h>
#include <string.h>
#include "base/distance.h"
#include "base/words.h"
#include "http/url.h"
#include "value.h"

#define SETTINGS_NEAR 2 /* a suggestion differs by at most so many letters */
#define SETTINGS_NAME 32

static int put_text(char **at, char *owned)
{
	if (!owned)
		return -ENOMEM;
	free(*at);
	*at = owned;
	return 0;
}

static int put_url(const char *value, char **at, struct err *err)
{
	CLEANUP_URL struct url url = {.text = NULL};
	int r = url_parse(value, &url, err);

	return r < 0 ? r : put_text(at, STEAL(url.text));
}

/* A relative path is refused: when the command is run, the working directory of a daemon is /. */
static int put_command(const char *value, char ***at, struct err *err)
{
	char **words;
	int r = words_split(value, &words, err);

	if (r == 0 && words[0][0] != '/' && strchr(words[0], '/')) {
		r = err_set(err, EINVAL,
			"%s: expected the absolute path of the program, or a name to be "
			"found in PATH",
			words[0]);
		words_free(words);
	}
	if (r < 0)
		return r;
	words_free(*at);
	*at = words;
	return 0;
}

static int put_time(
	const struct setting *s, const char *value, uint64_t *at, struct err *err)
{
	bool is_limit = s->type == SETTING_LIMIT;
	uint64_t ms;

	if (value_seconds(value, &ms) && (ms || !is_limit)) {
		*at = ms;
		return 0;
	}
	return err_set(err, EINVAL, "%s=%s: expected seconds %s %d, like %s", s->name,
		value, is_limit ? "above 0 and up to" : "from 0 to", VALUE_SECONDS_MAX,
		is_limit ? "10 or 2.5" : "5 or 0.5");
}

static int put_word(
	const struct setting *s, const char *value, unsigned *at, struct err *err)
{
	CLEANUP_BUF struct buf all = BUF_INIT(SETTINGS_NAME * 8);

	for (unsigned i = 0; s->words[i]; i++) {
		if (strcmp(s->words[i], value) == 0) {
			*at = i;
			return 0;
		}
		buf_addf(&all, "%s%s", i ? ", " : "", s->words[i]);
	}
	return err_set(
		err, EINVAL, "%s=%s: expected one of %s", s->name, value, buf_str(&all));
}

static int put_number(const struct setting *s, const char *value, void *at, struct err *err)
{
	switch (s->type) {
	case SETTING_USER:
		if (value_uid(value, at))
			return 0;
		return err_set(err, EINVAL, "%s=%s: neither a number nor a known user",
			s->name, value);
	case SETTING_GROUP:
		if (value_gid(value, at))
			return 0;
		return err_set(err, EINVAL, "%s=%s: neither a number nor a known group",
			s->name, value);
	default:
		if (value_umask(value, at))
			return 0;
		return err_set(err, EINVAL, "%s=%s: expected an octal number like 077",
			s->name, value);
	}
}

static int put_emulator(struct config *config, const char *state, struct err *err)
{
	config->emulator = true;
	if (!state)
		return 0;
	if (!*state)
		return err_set(
			err, EINVAL, "--emulator=: the name of the state file is missing");
	return put_text(&config->emulator_state, value_absolute(state));
}

static int put_flag(
	const struct setting *s, struct config *config, const char *value, struct err *err)
{
	switch (s->type) {
	case SETTING_ACTION:
		config->action = s->action;
		return 0;
	case SETTING_STATUS:
		config->action = s->action;
		return value ? put_text(&config->mountpoint, value_absolute(value)) : 0;
	case SETTING_EMULATOR:
		return put_emulator(config, value, err);
	case SETTING_TOKEN:
		return err_set(err, EINVAL,
			"token=: the command line is visible to everybody on this machine; "
			"put the token into a file that only you can read and use -o "
			"token_file=PATH, or set COREWEAVE_API_TOKEN");
	default:
		return 0;
	}
}

int setting_take(
	const struct setting *s, struct config *config, const char *value, struct err *err)
{
	void *at = (char *)config + s->offset;

	switch (s->type) {
	case SETTING_ON:
	case SETTING_OFF:
		*(bool *)at = s->type == SETTING_ON;
		return 0;
	case SETTING_TEXT:
		return put_text(at, strdup(value));
	case SETTING_PATH:
		return put_text(at, value_absolute(value));
	case SETTING_URL:
		return put_url(value, at, err);
	case SETTING_COMMAND:
		return put_command(value, at, err);
	case SETTING_TIME:
	case SETTING_LIMIT:
		return put_time(s, value, at, err);
	case SETTING_WORD:
		return put_word(s, value, at, err);
	case SETTING_USER:
	case SETTING_GROUP:
	case SETTING_MODE:
		return put_number(s, value, at, err);
	default:
		return put_flag(s, config, value, err);
	}
}

const char *settings_nearest(const char *name)
{
	const char *nearest = NULL;
	size_t best = SETTINGS_NEAR + 1;

	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *s = &settings[i];
		size_t d;

		if (s->is_flag || s->type == SETTING_TOKEN)
			continue;
		d = word_distance(s->name, name);
		if (d < best && d < strlen(s->name)) {
			best = d;
			nearest = s->name;
		}
	}
	return nearest;
}

static int take_foreign(
	struct parse *p, const char *name, const char *value, struct err *err)
{
	const char *near, *why = "";
	int r;

	switch (mount_word_find(name, value != NULL, &why)) {
	case MOUNT_WORD_IGNORED:
		return 0;
	case MOUNT_WORD_PASSED:
		r = p->fuse_opts.len ? buf_addc(&p->fuse_opts, ',') : 0;
		return r < 0 ? r : buf_adds(&p->fuse_opts, name);
	case MOUNT_WORD_REFUSED:
		return err_set(err, EINVAL, "option %s: %s", name, why);
	case MOUNT_WORD_UNKNOWN:
		break;
	}
	near = settings_nearest(name);
	if (near)
		return err_set(
			err, EINVAL, "unknown option %.64s: do you mean %s?", name, near);
	return err_set(err, EINVAL, "unknown option %.64s: see vpcfs -h", name);
}

static const struct setting *find_setting(const char *name)
{
	for (size_t i = 0; i < setting_count; i++) {
		if (!settings[i].is_flag && strcmp(settings[i].name, name) == 0)
			return &settings[i];
	}
	return NULL;
}

int settings_take(struct parse *parse, const char *name, const char *value, struct err *err)
{
	const struct setting *s = find_setting(name);
	struct err why = {""};
	int r;

	if (!s)
		return take_foreign(parse, name, value, err);
	if (s->argument && *s->argument && (!value || !*value))
		return err_set(err, EINVAL, "option %s: write %s=VALUE", name, name);
	if (!s->argument && value)
		return err_set(err, EINVAL, "option %s: takes no value", name);
	parse->is_given[s - settings] = true;
	r = setting_take(s, parse->config, value ? value : "", &why);
	if (r < 0 && (s->type == SETTING_URL || s->type == SETTING_COMMAND))
		return err_set(err, -r, "%s=: %s", name, why.text);
	return r < 0 ? err_set(err, -r, "%s", why.text) : 0;
}
