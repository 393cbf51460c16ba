/* SPDX-License-Identifier: MIT */
/* Bytes that no client should send: the server answers or closes, and goes on serving. It runs in
 * this process, so a crash of it is one of the test. */
#include "rig.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define DEPTH	  10000
#define BIG	  ((size_t)1 << 20)
#define PATIENCE  10 /* seconds */
#define MUTATIONS 6000
#define HEAD(method, path)                                                                 \
	method " " path " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\n"      \
	       "Content-Type: application/json\r\nConnection: close\r\n"
#define WHOLE                                                                              \
	HEAD("POST", VPCS)                                                                 \
	"Content-Length: 53\r\n\r\n"                                                       \
	"{\"name\":\"a\",\"zone\":\"Z\",\"vpcPrefixes\":[],\"dhcp\":{}}   "

#define RPC_HEAD(method, type)                                                             \
	"POST /coreweave.networking.v1beta1.VPCService/" method " HTTP/1.1\r\n"            \
	"Host: localhost\r\nAuthorization: Bearer x\r\nContent-Type: " type "\r\n"         \
	"Connection: close\r\n"
#define WIRE                                                                               \
	"\x0a\x01\x61\x12\x01Z\x2a\x0f\x0a\x01p\x12\x0a\x31\x30.0.0.0/8\x52\x02\x0a\x00"
#define WHOLE_CONNECT                                                                      \
	RPC_HEAD("CreateVPC", "application/proto") "Content-Length: 27\r\n\r\n" WIRE
#define WHOLE_GRPC_WEB                                                                     \
	RPC_HEAD("CreateVPC", "application/grpc-web")                                      \
	"Content-Length: 32\r\n\r\n\0\0\0\0\x1b" WIRE

static int setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	rig_start(rig, &(struct emulator_options){0});
	*state = rig;
	return 0;
}

/* Asserts that the server still works. */
static int teardown(void **state)
{
	struct rig *rig = *state;
	char id[ID_SIZE];

	make(rig, "{\"name\":\"alive\",\"zone\":\"Z\"}", id);
	rig_stop(rig);
	free(rig);
	return 0;
}

static int dial(const struct rig *rig)
{
	const struct timeval patience = {.tv_sec = PATIENCE};
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(strrchr(rig->url, ':') + 1)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	return fd;
}

/* Sends the bytes and no more, reads what comes until the end. Returns the HTTP status, 0 for none.
 */
static int say(const struct rig *rig, const char *bytes, size_t len)
{
	int fd = dial(rig), status = 0;
	char head[64] = "", rest[4096];
	size_t have = 0;
	ssize_t n;

	while (len && (n = send(fd, bytes, len, MSG_NOSIGNAL)) > 0) {
		bytes += n;
		len -= (size_t)n;
	}
	shutdown(fd, SHUT_WR);
	while (have < sizeof(head) - 1 &&
		(n = recv(fd, head + have, sizeof(head) - 1 - have, 0)) > 0)
		have += (size_t)n;
	while (recv(fd, rest, sizeof(rest), 0) > 0)
		;
	close(fd);
	sscanf(head, "HTTP/1.1 %d", &status);
	return status;
}

static int say_text(const struct rig *rig, const char *text)
{
	return say(rig, text, strlen(text));
}

static void test_cut_requests(void **state)
{
	for (size_t len = 0; len < strlen(WHOLE); len++)
		say(*state, WHOLE, len);
	assert_int_equal(say_text(*state, WHOLE), 200);
	assert_int_equal(list_count(*state), 1);
}

static void test_broken_heads(void **state)
{
	static const char *const texts[] = {
		"\r\n\r\n\r\n",
		"GET\r\n\r\n",
		"GET /\r\n\r\n",
		"GET  HTTP/1.1\r\n\r\n",
		"GET " VPCS " HTTP/9.9\r\nHost: x\r\n\r\n",
		"GET " VPCS " HTTP/1.1\r\n\r\n",
		"GET * HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET " VPCS "/%00 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n\r\n",
		"GET " VPCS "/%f HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n\r\n",
		"GET " VPCS "?&&=&=x&%00=%00&a HTTP/1.1\r\nHost: x\r\n"
		"Authorization: Bearer x\r\n\r\n",
		"GET /emulator/history?after=99999999999999999999999 HTTP/1.1\r\n"
		"Host: x\r\nAuthorization: Bearer x\r\n\r\n",
		"GET /emulator/requests HTTP/1.1\r\nHost: ]:\r\nOrigin: http://\r\n\r\n",
		"GET /emulator/requests HTTP/1.1\r\nHost: :::]]:]\r\n\r\n",
		HEAD("POST", VPCS) "Content-Length: -1\r\n\r\n{}",
		HEAD("POST", VPCS) "Content-Length: 99999999999999999999999\r\n\r\n{}",
		HEAD("POST", VPCS) "Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}",
		HEAD("POST",
			VPCS) "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
		HEAD("POST",
			VPCS) "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}",
		HEAD("POST", VPCS) "Transfer-Encoding: gzip\r\n\r\n{}",
		HEAD("POST", VPCS) "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n",
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", /* TLS */
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	};
	static const char nuls[] = "GET " VPCS "\0 HTTP/1.1\r\nHost: \0x\r\nAuth\0: \0\r\n"
				   "Authorization: Bearer \0\r\n\r\n";

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		say_text(*state, texts[i]);
	say(*state, nuls, sizeof(nuls) - 1);
	assert_int_equal(list_count(*state), 0);
}

