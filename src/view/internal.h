/* SPDX-License-Identifier: MIT */
/* What the files of this layer share: the view, a VPC, and who may touch what. */
#ifndef VIEW_INTERNAL_H
#define VIEW_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include "base/map.h"
#include "model/change.h"
#include "model/doc.h"
#include "model/name.h"
#include "view/view.h"

#define VPC_READERS  16 /* programs per VPC whose last reading of spec.json is remembered */
#define VPC_PATH_MAX DOC_PATH_MAX
#define LIST_LAG_US  60000000ULL /* how long a list may not yet show what was created here */
#define LOOK_MS	     100	 /* how long a look-up of a known name waits for news */
/* How long a dead server is taken for dead without asking again, doubling with each failure; half of it more or less at
 * random: so of many mounts not all return at once. */
#define BREAKER_FIRST_US 400000ULL
#define BREAKER_MAX_US	 4000000ULL
#define NAME_TEXT_MAX	 4096 /* bytes of a name of the API with the NUL */

/* What a program knows of spec.json: what it read when it last opened it, or what it had read with what it then saved. */
struct reader {
	pid_t tgid;
	struct doc *doc; /* owned */
	bool has_saved;
};

/* An entry of vpcPrefixes that has no value yet: it exists here only. */
struct local_prefix {
	struct local_prefix *next;
	char file[NAME_FILE_MAX];
};

/* A file whose content was seen to change without the API's updatedAt changing. */
struct observation {
	struct observation *next;
	struct timespec at;
	char path[];
};

/* One VPC or draft. Reference-counted; the answers hold one reference, each node another. Everything below the line is
 * the answers' and read or written under view->lock only. */
struct vpc {
	atomic_uint refs;
	bool is_draft;
	struct view *view; /* borrowed: outlives it */
	char *id;	   /* owned, never changes; "" for a draft */
	/* ---- */
	struct doc *doc; /* owned */
	char *tag; /* owned: what the API calls the GET answer that doc is; NULL: it is none, or has no tag */
	char *file;	   /* owned: its name in the mount, "" before it has one */
	uint64_t asked_us; /* stamp of the question that doc answers */
	uint64_t
		written_us; /* stamp of the end of the last mutation: answers to older questions do not count */
	uint64_t
		created_us; /* stamp of its creation here while no list has shown it, else 0 */
	struct flight *flight;	/* borrowed: a GET by id that is under way */
	uint64_t kept_until_us; /* the kernel may keep attributes and names until then */
	struct timespec seen;	/* when it was first seen */
	struct observation *observations;
	struct local_prefix *local_prefixes;
	struct map
		made; /* paths of unset directories that cp -r has made although they were there */
	struct reader *readers; /* owned */
	uint8_t reader_count, reader_next;
	bool is_unlisted; /* the last list did not have it, or not as it was written here: only a GET by id knows */
	bool writing;	   /* a writer is inside the gate */
	bool gone;	   /* deleted: here, or seen to be gone */
	bool deleted_here; /* stays as a mark until no list shows it any more */
	pid_t refused;	   /* whose write was refused last, 0 when the last one worked */
	/* Who last was refused an unlink here, how often, and until when that counts. */
	pid_t remover;
	unsigned removals;
	uint64_t removals_until_us;
	char *error; /* owned: the text of its .error, NULL when empty */
	struct timespec error_at;
	uint64_t list_mark; /* the merge that last saw it */
};

struct journal;
struct flight;
struct news;

struct view {
	struct api *api;	 /* owned */
	struct journal *journal; /* owned */
	uint64_t ttl_ms;
	uint64_t timeout_ms;
	char *zone; /* owned or NULL */
	bool dry_run;
	bool nodelete;
	char *options_text;
	char *version;
	struct timespec started;
	void (*gauges)(void *arg, struct view_gauges *ret);
	void *gauges_arg;
	struct tree *tree; /* borrowed, or NULL: who is told of changes */

