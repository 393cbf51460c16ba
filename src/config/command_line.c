/* SPDX-License-Identifier: MIT */
/* The command line: getopt_long splits it, and the table says what each option is. */
#include "settings.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define FLAGS_MAX 24
/* getopt's value for a flag without a letter, plus the flag's index in the table */
#define FLAG_LONG	256
#define FLAG_POSITIONAL 1 /* getopt's value for an argument that is not an option */

/* The table's flags in the form that getopt_long takes. */
struct flags {
	char letters[2 * FLAGS_MAX + 3];
	struct option names[FLAGS_MAX + 1];
};

static bool has_control(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7F)
			return true;
	}
	return false;
}

/* Takes one option of a -o list; text is a copy that may be cut. */
static int take_setting(struct parse *parse, char *text, struct err *err)
{
	char *equals = strchr(text, '=');

	if (!*text)
		return 0;
	if (has_control(text))
		return err_set(err, EINVAL, "-o: it contains a control character");
	if (equals)
		*equals = '\0';
	return settings_take(parse, text, equals ? equals + 1 : NULL, err);
}

/* Takes a -o list. Commas separate the options; a backslash takes the next character as it is (as
 * in libfuse). */
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

/* The mountpoint of --status may stand apart from it (--status --json MOUNTPOINT), as an argument
 * that is not an option. */
static int has_arg(const struct setting *s)
{
	if (!s->argument)
		return no_argument;
	return s->is_argument_optional || s->type == SETTING_STATUS ? optional_argument
								    : required_argument;
}

/* Fills in the flags. "-" has getopt return arguments that are not options in their order; ":"
 * keeps getopt from printing messages. */
static void flags_init(struct flags *flags)
{
	char *letter = stpcpy(flags->letters, "-:");
	struct option *name = flags->names;

	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *s = &settings[i];

		if (!s->is_flag)
			continue;
		if (s->letter)
			*letter++ = s->letter;
		if (s->letter && s->argument)
			*letter++ = ':';
		if (s->name)
			*name++ = (struct option){
				.name = s->name,
				.has_arg = has_arg(s),
				.val = s->letter ? s->letter : FLAG_LONG + (int)i,
			};
	}
	*letter = '\0';
	*name = (struct option){.name = NULL};
}

static const struct setting *flag_find(int value)
{
	if (value >= FLAG_LONG)
		return &settings[value - FLAG_LONG];
	for (size_t i = 0; i < setting_count; i++) {
		if (value && settings[i].letter == value)
			return &settings[i];
	}
	return NULL;
}

static int flag_needs_value(int value, struct err *err)
{
	const struct setting *s = flag_find(value);

	if (s && s->name)
		return err_set(err, EINVAL, "--%s: %s is missing", s->name, s->argument);
	return err_set(err, EINVAL, "-%c: options must follow", value);
}

/* Refuses a flag. value is what getopt returned in optopt: an unknown letter, a flag that takes no
 * value and has one, or 0 for an unknown name, which is at the start of arg. */
static int refuse_flag(int value, const char *arg, struct err *err)
{
	const struct setting *s = flag_find(value);
	char name[64];
	const char *near;

	if (s)
		return err_set(err, EINVAL, "option --%s: takes no value", s->name);
	if (value)
		return err_set(err, EINVAL, "unknown option -%c: see vpcfs -h", value);
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(arg, "="), arg);
	near = settings_nearest(name + strspn(name, "-"));
	if (near)
		return err_set(
			err, EINVAL, "unknown option %s: do you mean -o %s?", name, near);
	return err_set(err, EINVAL, "unknown option %s: see vpcfs -h", name);
}

static int take_positional(struct parse *parse, const char *arg, struct err *err)
{
	if (parse->positionals == ARGS_MAX)
		return err_set(
			err, EINVAL, "too many arguments: [ENDPOINT] MOUNTPOINT expected");
	parse->positional[parse->positionals++] = arg;
	return 0;
}

static int take_flag(struct parse *parse, const struct setting *s, struct err *err)
{

	if (s->type == SETTING_DEBUG) {
		parse->config->foreground = true;
		return settings_take(parse, "log", "debug", err);
	}
	if (s->type == SETTING_LIST)
		return *optarg ? take_settings(parse, optarg, err) : 0;
	return setting_take(s, parse->config, optarg, err);
}

int command_line_take(struct parse *parse, int argc, char *const *argv, struct err *err)
{
	struct config *config = parse->config;
	struct flags flags;
	int value = 0, r = 0;

	flags_init(&flags);
	optind = 0; /* resets getopt, whatever it has read before */
	while (r == 0 && config->action != CONFIG_HELP &&
		config->action != CONFIG_VERSION &&
		(value = getopt_long(argc, argv, flags.letters, flags.names, NULL)) != -1) {
		if (value == FLAG_POSITIONAL)
			r = take_positional(parse, optarg, err);
		else if (value == ':')
			r = flag_needs_value(optopt, err);
		else if (value == '?')
			r = refuse_flag(optopt, argv[optind - 1], err);
		else
			r = take_flag(parse, flag_find(value), err);
	}
	for (; r == 0 && value == -1 && optind < argc; optind++)
		r = take_positional(parse, argv[optind], err);
	return r;
}
