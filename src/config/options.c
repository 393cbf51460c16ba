/* SPDX-License-Identifier: MIT */
/* Command line and environment as one struct. Options and positionals may stand in any order, since
 * mount(8) puts -o last; the command line is read to its end before anything is decided. */
#include "config/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "endpoint.h"
#include "settings.h"
#include "value.h"

#define CONFIG_TTL_MS	     5000
#define CONFIG_TIMEOUT_MS    10000
#define CONFIG_UMASK	     077
#define CONFIG_ENDPOINT	     "https://api.coreweave.com"
#define CONFIG_POSITIONALS   2
#define CONFIG_FUSE_OPTS_MAX 1024

/* The arguments behind the program's name, and how far they are read. */
struct args {
	int argc;
	char *const *argv;
	int at;
	const char *positional[CONFIG_POSITIONALS]; /* borrowed from argv */
	int positionals;
	bool options_ended; /* by -- */
};

static bool has_control(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7F)
			return true;
	}
	return false;
}

/* One option of a -o list, in a copy that may be cut. */
static int take_setting(struct parse *parse, char *text, struct err *err)
{
	char *equals = strchr(text, '=');

	if (!*text)
		return 0;
	if (has_control(text))
		return err_set(err, EINVAL, "-o: there is a control character in it");
	if (equals)
		*equals = '\0';
	return settings_take(parse, text, equals ? equals + 1 : NULL, err);
}

/* A -o list: commas separate, a backslash takes the next character as it is (as in libfuse). */
static int take_settings(struct parse *parse, const char *list, struct err *err)
{
	size_t size = strlen(list) + 1, len = 0;
	CLEANUP_FREE char *text = malloc(size);
	int r = 0;

	if (!text)
		return -ENOMEM;
	memset(text, 0, size);
	for (; r == 0; list++) {
		if (*list == '\\' && list[1]) {
			text[len++] = *++list;
			continue;
		}
		if (*list && *list != ',') {
			text[len++] = *list;
			continue;
		}
		text[len] = '\0';
		len = 0;
		r = take_setting(parse, text, err);
		if (!*list)
			break;
	}
	explicit_bzero(text, size); /* a refused token= may be in it */
	return r;
}

static int take_emulator(struct config *config, const char *state, struct err *err)
{
	config->emulator = true;
	if (!state)
		return 0;
	if (!*state)
		return err_set(
			err, EINVAL, "--emulator=: the name of the state file is missing");
	free(config->emulator_state);
	config->emulator_state = value_absolute(state);
	return config->emulator_state ? 0 : -ENOMEM;
}

static int refuse_flag(const char *flag, struct err *err)
{
	char name[64];
	const char *near;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(flag, "="), flag);
	near = strncmp(name, "--", 2) == 0 ? settings_nearest(name + 2) : NULL;
	if (near)
		return err_set(
			err, EINVAL, "unknown option %s: do you mean -o %s?", name, near);
	return err_set(err, EINVAL, "unknown option %s: see vpcfs -h", name);
}

static int take_long(struct config *config, const char *flag, struct err *err)
{
	if (strcmp(flag, "--help") == 0)
		config->action = CONFIG_HELP;
	else if (strcmp(flag, "--version") == 0)
		config->action = CONFIG_VERSION;
	else if (strcmp(flag, "--emulator") == 0)
		return take_emulator(config, NULL, err);
	else if (strncmp(flag, "--emulator=", 11) == 0)
		return take_emulator(config, flag + 11, err);
	else
		return refuse_flag(flag, err);
	return 0;
}

/* -o LIST or -oLIST, list being what stands behind the o. */
static int take_list(
	struct parse *parse, struct args *args, const char *list, struct err *err)
{
	if (!*list) {
		if (args->at + 1 >= args->argc)
			return err_set(err, EINVAL, "-o: options must follow");
		list = args->argv[++args->at];
	}
	return take_settings(parse, list, err);
}

/* One argument of short flags, which may stand together: -fd, -fo LIST. */
static int take_short(
	struct parse *parse, struct args *args, const char *flags, struct err *err)
{
	struct config *config = parse->config;

	for (const char *flag = flags + 1; *flag; flag++) {
		switch (*flag) {
		case 'o':
			return take_list(parse, args, flag + 1, err);
		case 'd':
			config->debug = true;
			config->foreground = true;
			break;
		case 'f':
			config->foreground = true;
			break;
		case 'h':
			config->action = CONFIG_HELP;
			break;
		case 'V':
			config->action = CONFIG_VERSION;
			break;
		case 's': /* FUSE: one thread; mount(8): sloppy */
		case 'n': /* mount(8): no mtab */
		case 'v': /* mount(8): verbose */
			break;
		default:
			return refuse_flag((char[]){'-', *flag, '\0'}, err);
		}
	}
	return 0;
}

static int take_argument(struct parse *parse, struct args *args, struct err *err)
{
	const char *arg = args->argv[args->at];

	if (!args->options_ended && strcmp(arg, "--") == 0) {
		args->options_ended = true;
		return 0;
	}
	if (!args->options_ended && arg[0] == '-' && arg[1])
		return arg[1] == '-' ? take_long(parse->config, arg, err)
				     : take_short(parse, args, arg, err);
	if (args->positionals == CONFIG_POSITIONALS)
		return err_set(
			err, EINVAL, "too many arguments: [ENDPOINT] MOUNTPOINT expected");
	args->positional[args->positionals++] = arg;
	return 0;
}