	pthread_mutex_t lock;
	struct news *news;	/* borrowed: of who has the lock and changes something */
	pthread_cond_t changed; /* an answer came, a gate opened, a waiter was cancelled */
	struct map by_id;   /* owns a reference of each VPC, deleted_here ones included */
	struct map by_file; /* borrowed from by_id: what the root lists */
	struct map drafts;  /* by file name; owns a reference */
	uint64_t last_stamp;
	uint64_t
		list_asked_us; /* stamp of the question whose answer the list is; 0: none */
	/* owned: what the API calls the list that the VPCs here are, each and no other; NULL once one of them is known to be
	 * different, was written or is gone, and for a list that has no tag */
	char *list_tag;
	uint64_t
		forgotten_us; /* answers to questions asked before do not count (refresh) */
	uint64_t list_mark;
	bool stopping;	       /* nobody waits any more */
	struct flight *flight; /* borrowed: a list call that is under way */
	unsigned flights;      /* of every kind; view_free waits for them */
	struct timespec
		changed_at; /* the newest updatedAt seen, or when a VPC was seen to go; 0: none yet */
	struct vpc *
		last_stale; /* borrowed, compared only: whose answer was last found too old */
	uint64_t last_stale_us;
	unsigned failures;	/* in a row that took it for dead */
	uint64_t dead_until_us; /* until when the server is taken for dead; 0: it answers */
	struct api_problem failure; /* how it was found dead */
	uint64_t cache_hits;	    /* for stats */
};

/* vpc.c: the object. */
struct vpc *vpc_new(struct view *view, const char *id, bool is_draft);
struct vpc *vpc_ref(struct vpc *vpc);
void vpc_unref(struct vpc *vpc);
void vpc_unrefp(struct vpc **vpc);
#define CLEANUP_VPC CLEANUP(vpc_unrefp)
/* All with view->lock held. */
void vpc_set_doc(struct vpc *vpc, struct doc *doc);
/* Errors: -ENOMEM. */
int vpc_set_file(struct vpc *vpc, const char *file);
void vpc_mtime(const struct vpc *vpc, const struct doc *doc, const char *path,
	struct timespec *ret);
bool vpc_has_local_prefix(const struct vpc *vpc, const char *file);
int vpc_add_local_prefix(struct vpc *vpc, const char *file);
bool vpc_drop_local_prefix(struct vpc *vpc, const char *file);
void vpc_remember_reader(struct vpc *vpc, pid_t tgid, struct doc *doc, bool has_saved);
/* The caller's reference, NULL when it has not read. */
struct doc *vpc_read_by(struct vpc *vpc, pid_t tgid, bool *ret_has_saved);

/* answers.c: what the API said and whether it still counts. Each may ask the API, and fails as it does. */
int answers_list(struct view *view, const struct op *op, struct api_problem *problem);
/* The VPC's document, fresh; the caller's reference. -ENOENT when it is gone. */
int answers_doc(struct vpc *vpc, const struct op *op, struct doc **ret,
	struct api_problem *problem);
/* The same with a question asked from now on. */
int answers_ask(struct vpc *vpc, const struct op *op, struct doc **ret,
	struct api_problem *problem);
/* The VPC that the root shows under this file name; the caller's reference. */
int answers_find(struct view *view, const struct op *op, const char *file, struct vpc **ret,
	struct api_problem *problem);
/* The answer to a mutation: it counts, and those to older questions do not any more. doc may be NULL: it is not known
 * what is there now, the next read asks. */
void answers_take(struct vpc *vpc, struct doc *doc);
/* A VPC that was created here; the caller's reference. */
int answers_adopt(struct view *view, struct doc *doc, struct vpc **ret);
/* With view->lock held. */
bool answers_is_behind(const struct vpc *vpc, const struct doc *doc);
void answers_deleted(struct vpc *vpc);
void answers_forget(struct view *view);

/* news.c: what changes under one hold of view->lock, for the kernel to hear of. open takes the lock, close lets it go and returns
 * when nothing older is kept any more. */
struct news {
	struct vpc **vpcs; /* owned, with a reference each */
	size_t count, cap;
};
void news_open(struct view *view, struct news *news);
void news_close(struct view *view, struct news *news);
/* Between the two; at other times, and of drafts, nothing is kept. */
void news_add(struct vpc *vpc);
/* How long the kernel may keep what it is told of the VPC now, on clock_mono_us(); 0: not at all. With the lock. */
uint64_t news_until_us(struct vpc *vpc);

