/* SPDX-License-Identifier: MIT */
/* Command lines, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "config/options.h"

#define ARGS_MAX 24

static const char *env_endpoint, *env_timeout;

static const char *test_env(const char *name)
{
	if (strcmp(name, "COREWEAVE_API_ENDPOINT") == 0)
		return env_endpoint;
	return strcmp(name, "COREWEAVE_HTTP_TIMEOUT") == 0 ? env_timeout : NULL;
}

/* Splits the line at blanks. */
static int parse(const char *line, struct config *ret, struct err *err)
{
	CLEANUP_FREE char *copy = strdup(line);
	char *argv[ARGS_MAX + 1] = {(char *)"vpcfs"}, *rest = copy, *word;
	int argc = 1;

	while ((word = strsep(&rest, " ")))
		argv[argc++] = strcmp(word, "''") == 0 ? (char *)"" : word;
	err->text[0] = '\0';
	return config_parse(*line ? argc : 1, argv, test_env, ret, err);
}

static void parse_good(const char *line, struct config *ret)
{
	struct err err;

	if (parse(line, ret, &err) != 0)
		fail_msg("%s: %s", line, err.text);
}

static int setup(void **state)
{
	env_endpoint = NULL;
	env_timeout = NULL;
	return chdir("/usr");
}

static void test_defaults(void **state)
{
	struct config c;

	parse_good("/mnt/v", &c);
	assert_int_equal(c.action, CONFIG_MOUNT);
	assert_string_equal(c.endpoint, "https://api.coreweave.com");
	assert_string_equal(c.mountpoint, "/mnt/v");
	assert_null(c.token_file);
	assert_null(c.zone);
	assert_null(c.cacert);
	assert_int_equal(c.ttl_ms, 5000);
	assert_int_equal(c.timeout_ms, 10000);
	assert_int_equal(c.umask, 077);
	assert_int_equal(c.uid, getuid());
	assert_int_equal(c.gid, getgid());
	assert_string_equal(c.fuse_opts, "");
	assert_false(c.read_only || c.dry_run || c.nodelete || c.allow_http ||
		     c.allow_other || c.foreground || c.json || c.emulator);
	assert_null(c.token_command);
	assert_null(c.fsname);
	assert_int_equal(c.api, CONFIG_API_REST);
	assert_int_equal(c.log_level, LOG_LEVEL_INFO);
	config_release(&c);
}

static void test_all(void **state)
{
	struct config c;

	parse_good("-fd -o ro,dry_run,nodelete -oallow_other,ttl=0,timeout=.5 "
		   "http://127.0.0.1:9/ mnt/ "
		   "-o "
		   "uid=7,gid=8,umask=022,zone=US-EAST-04A,token_file=t,cacert=./"
		   "ca.pem,noatime,exec,fsname=vpcs,log=error,api=grpc",
		&c);
	assert_string_equal(c.endpoint, "http://127.0.0.1:9");
	assert_string_equal(c.mountpoint, "/usr/mnt");
	assert_string_equal(c.token_file, "/usr/t");
	assert_string_equal(c.cacert, "/usr/ca.pem");
	assert_string_equal(c.zone, "US-EAST-04A");
	assert_string_equal(c.fuse_opts, "noatime,exec");
	assert_true(
		c.read_only && c.dry_run && c.nodelete && c.allow_other && c.foreground);
	assert_string_equal(c.fsname, "vpcs");
	assert_int_equal(c.log_level, LOG_LEVEL_ERROR); /* the last wins over -d */
	assert_int_equal(c.api, CONFIG_API_GRPC);
	assert_int_equal(c.ttl_ms, 0);
	assert_int_equal(c.timeout_ms, 500);
	assert_int_equal(c.uid, 7);
	assert_int_equal(c.gid, 8);
	assert_int_equal(c.umask, 022);
	config_release(&c);
}

