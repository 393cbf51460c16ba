/* SPDX-License-Identifier: MIT */
/* What documents cost: memory against the size of the list answer, and the time of a look at them.
 * Reads the answer from the file named as argument, or makes one of 10,000 VPCs. Everything runs in
 * a second thread, since the driver's answers are read in threads too, whose arenas give memory
 * back by other rules than the main heap. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "base/file.h"
#include "model/doc.h"

#define VPCS	   10000
#define ANSWER_MAX (512u << 20) /* bytes */
#define ROUNDS	   100000	/* of what is timed warm */

/* Processor time of this thread: the machine may be busy with other things. */
static uint64_t cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void die(const char *what)
{
	fprintf(stderr, "doc-memory: %s\n", what);
	exit(1);
}

static void add_vpc(struct buf *answer, int n)
{
	static const char *const prefixes[] = {
		"pod cidr", "service cidr", "internal lb cidr"};
	int r = buf_addf(answer,
		"%s{\"name\": \"vpc-%d\", \"zone\": \"US-EAST-04A\", \"id\": "
		"\"00000000-0000-0000-0000-%012d\", \"vpcPrefixes\": [",
		n ? ", " : "", n, n + 1);

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(prefixes); i++)
		r = buf_addf(answer,
			"%s{\"name\": \"%s\", \"value\": \"10.%zu.0.0/16\", \"createdAt\": "
			"\"2026-01-01T00:00:00Z\", \"updatedAt\": "
			"\"2026-01-01T00:00:00Z\", "
			"\"status\": \"STATUS_AVAILABLE\"}",
			i ? ", " : "", prefixes[i], i);
	if (r == 0)
		r = buf_adds(answer,
			"], \"createdAt\": \"2026-01-01T00:00:00Z\", \"updatedAt\": "
			"\"2026-01-02T00:00:00Z\", \"hostPrefix\": \"10.176.192.0/18\", "
			"\"hostPrefixes\": [{\"name\": \"host primary\", \"type\": "
			"\"PRIMARY\", \"prefixes\": [\"10.176.192.0/18\"], \"ipam\": "
			"null}], \"ingress\": {\"disablePublicServices\": true}, "
			"\"egress\": {\"disablePublicAccess\": false}, \"dhcp\": {\"dns\": "
			"{\"servers\": [\"1.1.1.1\", \"8.8.8.8\"]}}, \"status\": "
			"\"STATUS_READY\"}");
	if (r < 0)
		die("out of memory");
}

static void make_answer(struct buf *answer)
{
	buf_adds(answer, "{\"items\": [");
	for (int i = 0; i < VPCS; i++)
		add_vpc(answer, i);
	buf_adds(answer, "]}");
}

/* KiB of a line of /proc/self/status. */
static long status_kib(const char *name)
{
	char line[256];
	FILE *f = fopen("/proc/self/status", "r");
	long kib = -1;

	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, name, strlen(name)) == 0)
			sscanf(line + strlen(name), ": %ld", &kib);
	}
	if (f)
		fclose(f);
	return kib;
}

struct memory {
	long start;    /* KiB before anything */
	size_t answer; /* bytes of the list answer */
	size_t count;  /* documents */
};

static void print_memory(const struct memory *m, const char *what)
{
	double rss = (double)(status_kib("VmRSS") - m->start) * 1024;
	double peak = (double)(status_kib("VmHWM") - m->start) * 1024;

	printf("%-24s RSS %6.1f MB = %5.2f x answer, peak %6.1f MB = %5.2f x", what,
		rss / 1e6, rss / (double)m->answer, peak / 1e6, peak / (double)m->answer);
	if (m->count)
		printf(", %.0f bytes a document", rss / (double)m->count);
	putchar('\n');
}

struct walk {
	const struct doc *doc;
	const char *dir;
	size_t *files;
};

static int show_entry(void *arg, const char *name, const struct doc_field *field)
{
	const struct walk *walk = arg;
	CLEANUP_BUF struct buf text = BUF_INIT(DOC_TEXT_MAX);
	char path[DOC_PATH_MAX];
	struct walk below = *walk;

	snprintf(path, sizeof(path), "%s%s%s", walk->dir, walk->dir[0] ? "/" : "", name);
	below.dir = path;
	if (field->type == FIELD_DIR)
		return doc_list(walk->doc, path, show_entry, &below);
	++*walk->files;
	return doc_show(walk->doc, path, &text);
}

static void show_all(const struct doc_list *list)
{
	uint64_t since = cpu_us();
	size_t files = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct walk walk = {.doc = list->docs[i], .dir = "", .files = &files};

		if (doc_list(walk.doc, "", show_entry, &walk) < 0)
			die("a document that cannot be shown");
	}
	printf("%-24s %.2f us a file, %zu files\n", "every file shown once",
		(double)(cpu_us() - since) / (double)files, files);
}

static void time_show(const struct doc_list *list, const char *what, size_t docs)
{
	CLEANUP_BUF struct buf text = BUF_INIT(DOC_TEXT_MAX);
	uint64_t since = cpu_us();

	for (size_t i = 0; i < ROUNDS; i++) {
		text.len = 0;
		doc_show(list->docs[i % docs], "vpcPrefixes/pod cidr/value", &text);
	}
	printf("%-24s %.2f us\n", what, (double)(cpu_us() - since) / ROUNDS);
}

static void *measure(void *arg)
{
	struct buf *answer = arg;
	struct memory m = {
		.start = status_kib("VmRSS") - (long)(answer->len >> 10),
		.answer = answer->len,
	};
	CLEANUP_DOC_LIST struct doc_list list = {0};
	struct val *rest = NULL;
	struct err err = {""};
	uint64_t since = cpu_us();

	if (doc_list_from_text(answer->data, answer->len, "items", &list, &rest, &err) <
			0 ||
		!list.count)
		die(err.text);
	printf("%-24s %.0f ms\n", "documents made in", (double)(cpu_us() - since) / 1e3);
	m.count = list.count;
	print_memory(&m, "documents made");
	val_unref(rest);
	buf_release(answer);
	print_memory(&m, "answer dropped");
	show_all(&list);
	print_memory(&m, "all shown");
	time_show(&list, "show, one document", 1);
	time_show(&list, "show, each time another", list.count);
	return NULL;
}

int main(int argc, char **argv)
{
	CLEANUP_BUF struct buf answer = BUF_INIT(ANSWER_MAX);
	pthread_t thread;

	if (argc > 1 && file_read(argv[1], &answer) < 0)
		die("cannot read the file");
	if (argc == 1)
		make_answer(&answer);
	printf("answer of %.1f MB\n", (double)answer.len / 1e6);
	if (pthread_create(&thread, NULL, measure, &answer) != 0)
		die("no thread");
	pthread_join(thread, NULL);
	return 0;
}
