/* SPDX-License-Identifier: MIT */
/* The one table of options. A new option is a row here and its member of struct config. */
#include "settings.h"

#define MEMBER(name) offsetof(struct config, name)

static const char *const api_words[] = {"rest", "connect", "grpc", NULL};
static const char *const log_words[] = {"error", "warn", "info", "debug", NULL};

const struct setting settings[] = {
	{"endpoint", .argument = "URL", .type = SETTING_URL, .offset = MEMBER(endpoint),
		.variable = "COREWEAVE_API_ENDPOINT",
		.fallback = "https://api.coreweave.com", .help = "the API"},
	{"token_file", .argument = "PATH", .type = SETTING_PATH,
		.offset = MEMBER(token_file),
		.help = "a file with the API token that only you can read; it is read "
			"again when it changes and when the API refuses the token",
		.otherwise = "$COREWEAVE_API_TOKEN, else "
			     "$CREDENTIALS_DIRECTORY/coreweave-token"},
	{"token_command", .argument = "CMD", .type = SETTING_COMMAND,
		.offset = MEMBER(token_command),
		.help = "a command that prints the token, or a Kubernetes ExecCredential; "
			"it is run without a shell at the start, before the token expires, "
			"and when the API refuses it"},
	{"token", .argument = "", .type = SETTING_TOKEN},
	{"zone", .argument = "ZONE", .type = SETTING_TEXT, .offset = MEMBER(zone),
		.help = "the zone of VPCs made with mkdir"},
	{"api", .argument = "PROTOCOL", .type = SETTING_WORD, .offset = MEMBER(api),
		.words = api_words,
		.help = "the protocol to speak with the API: rest, connect or grpc",
		.fallback = "rest"},
	{"ttl", .argument = "SECONDS", .type = SETTING_TIME, .offset = MEMBER(ttl_ms),
		.help = "how long an answer is used", .fallback = "5"},
	{"timeout", .argument = "SECONDS", .type = SETTING_LIMIT,
		.offset = MEMBER(timeout_ms),
		.help = "how long a file operation may take, retries included",
		.variable = "COREWEAVE_HTTP_TIMEOUT", .fallback = "10"},
	{"cacert", .argument = "PATH", .type = SETTING_PATH, .offset = MEMBER(cacert),
		.help = "trust these certificates (PEM) in place of the system's"},
	{"allow_http", .type = SETTING_ON, .offset = MEMBER(allow_http),
		.help = "allow http:// to another machine; it is always allowed to this "
			"one"},
	{"ro", .type = SETTING_ON, .offset = MEMBER(read_only), .help = "read-only"},
	{"rw", .type = SETTING_OFF, .offset = MEMBER(read_only)},
	{"dry_run", .type = SETTING_ON, .offset = MEMBER(dry_run),
		.help = "check changes and write to .vpcfs/log what would be sent; change "
			"nothing"},
	{"nodelete", .type = SETTING_ON, .offset = MEMBER(nodelete),
		.help = "refuse rmdir of a VPC"},
	{"uid", .argument = "ID", .type = SETTING_USER, .offset = MEMBER(uid),
		.help = "owner of the files, a number or a name", .otherwise = "you"},
	{"gid", .argument = "ID", .type = SETTING_GROUP, .offset = MEMBER(gid),
		.help = "their group"},
	{"umask", .argument = "OCTAL", .type = SETTING_MODE, .offset = MEMBER(umask),
		.help = "bits taken from the modes", .fallback = "077"},
	{"allow_other", .type = SETTING_ON, .offset = MEMBER(allow_other),
		.help = "other users may use the mount, within the modes"},
	{"fsname", .argument = "NAME", .type = SETTING_TEXT, .offset = MEMBER(fsname),
		.help = "what findmnt and df show", .otherwise = "the endpoint"},
	{"log", .argument = "LEVEL", .type = SETTING_WORD, .offset = MEMBER(log_level),
		.words = log_words,
		.help = "what is logged: error, warn, info (a line for each change and "
			"each "
			"failure) or debug (also one for each request of the kernel and "
			"each call of the API)",
		.fallback = "info"},
	{"emulator", .is_flag = true, .argument = "STATE", .is_argument_optional = true,
		.type = SETTING_EMULATOR, .offset = MEMBER(emulator_state),
		.help = "mount sample VPCs of vpcfs-emulator, no account is needed; "
			"STATE is a file that keeps them"},
	{"status", .is_flag = true, .argument = "MOUNTPOINT", .type = SETTING_STATUS,
		.offset = MEMBER(mountpoint), .action = CONFIG_STATUS,
		.help = "say whether that mount reaches the API and since when, how many "
			"VPCs it has and which texts it keeps that were rejected; exit "
			"status 0 or 1"},
	{"json", .is_flag = true, .type = SETTING_ON, .offset = MEMBER(json),
		.help = "with --status: as JSON"},
	{.letter = 'f',
		.is_flag = true,
		.type = SETTING_ON,
		.offset = MEMBER(foreground),
		.help = "stay in the foreground"},
	{.letter = 'd',
		.is_flag = true,
		.type = SETTING_DEBUG,
		.help = "stay in the foreground with log=debug"},
	{"version", 'V', .is_flag = true, .type = SETTING_ACTION, .action = CONFIG_VERSION,
		.help = "print the version, and those of the libraries"},
	{"help", 'h', .is_flag = true, .type = SETTING_ACTION, .action = CONFIG_HELP,
		.help = "print this"},
	{.letter = 'o', .is_flag = true, .argument = "", .type = SETTING_LIST},
	/* In FUSE programs: one thread; for mount(8): sloppy. */
	{.letter = 's', .is_flag = true, .type = SETTING_NONE},
	/* For mount(8): no mtab; verbose; the type. */
	{.letter = 'n', .is_flag = true, .type = SETTING_NONE},
	{.letter = 'v', .is_flag = true, .type = SETTING_NONE},
	{.letter = 't', .is_flag = true, .argument = "", .type = SETTING_NONE},
};

const size_t setting_count = ARRAY_LEN(settings);