static void test_mount_helper(void **state)
{
	static const char *const lines[] = {
		"https://h /m -o "
		"rw,noatime,_netdev,nosuid,nodev,user=me,x-systemd.automount,comment=a,"
		"nofail",
		"https://h /m -o rw,dev,suid,noatime",
		"-o "
		"noauto,users,noatime,defaults,relatime,fsname=x,subtype=vpcfs,_rnetdev,"
		"max_read="
		"131072 https://h /m",
		"https://h /m -n -s -o noatime -o ''",
		"-o noatime,,default_permissions, -- https://h /m",
		"none /m -o endpoint=https://h/,noatime",
		"vpcfs /m -o endpoint=https://x,endpoint=https://h,noatime",
		"https://h/ /m -o endpoint=https://h,noatime,ro,rw",
	};
	struct config c;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		parse_good(lines[i], &c);
		assert_string_equal(c.endpoint, "https://h");
		assert_string_equal(c.mountpoint, "/m");
		assert_string_equal(c.fuse_opts, "noatime");
		assert_false(c.read_only);
		config_release(&c);
	}
}

static void test_escapes(void **state)
{
	struct config c;

	parse_good("-o token_file=/a\\,b\\\\c,zone=Z /m", &c);
	assert_string_equal(c.token_file, "/a,b\\c");
	assert_string_equal(c.zone, "Z");
	config_release(&c);
	parse_good("-- -o", &c);
	assert_string_equal(c.mountpoint, "/usr/-o");
	config_release(&c);
}

static void test_help_and_version(void **state)
{
	static const char *const help[] = {"-h", "--help", "-fh", "/m -h -o nonsense"};
	static const char *const version[] = {"-V", "--version"};
	struct config c;

	for (size_t i = 0; i < ARRAY_LEN(help); i++) {
		parse_good(help[i], &c);
		assert_int_equal(c.action, CONFIG_HELP);
		config_release(&c);
	}
	for (size_t i = 0; i < ARRAY_LEN(version); i++) {
		parse_good(version[i], &c);
		assert_int_equal(c.action, CONFIG_VERSION);
		config_release(&c);
	}
}

static void test_help_text(void **state)
{
	CLEANUP_BUF struct buf text = BUF_INIT(65536);
	const char *line;

	assert_int_equal(config_help(&text), 0);
	assert_non_null(strstr(buf_str(&text), "COREWEAVE_API_TOKEN"));
	for (line = buf_str(&text); *line; line += strcspn(line, "\n") + 1) {
		if (strcspn(line, "\n") > 84)
			fail_msg("%.90s", line);
	}
}

/* mount(8), "External helpers": -s is sloppy there, -t the type. */
static void test_named_as_mount_helper(void **state)
{
	char *argv[] = {(char *)"/sbin/mount.vpcfs", (char *)"https://h", (char *)"/m",
		(char *)"-s", (char *)"-v", (char *)"-n", (char *)"-t",
		(char *)"fuse.vpcfs", (char *)"-o", (char *)"rw,nofail"};
	struct err err = {""};
	struct config c;

	assert_int_equal(config_parse(ARRAY_LEN(argv), argv, test_env, &c, &err), 0);
	assert_int_equal(c.action, CONFIG_MOUNT);
	assert_string_equal(c.mountpoint, "/m");
	config_release(&c);
}

static void test_status(void **state)
{
	static const char *const lines[] = {"--status m --json", "--json --status=m",
		"--status /usr/m/ --json -o timeout=3", "--status --json m",
		"m --json --status"};
	struct config c;

	env_endpoint = "not even a URL";
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		parse_good(lines[i], &c);
		assert_int_equal(c.action, CONFIG_STATUS);
		assert_string_equal(c.mountpoint, "/usr/m");
		assert_true(c.json);
		assert_int_equal(c.timeout_ms, i == 2 ? 3000 : 10000);
		config_release(&c);
	}
}

static void test_token_command(void **state)
{
	char *argv[] = {(char *)"vpcfs", (char *)"/m", (char *)"-o",
		(char *)"token_command=cwic auth 'to ken' a\\,b"};
	struct err err = {""};
	struct config c;

	if (config_parse(ARRAY_LEN(argv), argv, test_env, &c, &err) != 0)
		fail_msg("%s", err.text);
	assert_string_equal(c.token_command[0], "cwic");
	assert_string_equal(c.token_command[2], "to ken");
	assert_string_equal(c.token_command[3], "a,b");
	assert_null(c.token_command[4]);
	config_release(&c);
}

static void test_emulator(void **state)
{
	struct config c;

	env_endpoint = "not even a URL";
	parse_good("--emulator /m", &c);
	assert_true(c.emulator);
	assert_null(c.endpoint);
	assert_null(c.emulator_state);
	config_release(&c);
	parse_good("/m --emulator=state.json", &c);
	assert_string_equal(c.emulator_state, "/usr/state.json");
	config_release(&c);
}