/* tags.c: whether the API may be asked only for what has changed; with view->lock held. */
/* What the VPC, or the list when vpc is NULL, is asked with; "" when all of it is wanted. */
void tags_get(const struct view *view, const struct vpc *vpc, struct api_tag *ret);
/* The list has just been taken in. */
void tags_keep_list(struct view *view, const struct api_tag *tag, uint64_t asked_us);
/* The VPC's document is that of this answer. */
void tags_keep_doc(struct vpc *vpc, const struct api_tag *tag);
/* The answer was "unchanged": what is known counts as asked for at that time, unless it is not what the question was about. */
void tags_renew_list(struct view *view, const struct api_tag *tag, uint64_t asked_us);
void tags_renew_doc(struct vpc *vpc, const struct api_tag *tag, uint64_t asked_us);
/* Something is known, or was done, that the list does not say. */
void tags_drop_list(struct view *view);
void tags_drop_doc(struct vpc *vpc);

/* names.c: the list and the names of its VPCs; with view->lock held. */
int names_merge(struct view *view, const struct doc_list *list, uint64_t asked_us);
int names_rebuild(struct view *view);

/* Microseconds of the monotonic clock that never repeat, so that "asked before written" is always decided. With the lock. */
uint64_t view_stamp(struct view *view);

/* gate.c: one writer per VPC at a time. -ETIMEDOUT. */
int gate_enter(struct vpc *vpc, const struct op *op);
void gate_leave(struct vpc *vpc);
/* Waits on view->changed, with the lock held, for at most until deadline_ms. */
bool view_wait(struct view *view, uint64_t deadline_ms);
/* Wakes every waiter; fits cancel_hook. */
void view_wake(void *view);

/* commit_kinds.c: a write's way to the API. Each reports its own failure to the journal. path is relative to the VPC. */
int commit_text(struct vpc *vpc, const struct op *op, const char *path, const char *text,
	size_t len, struct doc **origin);
int commit_remove_prefix(struct vpc *vpc, const struct op *op, const char *path);
int commit_rename_prefix(
	struct vpc *vpc, const struct op *op, const char *path, const char *new_name);
/* name as the API has it. */
int commit_rename_vpc(struct vpc *vpc, const struct op *op, const char *name);

/* cascade.c: rm -r by whatever program never deletes. A process was refused to unlink a file of the VPC. */
void cascade_note(struct vpc *vpc, const struct op *op);
/* Whether an rmdir by it is the end of the same rm -r. path: "" or an entry. */
bool cascade_ends_in(struct vpc *vpc, const struct op *op, const char *path);
#define CASCADE_TEXT                                                                       \
	"the same program was just refused to remove the files in it: rm -r deletes "      \
	"nothing here, rmdir alone does"

/* lifecycle.c: create, publish, delete; report their own failures. file is the name in the mount. *ret: the caller's
 * reference of the new VPC. */
int lifecycle_create(
	struct view *view, const struct op *op, const char *file, struct vpc **ret);
int lifecycle_publish(
	struct vpc *draft, const struct op *op, const char *file, struct vpc **ret);
int lifecycle_delete(struct vpc *vpc, const struct op *op, bool has_scratch);

/* draft.c: the same writes where nothing is sent. path: "vpcPrefixes/NAME" or "hostPrefixes/NAME". */
int draft_new(struct view *view, const char *file, struct vpc **ret);
void draft_drop(struct vpc *draft);
int draft_move(struct vpc *draft, const char *file);
int draft_store(
	struct vpc *draft, const char *path, const char *text, size_t len, struct err *err);
int draft_add_host_prefix(struct vpc *draft, const char *name);
int draft_remove_entry(struct vpc *draft, const char *path);
int draft_rename_entry(struct vpc *draft, const char *path, const char *new_name);

/* What a failure was about, for .error. */
struct report {
	struct vpc *vpc;    /* or NULL */
	const char *what;   /* "PATCH", "read", "mkdir" ... */
	const char *target; /* "prod/name": the file as the mount shows it */
	const char *mask;   /* "" or NULL when none */
	bool kept;	    /* the text is in .vpcfs/rejected/TARGET */
};