/* What mount(8) needs in the first column of fstab when there is nothing to say there. */
static bool is_no_endpoint(const char *text)
{
	return strcmp(text, "none") == 0 || strcmp(text, "vpcfs") == 0;
}

static int decide_mountpoint(
	struct config *config, const struct args *args, struct err *err)
{
	const char *path = args->positionals ? args->positional[args->positionals - 1] : "";

	if (!*path || (args->positionals == 1 && endpoint_is_url(path)))
		return err_set(err, EINVAL,
			"MOUNTPOINT is missing: vpcfs [options] [ENDPOINT] MOUNTPOINT");
	if (endpoint_is_url(path))
		return err_set(err, EINVAL,
			"MOUNTPOINT is a URL: the order is ENDPOINT MOUNTPOINT");
	config->mountpoint = value_absolute(path);
	return config->mountpoint ? 0 : -ENOMEM;
}

/* ENDPOINT of the command line or endpoint=, which must not contradict each other. */
static int decide_given_endpoint(
	struct parse *parse, const struct args *args, struct err *err)
{
	CLEANUP_FREE char *first = NULL;
	int r;

	if (args->positionals < 2 || is_no_endpoint(args->positional[0]))
		return 0;
	r = endpoint_parse(args->positional[0], "ENDPOINT", &first, err);
	if (r < 0)
		return r;
	if (parse->endpoint && strcmp(parse->endpoint, first) != 0)
		return err_set(err, EINVAL, "ENDPOINT %s contradicts endpoint=%s", first,
			parse->endpoint);
	free(parse->endpoint);
	parse->endpoint = STEAL(first);
	return 0;
}

static const char *env_text(const char *(*env)(const char *name), const char *name)
{
	const char *text = env(name);

	return text && *text ? text : NULL;
}

static int decide_endpoint(struct parse *parse, const struct args *args,
	const char *(*env)(const char *name), struct err *err)
{
	struct config *config = parse->config;
	const char *from_env = env_text(env, "COREWEAVE_API_ENDPOINT");
	int r = decide_given_endpoint(parse, args, err);

	if (r < 0)
		return r;
	if (config->emulator && parse->endpoint)
		return err_set(err, EINVAL, "--emulator has its own endpoint: leave out %s",
			parse->endpoint);
	config->loopback = config->emulator;
	if (config->emulator)
		return 0;
	if (parse->endpoint)
		config->endpoint = STEAL(parse->endpoint);
	else
		r = endpoint_parse(from_env ? from_env : CONFIG_ENDPOINT,
			"COREWEAVE_API_ENDPOINT", &config->endpoint, err);
	if (r < 0)
		return r;
	config->loopback = endpoint_is_loopback(config->endpoint);
	return endpoint_check_scheme(config->endpoint, config->allow_http, err);
}

static int decide_timeout(
	const struct parse *parse, const char *(*env)(const char *name), struct err *err)
{
	const char *text = env_text(env, "COREWEAVE_HTTP_TIMEOUT");
	uint64_t ms;

	if (parse->has_timeout || !text)
		return 0;
	if (!value_duration(text, &ms) || ms == 0)
		return err_set(err, EINVAL,
			"COREWEAVE_HTTP_TIMEOUT: expected a time above 0 like 10, 500ms or "
			"1m30s");
	parse->config->timeout_ms = ms;
	return 0;
}

static void config_init(struct config *config)
{
	*config = (struct config){
		.action = CONFIG_MOUNT,
		.ttl_ms = CONFIG_TTL_MS,
		.timeout_ms = CONFIG_TIMEOUT_MS,
		.uid = getuid(),
		.gid = getgid(),
		.umask = CONFIG_UMASK,
	};
}

static int parse_all(struct parse *parse, struct args *args,
	const char *(*env)(const char *name), struct err *err)
{
	struct config *config = parse->config;
	int r = 0;

	for (; args->at < args->argc; args->at++) {
		r = take_argument(parse, args, err);
		if (r < 0 || config->action != CONFIG_MOUNT)
			return r;
	}
	r = decide_mountpoint(config, args, err);
	if (r == 0)
		r = decide_endpoint(parse, args, env, err);
	if (r == 0)
		r = decide_timeout(parse, env, err);
	if (r < 0)
		return r;
	config->fuse_opts = buf_steal(&parse->fuse_opts);
	return config->fuse_opts ? 0 : -ENOMEM;
}

int config_parse(int argc, char *const *argv, const char *(*env)(const char *name),
	struct config *ret, struct err *err)
{
	struct config config;
	struct parse parse = {
		.config = &config, .fuse_opts = BUF_INIT(CONFIG_FUSE_OPTS_MAX)};
	struct args args = {.argc = argc, .argv = argv, .at = 1};
	int r;

	config_init(&config);
	r = parse_all(&parse, &args, env, err);
	free(parse.endpoint);
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
	free(config->zone);
	free(config->cacert);
	free(config->emulator_state);
	free(config->fuse_opts);
	*config = (struct config){.action = CONFIG_MOUNT};
}
