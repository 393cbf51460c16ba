/* SPDX-License-Identifier: MIT */
/* A client of an emulator over HTTP. */
#include "rig.h"

#include <curl/curl.h>
#include <stdio.h>
#include <time.h>
#include "base/buf.h"

#define BODY_MAX ((size_t)256 << 20)

void rig_use(struct rig *rig, const char *url)
{
	*rig = (struct rig){.timeout_ms = 20000, .token = TOKEN};
	snprintf(rig->url, sizeof(rig->url), "%s", url);
}

void rig_start(struct rig *rig, const struct emulator_options *options)
{
	struct err err = {""};
	struct emulator *emu;
	int r = emulator_start(options, &emu, &err);

	if (r < 0)
		fail_msg("emulator_start: %d %s", r, err.text);
	rig_use(rig, emulator_url(emu));
	rig->emu = emu;
}

void rig_stop(struct rig *rig)
{
	if (rig->easy)
		curl_easy_cleanup(rig->easy);
	rig->easy = NULL;
	emulator_stop(rig->emu);
	rig->emu = NULL;
}

static size_t take(char *bytes, size_t size, size_t count, void *arg)
{
	return buf_add(arg, bytes, size * count) == 0 ? size * count : 0;
}

static struct curl_slist *headers_of(const struct rig *rig)
{
	struct curl_slist *list;
	char line[512];

	snprintf(line, sizeof(line), "Content-Type: %s",
		rig->content_type ? rig->content_type : "application/json");
	list = curl_slist_append(NULL, line);
	if (rig->token) {
		snprintf(line, sizeof(line), "Authorization: Bearer %s", rig->token);
		list = curl_slist_append(list, line);
	}
	if (rig->header)
		list = curl_slist_append(list, rig->header);
	return list;
}

static CURL *easy_of(struct rig *rig)
{
	if (rig->easy)
		curl_easy_reset(rig->easy);
	if (rig->keep && rig->easy)
		return rig->easy;
	if (rig->easy)
		curl_easy_cleanup(rig->easy);
	rig->easy = curl_easy_init();
	return rig->easy;
}

struct reply rig_ask(
	struct rig *rig, const char *method, const char *path, const char *body)
{
	return rig_send(rig, method, path, body, body ? strlen(body) : 0);
}

struct reply rig_send(
	struct rig *rig, const char *method, const char *path, const void *body, size_t len)
{
	struct buf bytes = BUF_INIT(BODY_MAX), heads = BUF_INIT(BODY_MAX);
	struct curl_slist *list = headers_of(rig);
	struct reply r = {0};
	CURL *easy = easy_of(rig);
	char url[4096];

	snprintf(url, sizeof(url), "%s%s", rig->url, path);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, rig->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, &bytes);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, &heads);
	if (rig->http2)
		curl_easy_setopt(
			easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
	if (body) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)len);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
	}
	r.curl = (int)curl_easy_perform(easy);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &r.status);
	curl_slist_free_all(list);
	r.len = bytes.len;
	r.body = buf_steal(&bytes);
	r.headers = buf_steal(&heads);
	r.json = json_loadb(r.body, r.len, JSON_ALLOW_NUL | JSON_DECODE_ANY, NULL);
	return r;
}

void reply_free(struct reply *r)
{
	free(r->body);
	free(r->headers);
	json_decref(r->json);
	*r = (struct reply){0};
}

char *reply_header(const struct reply *r, const char *name)
{
	const char *line = r->headers, *found = NULL;

	for (; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncasecmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':')
			found = line + strlen(name) + 1;
	}
	if (!found)
		return NULL;
	found += strspn(found, " ");
	return strndup(found, strcspn(found, "\r\n"));
}

json_t *reply_vpc(const struct reply *r)
{
	json_t *vpc = json_object_get(r->json, "vpc");

	return vpc ? vpc : r->json;
}

json_t *at(const json_t *json, const char *path)
{
	char copy[256], *rest = copy, *step;

	snprintf(copy, sizeof(copy), "%s", path);
	while (json && (step = strsep(&rest, ".")))
		json = json_is_array(json) ? json_array_get(json, (size_t)atoi(step))
					   : json_object_get(json, step);
	return (json_t *)json;
}

const char *text_at(const json_t *json, const char *path)
{
	const char *s = json_string_value(at(json, path));

	return s ? s : "(none)";
}

void assert_text(const json_t *json, const char *path, const char *want)
{
	if (strcmp(text_at(json, path), want) != 0) {
		char *all = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);

		fail_msg("%s is %s, not %s: %s", path, text_at(json, path), want, all);
	}
}

void expect(struct rig *rig, const char *method, const char *path, const char *body,
	long status)
{
	struct reply r = rig_ask(rig, method, path, body);

	if (r.status != status)
		fail_msg("%s %s %s: %ld, not %ld: %s", method, path, body ? body : "",
			r.status, status, r.body);
	reply_free(&r);
}

void make(struct rig *rig, const char *body, char id[ID_SIZE])
{
	struct reply r = rig_ask(rig, "POST", VPCS, body);

	if (r.status != 200)
		fail_msg("POST %s: %ld %s", body, r.status, r.body);
	snprintf(id, ID_SIZE, "%s", text_at(reply_vpc(&r), "id"));
	reply_free(&r);
}

static void path_of(char path[512], const char *id)
{
	snprintf(path, 512, VPCS "/%s", id);
}

struct reply patch(struct rig *rig, const char *id, const char *body)
{
	char path[512];

	path_of(path, id);
	return rig_ask(rig, "PATCH", path, body);
}

void expect_patch(struct rig *rig, const char *id, const char *body, long status)
{
	char path[512];

	path_of(path, id);
	expect(rig, "PATCH", path, body, status);
}

struct reply fetch(struct rig *rig, const char *id)
{
	char path[512];

	path_of(path, id);
	return rig_ask(rig, "GET", path, NULL);
}

size_t list_count(struct rig *rig)
{
	struct reply r = rig_ask(rig, "GET", VPCS, NULL);
	size_t n = json_array_size(at(r.json, "items"));

	assert_int_equal(r.status, 200);
	assert_true(json_is_array(at(r.json, "items")));
	reply_free(&r);
	return n;
}

void add_fault(struct rig *rig, const char *rules)
{
	expect(rig, "POST", "/emulator/faults", rules, 200);
}

void sleep_ms(unsigned ms)
{
	struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

	nanosleep(&t, NULL);
}

int rig_setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	rig_start(rig, &(struct emulator_options){0});
	*state = rig;
	return 0;
}

int rig_teardown(void **state)
{
	rig_stop(*state);
	free(*state);
	return 0;
}