/* A request with one part of this size, all of one byte. */
static void say_big(struct rig *rig, const char *before, char filler, const char *after)
{
	char *text = malloc(strlen(before) + BIG + strlen(after));
	size_t len = strlen(before);

	memcpy(text, before, len);
	memset(text + len, filler, BIG);
	memcpy(text + len + BIG, after, strlen(after));
	say(rig, text, len + BIG + strlen(after));
	free(text);
}

static void test_huge_heads(void **state)
{
	say_big(*state, "GET /", 'x', " HTTP/1.1\r\nHost: x\r\n\r\n");
	say_big(*state, "", 'x', "");
	say_big(*state, HEAD("GET", VPCS) "X: ", 'x', "\r\n\r\n");
	say_big(*state, HEAD("GET", VPCS), 'x', ": x\r\n\r\n");
	say_big(*state, HEAD("GET", VPCS) "X: ", '\0', "\r\n\r\n");
	say_big(*state, HEAD("GET", VPCS "?"), '&', "\r\n\r\n");
	say_big(*state, "GET " VPCS "/", '%', " HTTP/1.1\r\n\r\n");
	say_big(*state, "", '\n', "");
	assert_int_equal(list_count(*state), 0);
}

/* before, then DEPTH times open, middle, DEPTH times close, after: as the body of a POST. */
static void expect_deep(struct rig *rig, const char *method, const char *path,
	const char *const parts[5], long status)
{
	size_t step = strlen(parts[1]), back = strlen(parts[3]);
	char *body = calloc(1, 256 + DEPTH * (step + back)), *to = stpcpy(body, parts[0]);

	for (int i = 0; i < DEPTH; i++)
		to = stpcpy(to, parts[1]);
	to = stpcpy(to, parts[2]);
	for (int i = 0; i < DEPTH; i++)
		to = stpcpy(to, parts[3]);
	stpcpy(to, parts[4]);
	expect(rig, method, path, body, status);
	free(body);
}

static void test_deep_json(void **state)
{
	static const char *const lists[] = {"", "[", "", "]", ""};
	static const char *const objects[] = {"", "{\"a\":", "1", "}", ""};
	static const char *const open[] = {"", "[", "", "", ""};
	static const char *const unknown[] = {
		"{\"name\":\"n\",\"zone\":\"Z\",\"x\":", "[{\"a\":", "[]", "}]", "}"};
	static const char *const known[] = {"{\"dhcp\":", "{\"dns\":", "{}", "}", "}"};
	char id[ID_SIZE], path[512];

	make(*state, "{\"name\":\"there\",\"zone\":\"Z\"}", id);
	snprintf(path, sizeof(path), VPCS "/%s", id);
	expect_deep(*state, "POST", VPCS, lists, 500);
	expect_deep(*state, "POST", VPCS, objects, 500);
	expect_deep(*state, "POST", VPCS, open, 500);
	expect_deep(*state, "POST", VPCS, unknown, 500);
	expect_deep(*state, "PATCH", path, known, 500);
	expect_deep(*state, "POST", "/emulator/faults", lists, 400);
	expect_deep(*state, "POST", "/emulator/release", lists, 400);
	expect(*state, "GET", "/emulator/requests", NULL, 200);
	assert_int_equal(list_count(*state), 1);
}

/* A list as long as a body may be. */
static void test_long_lists(void **state)
{
	static const char *const bodies[][3] = {
		{"{\"name\":\"n\",\"zone\":\"Z\",\"vpcPrefixes\":[", "{}", "]}"},
		{"{\"dhcp\":{\"dns\":{\"servers\":[", "\"\"", "]}}}"},
		{"{\"hostPrefixes\":[", "{}", "]}"},
	};
	char *body = malloc(BIG);

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		char *to = stpcpy(body, bodies[i][0]);

		while (to < body + BIG - 64)
			to = stpcpy(stpcpy(to, bodies[i][1]), ",");
		stpcpy(stpcpy(to, bodies[i][1]), bodies[i][2]);
		expect(*state, "POST", VPCS, body, 400);
	}
	free(body);
	assert_int_equal(list_count(*state), 0);
}

static unsigned next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(*seed >> 33);
}

static void test_mutations(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} wholes[] = {
		{WHOLE, sizeof(WHOLE) - 1},
		{WHOLE_CONNECT, sizeof(WHOLE_CONNECT) - 1},
		{WHOLE_GRPC_WEB, sizeof(WHOLE_GRPC_WEB) - 1},
	};
	uint64_t seed = 20261124;
	char text[512];

	for (int i = 0; i < MUTATIONS; i++) {
		size_t len = wholes[i % 3].len;

		memcpy(text, wholes[i % 3].bytes, len);
		for (unsigned n = 1 + next_random(&seed) % 8; n; n--)
			text[next_random(&seed) % len] = (char)(next_random(&seed) & 0xff);
		say(*state, text, len);
	}
}

/* The server accepts the texts from which the mutations are made. */
static void test_unmutated(void **state)
{
	assert_int_equal(say(*state, WHOLE_CONNECT, sizeof(WHOLE_CONNECT) - 1), 200);
	assert_int_equal(list_count(*state), 1);
	assert_int_equal(say(*state, WHOLE_GRPC_WEB, sizeof(WHOLE_GRPC_WEB) - 1), 200);
	assert_int_equal(list_count(*state), 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_cut_requests),
		CASE(test_broken_heads),
		CASE(test_huge_heads),
		CASE(test_deep_json),
		CASE(test_long_lists),
		CASE(test_mutations),
		CASE(test_unmutated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