/* journal.c: .error, .vpcfs/log, stats, rejected. */
struct journal *journal_new(void);
void journal_free(struct journal *journal);
void journal_observe(void *journal, const struct api_event *event);
/* A line that is no call: what a dry run would send. */
void journal_note(struct journal *journal, const char *line);
/* Returns -problem->errnum. */
int journal_fail(
	struct view *view, const struct report *report, const struct api_problem *problem);
void journal_worked(struct vpc *vpc);
int journal_error(
	struct view *view, struct vpc *vpc, struct buf *ret, struct timespec *ret_at);
int journal_log(struct journal *journal, struct buf *ret, struct timespec *ret_at);
void journal_log_opened(struct journal *journal);
void journal_log_closed(struct journal *journal);
int journal_stats(struct view *view, struct buf *ret);
/* A problem of our own making. Returns -errnum. */
int problem_say(struct api_problem *problem, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* rejected.c: refused texts, by "NAME/PATH". */
bool rejected_keep(struct journal *journal, const char *path, const char *text, size_t len);
bool rejected_drop(struct journal *journal, const char *path);
/* Adds the text, unless ret is NULL. Errors: -ENOENT; -EISDIR when texts are below the path (ret_at is written). */
int rejected_get(struct journal *journal, const char *path, struct buf *ret,
	struct timespec *ret_at);
/* The names directly below, as keys. Errors: -ENOMEM. */
int rejected_list(struct journal *journal, const char *dir, struct map *ret);

/* root_dir.c, vpc_dir.c, vpc_file.c, drafts_dir.c, control_dir.c: the operations. */
extern const struct node_ops root_dir_ops, vpc_dir_ops, vpc_file_ops, drafts_dir_ops,
	control_dir_ops, control_file_ops;
extern const char control_readme[];

/* A node of a VPC, its document as it is now, and what stands at its path. */
struct vpc_place {
	struct node_place place;
	struct vpc *vpc; /* borrowed: the place's data */
	struct doc *doc; /* owned */
	struct field field;
	bool is_local; /* an entry without a value: the document does not have it */
};
/* name: of an entry of the directory, or NULL for the node itself. Asks when the document is too old. */
int vpc_open_field(
	struct node *node, const char *name, const struct op *op, struct vpc_place *ret);
void vpc_place_release(struct vpc_place *place);
/* What the VPC or draft has at the path, entries without a value included: *ret_is_local, which may be NULL. */
int vpc_field(struct vpc *vpc, const struct doc *doc, const char *path, struct field *ret,
	bool *ret_is_local);
/* vpc_file.c: a file's text and attributes. */
int vpc_show(const struct vpc_place *at, struct buf *ret, struct node_attr *ret_attr);
/* Time, and for how long it stays true. A file's size is in ret already. */
void vpc_stamp(const struct vpc_place *at, struct node_attr *ret);
struct node_entry vpc_field_entry(const struct field *field);
/* vpc_entries.c: a file, or a directory of such, of an entry made with mkdir whose value nobody has given yet. */
bool vpc_is_unset(const struct vpc_place *at);
/* Whether it is below an entry of the API's lists that may be made here. */
bool vpc_is_in_entry(const struct vpc_place *at);
/* Whether the caller shall not find it, though it is there. */
bool vpc_is_hidden_from(const struct vpc_place *at, const struct op *op);
int vpc_dir_create(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret);
int vpc_dir_make(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret);
int vpc_dir_remove(
	struct node *dir, const struct op *op, const char *name, bool has_scratch);
int vpc_dir_unlink(struct node *dir, const struct op *op, const char *name);
int vpc_dir_rename(struct node *dir, const struct op *op, const char *name,
	struct node *new_dir, const char *new_name, bool noreplace);
void *vpc_origin(struct node *node);
void vpc_origin_free(void *origin);

/* place.c. path + "/" + name: -ENAMETOOLONG. */
int path_join(char out[NODE_PATH_MAX], const char *path, const char *name);
int child_place(const struct node *dir, const char *name, struct node_place *ret);
uint64_t key_of_id(const char *id);
/* A read failed: .error, unless the failure is an answer. Returns -problem->errnum. */
int read_fail(struct view *view, struct vpc *vpc, const char *path,
	const struct api_problem *problem);

#endif
