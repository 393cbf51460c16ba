/* SPDX-License-Identifier: MIT */
/* The least that a PATCH can cost: the same curl handle, and so the same connection, for all of
 * them.
 *
 * 	bench-patch-loop COUNT URL HEADER-FILE BODY [BODY]...
 *
 * HEADER-FILE has a header a line, such as the one with the token. The bodies take turns. Prints
 * nanoseconds a request, of COUNT requests after a first one that makes the connection. Any answer
 * but 200 ends it with status 1. */
#include <curl/curl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void die(const char *what)
{
	fprintf(stderr, "bench-patch-loop: %s\n", what);
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static size_t drop(char *data, size_t size, size_t count, void *arg)
{
	return size * count;
}

static struct curl_slist *read_headers(const char *path)
{
	struct curl_slist *list = curl_slist_append(NULL, "Content-Type: application/json");
	FILE *f = fopen(path, "r");
	char line[4096];

	if (!f)
		die("cannot read the headers");
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		list = curl_slist_append(list, line);
	}
	fclose(f);
	return list;
}

static void patch(CURL *curl, const char *body)
{
	long status = 0;
	CURLcode r;

	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	r = curl_easy_perform(curl);
	if (r != CURLE_OK)
		die(curl_easy_strerror(r));
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		die("the answer is not 200");
}

static CURL *new_handle(const char *url, struct curl_slist *headers)
{
	CURL *curl = curl_easy_init();

	if (!curl)
		die("no curl handle");
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "PATCH");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	return curl;
}

int main(int argc, char **argv)
{
	struct curl_slist *headers;
	int count, bodies = argc - 4;
	uint64_t start;
	CURL *curl;

	if (argc < 5 || (count = atoi(argv[1])) < 1) {
		fprintf(stderr, "usage: bench-patch-loop COUNT URL HEADER-FILE BODY...\n");
		return 2;
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	headers = read_headers(argv[3]);
	curl = new_handle(argv[2], headers);
	patch(curl, argv[4 + (bodies - 1)]);
	start = now_ns();
	for (int i = 0; i < count; i++)
		patch(curl, argv[4 + i % bodies]);
	printf("%.1f\n", (double)(now_ns() - start) / count);
	curl_easy_cleanup(curl);
	curl_slist_free_all(headers);
	curl_global_cleanup();
	return 0;
}
