/* SPDX-License-Identifier: MIT */
/* The table of what may stand behind -o: name, whether it has a value, who takes it. */
#include "settings.h"

#include <errno.h>
#include <string.h>
#include "endpoint.h"
#include "value.h"

#define SETTINGS_NEAR 2 /* letters to change, at most, for a suggestion */
#define SETTINGS_NAME 32

const char *const config_api_names[] = {"rest", "connect", "grpc"};

static int put_text(char **at, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return -ENOMEM;
	free(*at);
	*at = copy;
	return 0;
}

static int put_path(char **at, const char *value)
{
	char *path = value_absolute(value);

	if (!path)
		return -ENOMEM;
	free(*at);
	*at = path;
	return 0;
}

static int take_endpoint(struct parse *p, const char *value, struct err *err)
{
	char *url;
	int r = endpoint_parse(value, "endpoint=", &url, err);

	if (r < 0)
		return r;
	free(p->endpoint);
	p->endpoint = url;
	return 0;
}

static int take_token(struct parse *p, const char *value, struct err *err)
{
	return err_set(err, EINVAL,
		"token=: the command line is visible to everybody on this machine; put the "
		"token into a file only you can read and say -o token_file=PATH, or set "
		"COREWEAVE_API_TOKEN");
}

static int take_token_file(struct parse *p, const char *value, struct err *err)
{
	return put_path(&p->config->token_file, value);
}

static int take_cacert(struct parse *p, const char *value, struct err *err)
{
	return put_path(&p->config->cacert, value);
}

static int take_zone(struct parse *p, const char *value, struct err *err)
{
	return put_text(&p->config->zone, value);
}

static int take_api(struct parse *p, const char *value, struct err *err)
{
	for (unsigned i = CONFIG_API_REST; i <= CONFIG_API_GRPC; i++) {
		if (strcmp(config_api_names[i], value) == 0) {
			p->config->api = i;
			return 0;
		}
	}
	return err_set(err, EINVAL, "api=%s: expected rest, connect or grpc", value);
}

static int take_ttl(struct parse *p, const char *value, struct err *err)
{
	p->has_ttl = true;
	if (value_seconds(value, &p->config->ttl_ms))
		return 0;
	return err_set(err, EINVAL, "ttl=%s: expected seconds from 0 to %d, like 5 or 0.5",
		value, VALUE_SECONDS_MAX);
}

static int take_timeout(struct parse *p, const char *value, struct err *err)
{
	p->has_timeout = true;
	if (value_seconds(value, &p->config->timeout_ms) && p->config->timeout_ms > 0)
		return 0;
	return err_set(err, EINVAL,
		"timeout=%s: expected seconds above 0 and up to %d, like 10 or 2.5", value,
		VALUE_SECONDS_MAX);
}

static int take_uid(struct parse *p, const char *value, struct err *err)
{
	if (value_uid(value, &p->config->uid))
		return 0;
	return err_set(err, EINVAL, "uid=%s: neither a number nor a known user", value);
}

static int take_gid(struct parse *p, const char *value, struct err *err)
{
	if (value_gid(value, &p->config->gid))
		return 0;
	return err_set(err, EINVAL, "gid=%s: neither a number nor a known group", value);
}

static int take_umask(struct parse *p, const char *value, struct err *err)
{
	if (value_umask(value, &p->config->umask))
		return 0;
	return err_set(err, EINVAL, "umask=%s: expected an octal number like 077", value);
}

static int take_ro(struct parse *p, const char *value, struct err *err)
{
	p->config->read_only = true;
	return 0;
}

static int take_rw(struct parse *p, const char *value, struct err *err)
{
	p->config->read_only = false;
	return 0;
}

static int take_dry_run(struct parse *p, const char *value, struct err *err)
{
	p->config->dry_run = true;
	return 0;
}

static int take_nodelete(struct parse *p, const char *value, struct err *err)
{
	p->config->nodelete = true;
	return 0;
}

static int take_allow_http(struct parse *p, const char *value, struct err *err)
{
	p->config->allow_http = true;
	return 0;
}

static int take_allow_other(struct parse *p, const char *value, struct err *err)
{
	p->config->allow_other = true;
	return 0;
}

enum value_need { VALUE_NONE, VALUE_NEEDED, VALUE_ANY };

static const struct setting {
	const char *name;
	enum value_need value;
	int (*take)(struct parse *parse, const char *value, struct err *err);
} settings[] = {
	{"endpoint", VALUE_NEEDED, take_endpoint},
	{"token_file", VALUE_NEEDED, take_token_file},
	{"token", VALUE_ANY, take_token},
	{"zone", VALUE_NEEDED, take_zone},
	{"api", VALUE_NEEDED, take_api},
	{"ttl", VALUE_NEEDED, take_ttl},
	{"timeout", VALUE_NEEDED, take_timeout},
	{"cacert", VALUE_NEEDED, take_cacert},
	{"allow_http", VALUE_NONE, take_allow_http},
	{"ro", VALUE_NONE, take_ro},
	{"rw", VALUE_NONE, take_rw},
	{"dry_run", VALUE_NONE, take_dry_run},
	{"nodelete", VALUE_NONE, take_nodelete},
	{"uid", VALUE_NEEDED, take_uid},
	{"gid", VALUE_NEEDED, take_gid},
	{"umask", VALUE_NEEDED, take_umask},
	{"allow_other", VALUE_NONE, take_allow_other},
};

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Letters to insert, delete or replace between the two. */
static size_t distance(const char *a, const char *b)
{
	size_t row[SETTINGS_NAME + 1], n = strlen(b);

	if (n > SETTINGS_NAME)
		return SIZE_MAX;
	for (size_t k = 0; k <= n; k++)
		row[k] = k;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t k = 1; k <= n; k++) {
			size_t above = row[k];

			row[k] = min3(row[k] + 1, row[k - 1] + 1,
				diagonal + (a[i - 1] != b[k - 1]));
			diagonal = above;
		}
	}
	return row[n];
}

const char *settings_nearest(const char *name)
{
	const char *nearest = NULL;
	size_t best = SETTINGS_NEAR + 1;

	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		size_t d = distance(settings[i].name, name);

		if (settings[i].take == take_token)
			continue;
		if (d < best && d < strlen(settings[i].name)) {
			best = d;
			nearest = settings[i].name;
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

int settings_take(struct parse *parse, const char *name, const char *value, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		const struct setting *s = &settings[i];

		if (strcmp(s->name, name) != 0)
			continue;
		if (s->value == VALUE_NEEDED && (!value || !*value))
			return err_set(
				err, EINVAL, "option %s: write %s=VALUE", name, name);
		if (s->value == VALUE_NONE && value)
			return err_set(err, EINVAL, "option %s: has no value", name);
		return s->take(parse, value, err);
	}
	return take_foreign(parse, name, value, err);
}