static void test_environment(void **state)
{
	struct config c;

	env_endpoint = "http://localhost:8080/";
	env_timeout = "1m30s";
	parse_good("/m", &c);
	assert_string_equal(c.endpoint, "http://localhost:8080");
	assert_int_equal(c.timeout_ms, 90000);
	config_release(&c);
	parse_good("https://h /m -o timeout=3", &c);
	assert_string_equal(c.endpoint, "https://h");
	assert_int_equal(c.timeout_ms, 3000);
	config_release(&c);
	env_endpoint = "";
	env_timeout = "";
	parse_good("/m", &c);
	assert_string_equal(c.endpoint, "https://api.coreweave.com");
	assert_int_equal(c.timeout_ms, 10000);
	config_release(&c);
}

static void test_bad_environment(void **state)
{
	static const char *const timeouts[] = {"0", "0s", "x", "-1", "1d"};
	struct config c;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(timeouts); i++) {
		env_timeout = timeouts[i];
		assert_int_equal(parse("/m", &c, &err), -EINVAL);
		assert_non_null(strstr(err.text, "COREWEAVE_HTTP_TIMEOUT"));
	}
	env_timeout = NULL;
	env_endpoint = "http://far.example";
	assert_int_equal(parse("/m", &c, &err), -EACCES);
	env_endpoint = "https://u:secret@h";
	assert_int_equal(parse("/m", &c, &err), -EINVAL);
	assert_non_null(strstr(err.text, "COREWEAVE_API_ENDPOINT"));
	assert_null(strstr(err.text, "secret"));
}

/* Each with words that its sentence must contain. */
static void check_refused(const char *const (*rows)[2], size_t count)
{
	struct config c;
	struct err err;

	for (size_t i = 0; i < count; i++) {
		if (parse(rows[i][0], &c, &err) != -EINVAL)
			fail_msg("accepted: %s", rows[i][0]);
		if (!strstr(err.text, rows[i][1]))
			fail_msg("%s: %s", rows[i][0], err.text);
	}
}

static void test_bad_values(void **state)
{
	static const char *const rows[][2] = {
		{"", "MOUNTPOINT"},
		{"''", "MOUNTPOINT"},
		{"https://h", "MOUNTPOINT is missing"},
		{"/m https://h", "ENDPOINT MOUNTPOINT"},
		{"/a /m", "ENDPOINT"},
		{"https://h /m /n", "too many"},
		{"/m -o", "-o"},
		{"/m -o ttl", "ttl=VALUE"},
		{"/m -o ttl=", "ttl=VALUE"},
		{"/m -o ttl=-1", "ttl=-1"},
		{"/m -o ttl=nan", "ttl=nan"},
		{"/m -o timeout=0", "timeout=0"},
		{"/m -o timeout=1e9", "timeout=1e9"},
		{"/m -o timeout=99999999", "86400"},
		{"/m -o umask=9", "umask=9"},
		{"/m -o uid=nobody_here", "uid=nobody_here"},
		{"/m -o gid=-1", "gid=-1"},
		{"/m -o ro=1", "ro"},
		{"/m -o noatime=1", "noatime"},
		{"/m -o zone=", "zone"},
		{"/m -o zone=a\tb", "control"},
		{"/m -o log=loud", "error, warn, info, debug"},
		{"/m -o api=soap", "rest, connect, grpc"},
		{"/m -o fsname=", "fsname=VALUE"},
		{"/m -o token_command=", "token_command=VALUE"},
		{"/m -o token_command='a", "not closed"},
		{"/m -o token_command=bin/x", "absolute path"},
		{"/m -o endpoint=h", "endpoint="},
		{"/m -o endpoint=https://h:0x", "endpoint="},
		{"/m -o endpoint=https://h?q", "a query (?)"},
		{"/m -o endpoint=https://h/#f", "a fragment (#)"},
		{"/m -o endpoint=file:///etc/passwd", "https://"},
	};

	check_refused(rows, ARRAY_LEN(rows));
}

