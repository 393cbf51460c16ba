/* SPDX-License-Identifier: MIT */
/* The command line and the environment as one struct. The command line is read to its end before
 * anything is decided: options and arguments may come in any order, since mount(8) puts -o last. */
#include "config/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "base/words.h"
#include "http/url.h"
#include "settings.h"
#include "value.h"

#define CONFIG_FUSE_OPTS_MAX 1024

static bool is_url(const char *text)
{
	return strncasecmp(text, "http://", 7) == 0 ||
	       strncasecmp(text, "https://", 8) == 0;
}

/* Words for the first column of fstab if it names no endpoint; mount(8) needs one there. */
static bool is_no_endpoint(const char *text)
{
	return strcmp(text, "none") == 0 || strcmp(text, "vpcfs") == 0;
}

static int decide_mountpoint(struct parse *parse, struct err *err)
{
	int count = parse->positionals;
	const char *path = count ? parse->positional[count - 1] : "";

	if (!*path || (count == 1 && is_url(path)))
		return err_set(err, EINVAL,
			"MOUNTPOINT is missing: vpcfs [options] [ENDPOINT] MOUNTPOINT");
	if (is_url(path))
		return err_set(err, EINVAL,
			"MOUNTPOINT is a URL: the order is ENDPOINT MOUNTPOINT");
	parse->config->mountpoint = value_absolute(path);
	return parse->config->mountpoint ? 0 : -ENOMEM;
}

/* The endpoint is given as ENDPOINT or as endpoint=. If both are given, they must be the same. */
static int decide_given_endpoint(struct parse *parse, struct err *err)
{
	struct config *config = parse->config;
	CLEANUP_URL struct url url = {.text = NULL};
	struct err why = {""};
	int r;

	if (parse->positionals < 2 || is_no_endpoint(parse->positional[0]))
		return 0;
	r = url_parse(parse->positional[0], &url, &why);
	if (r < 0)
		return err_set(err, -r, "ENDPOINT: %s", why.text);
	if (config->endpoint && strcmp(config->endpoint, url.text) != 0)
		return err_set(err, EINVAL, "ENDPOINT %s contradicts endpoint=%s", url.text,
			config->endpoint);
	free(config->endpoint);
	config->endpoint = STEAL(url.text);
	return 0;
}

/* Allows http:// only to this machine. A loopback endpoint is not reached through a proxy. */
static int check_endpoint(struct config *config, struct err *err)
{
	CLEANUP_URL struct url url = {.text = NULL};
	int r;

	config->loopback = config->emulator;
	if (config->emulator)
		return 0;
	r = url_parse(config->endpoint, &url, err);
	if (r < 0)
		return r;
	config->loopback = url.is_loopback;
	if (config->allow_http || url.is_https || url.is_loopback)
		return 0;
	return err_set(err, EACCES,
		"endpoint %s: http:// would show the token to the network; use https://, "
		"or -o allow_http if you mean it",
		config->endpoint);
}

static int decide_endpoint(struct parse *parse, struct err *err)
{
	const struct config *config = parse->config;
	int r = decide_given_endpoint(parse, err);

	if (r == 0 && config->emulator && config->endpoint)
		return err_set(err, EINVAL, "--emulator has its own endpoint: leave out %s",
			config->endpoint);
	return r;
}

static int decide_token(const struct config *config, struct err *err)
{
	if (!config->token_file || !config->token_command)
		return 0;
	return err_set(err, EINVAL, "token_file= and token_command=: only one can be used");
}

/* Takes the value of an environment variable. There a time is written as in Go. */
static int take_variable(
	const struct setting *s, const char *text, struct config *config, struct err *err)
{
	struct err why = {""};
	int r;

	if (s->type != SETTING_LIMIT) {
		r = setting_take(s, config, text, &why);
		return r < 0 ? err_set(err, -r, "%s: %s", s->variable, why.text) : 0;
	}
	if (value_duration(text, (uint64_t *)((char *)config + s->offset)) &&
		*(const uint64_t *)((const char *)config + s->offset))
		return 0;
	return err_set(err, EINVAL, "%s: expected a time above 0 like 10, 500ms or 1m30s",
		s->variable);
}

/* Whether an endpoint is given, or none is needed. */
static bool has_endpoint(const struct config *config)
{
	return config->endpoint || config->emulator || config->action == CONFIG_STATUS;
}

/* Fills in what no option has set: from the environment, else from the table's default. */
static int take_defaults(struct parse *parse, struct err *err)
{
	struct config *config = parse->config;
	int r = 0;

	for (size_t i = 0; i < setting_count && r == 0; i++) {
		const struct setting *s = &settings[i];
		const char *text = s->variable ? parse->env(s->variable) : NULL;

		if (parse->is_given[i])
			continue;
		if (s->type == SETTING_URL && has_endpoint(config))
			continue;
		if (text && *text)
			r = take_variable(s, text, config, err);
		else if (s->fallback)
			r = setting_take(s, config, s->fallback, err);
	}
	return r;
}

static int decide_mount(struct parse *parse, struct err *err)
{
	struct config *config = parse->config;
	int r = config->json ? err_set(err, EINVAL, "--json: only with --status") : 0;

	if (r == 0)
		r = decide_mountpoint(parse, err);
	if (r == 0)
		r = decide_endpoint(parse, err);
	if (r == 0)
		r = take_defaults(parse, err);
	if (r == 0)
		r = check_endpoint(config, err);
	if (r == 0)
		r = decide_token(config, err);
	if (r < 0)
		return r;
	config->fuse_opts = buf_steal(&parse->fuse_opts);
	return config->fuse_opts ? 0 : -ENOMEM;
}

static int decide_status(struct parse *parse, struct err *err)
{
	struct config *config = parse->config;
	int used = !config->mountpoint && parse->positionals;

	if (parse->positionals > used)
		return err_set(err, EINVAL, "--status MOUNTPOINT takes nothing else: %s",
			parse->positional[used]);
	if (used)
		config->mountpoint = value_absolute(parse->positional[0]);
	else if (!config->mountpoint)
		return err_set(err, EINVAL, "--status: MOUNTPOINT is missing");
	return config->mountpoint ? take_defaults(parse, err) : -ENOMEM;
}

static int decide(struct parse *parse, struct err *err)
{
	switch (parse->config->action) {
	case CONFIG_MOUNT:
		return decide_mount(parse, err);
	case CONFIG_STATUS:
		return decide_status(parse, err);
	default:
		return 0;
	}
}

int config_parse(int argc, char *const *argv, const char *(*env)(const char *name),
	struct config *ret, struct err *err)
{
	struct config config;
	struct parse parse = {
		.config = &config, .env = env, .fuse_opts = BUF_INIT(CONFIG_FUSE_OPTS_MAX)};
	int r;

	config = (struct config){.action = CONFIG_MOUNT, .uid = getuid(), .gid = getgid()};
	r = command_line_take(&parse, argc, argv, err);
	if (r == 0)
		r = decide(&parse, err);
	buf_release(&parse.fuse_opts);
	if (r == -EFBIG)
		r = err_set(err, EINVAL, "-o: too many options");
	if (r == -ENOMEM)
		err_set(err, ENOMEM, "out of memory, or no working directory");
	if (r < 0)
		config_release(&config);
	else
		*ret = config;
	return r;
}

void config_release(struct config *config)
{
	free(config->endpoint);
	free(config->mountpoint);
	free(config->token_file);
	words_free(config->token_command);
	free(config->zone);
	free(config->cacert);
	free(config->fsname);
	free(config->emulator_state);
	free(config->fuse_opts);
	*config = (struct config){.action = CONFIG_MOUNT};
}
