/* SPDX-License-Identifier: MIT */
/* The text of -h, from the table. */
#include <string.h>
#include "settings.h"

#define HELP_WIDTH  80
#define HELP_MAX    2048 /* bytes of the description of one option */
#define HELP_COLUMN 25	 /* where the description of an option begins */

static const char help_head[] =
	"usage: vpcfs [options] [ENDPOINT] MOUNTPOINT\n"
	"\n"
	"Mounts the VPCs of a CoreWeave organisation as a directory tree.\n"
	"\n";

static const char help_tail[] =
	"\n"
	"Options of fstab, of mount(8) and of FUSE may stand behind -o as well. "
	"MOUNTPOINT\n"
	"may be /dev/fd/N, a FUSE descriptor that is mounted already.\n"
	"\n"
	"Examples:\n"
	"  vpcfs --emulator ~/vpcs\n"
	"  vpcfs -o token_file=$HOME/.coreweave-token,zone=US-EAST-04A ~/vpcs\n"
	"  vpcfs -o token_command='cwic auth token' ~/vpcs\n"
	"  mount -t fuse.vpcfs -o token_file=/etc/coreweave-token vpcfs /mnt/vpcs\n"
	"  echo true > ~/vpcs/prod/ingress/disablePublicServices; cat ~/vpcs/prod/.error\n"
	"  vpcfs --status ~/vpcs\n"
	"  fusermount3 -u ~/vpcs\n"
	"\n"
	"While it is mounted, MOUNTPOINT/.vpcfs/README says how to use it.\n";

/* "-o ttl=SECONDS", "--emulator[=STATE]", "-V, --version" */
static int add_form(const struct setting *s, struct buf *ret)
{
	int r = 0;

	if (!s->is_flag)
		r = buf_adds(ret, "-o ");
	if (s->letter)
		r = buf_addf(ret, "-%c%s", s->letter, s->name ? ", " : "");
	if (r == 0 && s->name)
		r = buf_addf(ret, "%s%s", s->is_flag ? "--" : "", s->name);
	if (r < 0 || !s->argument)
		return r;
	if (s->is_argument_optional)
		return buf_addf(ret, "[=%s]", s->argument);
	return buf_addf(ret, "%c%s", s->is_flag ? ' ' : '=', s->argument);
}

/* Adds the words of the text in lines that start at HELP_COLUMN. The first line is at column
 * already. */
static int add_wrapped(const char *text, size_t column, struct buf *ret)
{
	int r = 0;

	while (*text && r == 0) {
		size_t n = strcspn(text, " ");

		if (column + 1 + n > HELP_WIDTH) {
			r = buf_addf(ret, "\n%*s", HELP_COLUMN - 1, "");
			column = HELP_COLUMN - 1;
		}
		if (r == 0)
			r = buf_addf(ret, " %.*s", (int)n, text);
		column += 1 + n;
		text += n;
		text += strspn(text, " ");
	}
	return r < 0 ? r : buf_addc(ret, '\n');
}

/* Adds what the option does, and its default. */
static int add_meaning(const struct setting *s, struct buf *ret)
{
	const char *fallback = s->fallback ? s->fallback : s->otherwise;
	int r = buf_adds(ret, s->help);

	if (r < 0 || !fallback)
		return r;
	return buf_addf(ret, "; default %s%s%s%s", s->variable ? "$" : "",
		s->variable ? s->variable : "", s->variable ? ", else " : "", fallback);
}

static int add_setting(const struct setting *s, struct buf *ret)
{
	CLEANUP_BUF struct buf form = BUF_INIT(HELP_WIDTH), meaning = BUF_INIT(HELP_MAX);
	int r = add_form(s, &form);

	if (r == 0)
		r = add_meaning(s, &meaning);
	if (r == 0)
		r = buf_addf(ret, "  %-*s", HELP_COLUMN - 3, buf_str(&form));
	if (r < 0)
		return r;
	return add_wrapped(buf_str(&meaning),
		form.len + 2 > HELP_COLUMN - 1 ? HELP_WIDTH : HELP_COLUMN - 1, ret);
}

int config_help(struct buf *ret)
{
	int r = buf_adds(ret, help_head);

	for (size_t i = 0; i < setting_count && r == 0; i++) {
		if (settings[i].help)
			r = add_setting(&settings[i], ret);
	}
	return r < 0 ? r : buf_adds(ret, help_tail);
}