static void test_bad(void **state)
{
	static const char *const rows[][2] = {
		{"/m -o tokenfile=x", "do you mean token_file?"},
		{"/m -o tll=3", "do you mean ttl?"},
		{"/m -o Zone=3", "do you mean zone?"},
		{"/m -o nonsense", "nonsense: see"},
		{"/m -o auto_unmount", "auto_unmount"},
		{"/m -o attr_timeout=1", "ttl="},
		{"/m -x", "-x"},
		{"/m -fx", "-x"},
		{"/m --zone=Z", "do you mean -o zone?"},
		{"/m --nonsense=token", "--nonsense: see"},
		{"/m --emulator=", "--emulator="},
		{"--emulator https://h /m", "--emulator"},
		{"/m --emulator -o endpoint=https://h", "--emulator"},
		{"https://a /m -o endpoint=https://b", "contradicts"},
		{"/m -o token_file=a,token_command=b", "only one"},
		{"/m --json", "--status"},
		{"/m --json=x", "--json: takes no value"},
		{"/m --help=x", "--help: takes no value"},
		{"/m --json -xf", "-x: see"},
		{"/m -o ro -t", "-t"},
		{"--status", "--status: MOUNTPOINT is missing"},
		{"--status --json", "--status: MOUNTPOINT is missing"},
		{"--status /m /n", "nothing else: /n"},
		{"--status --json /m /n", "nothing else: /n"},
		{"--status=/m /n", "nothing else: /n"},
	};
	struct config c;
	struct err err;

	check_refused(rows, ARRAY_LEN(rows));
	/* Written correctly, and refused all the same. */
	assert_int_equal(parse("http://far.example /m", &c, &err), -EACCES);
	assert_non_null(strstr(err.text, "allow_http"));
}

static void test_loopback(void **state)
{
	static const struct {
		const char *line;
		bool loopback;
	} rows[] = {
		{"--emulator /m", true},
		{"http://127.0.0.1:80 /m", true},
		{"https://[::1] /m", true},
		{"/m -o endpoint=https://localhost:8443/x", true},
		{"/m", false},
		{"http://far.example /m -o allow_http", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct config c;

		parse_good(rows[i].line, &c);
		assert_int_equal(c.loopback, rows[i].loopback);
		config_release(&c);
	}
}

static void test_token_is_not_an_option(void **state)
{
	static const char *const lines[] = {"/m -o token=CW-SECRET-x",
		"/m -o ro,token=CW-SECRET-x,rw", "-otoken=CW-SECRET-x /m", "/m -o token",
		"/m --token=CW-SECRET-x"};
	struct config c;
	struct err err;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		assert_int_equal(parse(lines[i], &c, &err), -EINVAL);
		assert_null(strstr(err.text, "SECRET"));
		assert_true(i == 4 || strstr(err.text, "token_file=PATH"));
	}
}

static void test_print(void **state)
{
	CLEANUP_BUF struct buf text = BUF_INIT(4096);
	struct config c;

	parse_good("https://h /m -o ro,ttl=0.05,timeout=2.5,umask=0,uid=1,gid=2,zone=Z,"
		   "noatime,log=warn,fsname=f,token_command=cwic",
		&c);
	assert_int_equal(config_print(&c, &text), 0);
	assert_string_equal(buf_str(&text),
		"mountpoint=/m\nendpoint=https://h\ntoken_command=cwic\nzone=Z\napi=rest\n"
		"ttl=0.05\ntimeout=2.5\nallow_http=false\nro=true\ndry_run=false\n"
		"nodelete=false\nuid=1\ngid=2\numask=000\nallow_other=false\nfsname=f\n"
		"log=warn\nemulator=false\nfuse=noatime\n");
	config_release(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_defaults, setup),
		cmocka_unit_test_setup(test_all, setup),
		cmocka_unit_test_setup(test_mount_helper, setup),
		cmocka_unit_test_setup(test_escapes, setup),
		cmocka_unit_test_setup(test_help_and_version, setup),
		cmocka_unit_test_setup(test_help_text, setup),
		cmocka_unit_test_setup(test_named_as_mount_helper, setup),
		cmocka_unit_test_setup(test_status, setup),
		cmocka_unit_test_setup(test_token_command, setup),
		cmocka_unit_test_setup(test_emulator, setup),
		cmocka_unit_test_setup(test_environment, setup),
		cmocka_unit_test_setup(test_bad_environment, setup),
		cmocka_unit_test_setup(test_bad_values, setup),
		cmocka_unit_test_setup(test_bad, setup),
		cmocka_unit_test_setup(test_token_is_not_an_option, setup),
		cmocka_unit_test_setup(test_loopback, setup),
		cmocka_unit_test_setup(test_print, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
