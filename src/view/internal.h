/* SPDX-License-Identifier: MIT */
/* What the files of this layer share: the view, a VPC, and which module may touch what. */
#ifndef VIEW_INTERNAL_H
#define VIEW_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include "base/caller.h"
#include "base/map.h"
#include "model/change.h"
#include "model/doc.h"
#include "model/draft.h"
#include "model/name.h"
#include "view/view.h"

#define LOOKUP_WAIT_MS 100  /* how long a look-up of what is known waits for news of it */
#define NAME_TEXT_MAX  4096 /* bytes of a name of the API with the NUL */
#define BODY_MAX       (8u << 20)

struct base;
struct breaker;
struct inflight;
struct invalidation;
struct journal;
struct refused_unlink;

/* One VPC. Reference-counted; the cache holds one reference, each node another. Everything below
 * the line is the cache's, and read or written under view->lock only. */
struct vpc {
	atomic_uint refs;
	struct view *view; /* borrowed: outlives it */
	char *id;	   /* owned, never changes */
	/* ---- */
	struct doc *doc; /* owned: the last answer that counts */
	char *etag; /* owned: of the GET answer that doc is; NULL: it is none, or has no ETag */
	char *file; /* owned: its name in the mount, "" before it has one */
	uint64_t
		asked_us; /* generation of the question that doc answers; 0: doc is out of date */
	/* generation of the end of the last change here: older questions do not count */
	uint64_t written_us;
	uint64_t seen_us;     /* generation at which it became known */
	struct timespec seen; /* the same on the wall clock, for what has no updatedAt */
	struct inflight *inflight; /* borrowed: a GET by id under way */
	struct breaker *breaker;   /* owned, or NULL: readers are told the last failure */
	/* path -> struct timespec, owned: content that changed without updatedAt */
	struct map observations;
	/* paths of entries without a value; the value says whether its file was made */
	struct map local_entries;
	struct base *bases;			/* owned */
	struct refused_unlink *refused_unlinks; /* owned */
	char *error; /* owned: the text of its .error, NULL when empty */
	struct timespec error_at;
	uint64_t list_mark; /* the list that held it last */
	bool error_is_change; /* a reading that fails does not hide why a change was refused */
	bool is_new;	      /* created here, and no list has held it yet */
	bool is_unsettled;    /* written here, and no list has shown it so yet */
	bool is_doubtful;     /* only a GET by id can tell what a list made of it */
	bool is_gone;	      /* hidden: deleted here, or seen to be gone */
	bool is_deleted;      /* here: hidden also while it is STATUS_DELETING */
	bool is_writing;      /* somebody has the write lock */
};

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
	struct tree *tree; /* borrowed, or NULL: tells the kernel */

	pthread_mutex_t lock;
	pthread_cond_t
		changed; /* an answer came, a write lock is free, a waiter was cancelled */
	struct invalidation
		*invalidation; /* borrowed: of who has the lock and changes something */
	struct map by_id;      /* owns a reference of each VPC, hidden ones included */
	struct map by_file;    /* borrowed from by_id: what the root lists */
	uint64_t last_generation;
	uint64_t
		list_asked_us; /* generation of the question whose answer the list is; 0: none */
	uint64_t
		answered_us; /* generation of the newest question that was answered; 0: none */
	/* owned: the ETag of the list that the VPCs here are, each and no other; NULL once one of
	 * them is known to be different, was written or is gone, and for a list that has none */
	char *list_etag;
	uint64_t
		forgotten_us; /* answers to questions asked before do not count (refresh) */
	uint64_t list_mark;
	bool stopping;		   /* nobody waits any more */
	struct inflight *inflight; /* borrowed: a list call under way */
	struct breaker *breaker;   /* owned, or NULL: of the list */
	unsigned inflights;	   /* of every kind; view_free waits for them */
	struct vpc *
		last_stale; /* borrowed, compared only: whose answer was last found too old */
	uint64_t last_stale_us;
	uint64_t cache_hits; /* for stats */
};

/* vpc.c: the object. */
struct vpc *vpc_new(struct view *view, const char *id);
struct vpc *vpc_ref(struct vpc *vpc);
void vpc_unref(struct vpc *vpc);
void vpc_unrefp(struct vpc **vpc);
#define CLEANUP_VPC CLEANUP(vpc_unrefp)
/* All with view->lock held. */
void vpc_set_doc(struct vpc *vpc, struct doc *doc);
/* By the API's own status. doc NULL: false. */
bool vpc_is_deleting(const struct doc *doc);
/* Errors: -ENOMEM. */
int vpc_set_file(struct vpc *vpc, const char *file);
void vpc_mtime(const struct vpc *vpc, const struct doc *doc, const char *path,
	struct timespec *ret);

/* local_entry.c: entries of a list that have no value yet, and so exist here only. path:
 * "vpcPrefixes/NAME". Without view->lock. */
bool local_entry_exists(struct vpc *vpc, const char *path);
bool local_entry_has_file(struct vpc *vpc, const char *path);
/* Errors: -EEXIST, -ENOMEM, -ENOSPC. */
int local_entry_add(struct vpc *vpc, const char *path);
/* Its value's file was made: it is empty until it is written. */
void local_entry_make_file(struct vpc *vpc, const char *path);
bool local_entry_drop(struct vpc *vpc, const char *path);
int local_entry_rename(struct vpc *vpc, const char *path, const char *new_path);
void local_entries_release(struct vpc *vpc);

/* bases.c: what each living process last read of spec.json to its end, or has saved since;
 * view->lock held. */
void bases_read(struct vpc *vpc, const struct caller *reader, struct doc *doc);
/* The caller's reference, NULL when this process has not read, or is not known. */
struct doc *bases_get(struct vpc *vpc, const struct caller *reader);
/* It has saved: what it has now, if it once read. */
void bases_saved(struct vpc *vpc, const struct caller *writer, struct doc *doc);
/* Forgets those of processes that have ended. */
void bases_sweep(struct vpc *vpc);
void bases_release(struct vpc *vpc);

/* rmdir_guard.c: rm -r deletes nothing. path: of the directory, relative to the VPC. Without
 * view->lock. */
void rmdir_guard_note(struct vpc *vpc, const struct op *op, const char *path);
/* Whether a living process that was refused an unlink below path is this caller. */
bool rmdir_guard_refuses(struct vpc *vpc, const struct op *op, const char *path);
void rmdir_guard_release(struct vpc *vpc);
#define RMDIR_GUARD_TEXT                                                                   \
	"the same process was refused to remove a file below this directory: rm -r "       \
	"deletes "                                                                         \
	"nothing here, rmdir alone does"

/* cache.c: what the API said and whether it still counts. Those with a problem may ask the API and
 * fail as it does. */
/* The list, not older than the ttl. */
int cache_list(struct view *view, const struct op *op, struct api_problem *problem);
/* The VPC's document, not older than the ttl; the caller's reference. -ENOENT when it is gone. */
int cache_doc(struct vpc *vpc, const struct op *op, struct doc **ret,
	struct api_problem *problem);
/* The last document that is known, however old; the caller's reference. -ENOENT when the VPC is
 * gone. */
int cache_peek(struct vpc *vpc, struct doc **ret);
/* For writers: a question of their own that is asked from now on, whatever failed before. */
int cache_ask(struct vpc *vpc, const struct op *op, struct doc **ret,
	struct api_problem *problem);
int cache_ask_list(struct view *view, const struct op *op, struct api_problem *problem);
/* Asks by id for each VPC of which only that can tell whether it exists. */
int cache_settle(struct view *view, const struct op *op, struct api_problem *problem);
/* The VPC that the root shows under this file name; the caller's reference. A known name is found
 * also when the API cannot be reached. */
int cache_find(struct view *view, const struct op *op, const char *file, struct vpc **ret,
	struct api_problem *problem);
/* The same without asking; NULL when there is none. */
struct vpc *cache_find_known(struct view *view, const char *file);
/* The answer to a change: it counts, and those to older questions do not any more. doc may be NULL:
 * it is not known what is there now, the next reader asks. */
void cache_take_written(struct vpc *vpc, struct doc *doc);
/* A VPC that was created here; the caller's reference. */
int cache_take_created(struct view *view, struct doc *doc, struct vpc **ret);
void cache_take_deleted(struct vpc *vpc);
void cache_forget(struct view *view);
/* How long the kernel may keep what it is told of the VPC now, on clock_mono_us(); 0: not at all.
 * With view->lock. */
uint64_t cache_until_us(const struct vpc *vpc);
/* The same for the root, of which every answer tells. */
uint64_t cache_root_until_us(const struct view *view);

/* invalidate.c: what changes under one hold of view->lock, for the kernel to hear of. begin takes
 * the lock, end lets it go and returns when nothing older is kept any more. */
struct invalidation {
	struct vpc **vpcs; /* owned, with a reference each */
	size_t count, cap;
};
void invalidation_begin(struct view *view, struct invalidation *in);
void invalidation_end(struct view *view, struct invalidation *in);
/* Between the two; at other times nobody is told. */
void invalidation_add(struct vpc *vpc);

/* etag.c: whether the API may be asked only for what has changed; with view->lock held. */
/* What the VPC, or the list when vpc is NULL, is asked with; "" when all of it is wanted. */
void etag_get(const struct view *view, const struct vpc *vpc, struct api_tag *ret);
/* The list has just been taken in. */
void etag_keep_list(struct view *view, const struct api_tag *tag, uint64_t asked_us);
/* The VPC's document is that of this answer. */
void etag_keep_doc(struct vpc *vpc, const struct api_tag *tag);
/* The answer was "unchanged": what is known counts as asked for at that time, unless it is not what
 * the question was about. */
void etag_renew_list(struct view *view, const struct api_tag *tag, uint64_t asked_us);
void etag_renew_doc(struct vpc *vpc, const struct api_tag *tag, uint64_t asked_us);
/* Something is known, or was done, that the list does not say. */
void etag_drop_list(struct view *view);
void etag_drop_doc(struct vpc *vpc);

/* names.c: the list and the names of its VPCs; with view->lock held. Errors: -ENOMEM. */
int names_merge(struct view *view, const struct doc_list *list, uint64_t asked_us);
int names_rebuild(struct view *view);
/* The entries of by-id: adds each id's file name and its VPC (borrowed). */
int names_of_ids(struct view *view, struct map *ret);
/* NULL when there is none. */
struct vpc *names_find_id(struct view *view, const char *file);

/* cache_take.c: what an answer changes; with view->lock held, between invalidation_begin and _end.
 */
/* Returns what those who wait are told. */
int cache_take_list(struct view *view, const struct doc_list *list,
	const struct api_tag *tag, uint64_t asked_us);
int cache_take_doc(struct vpc *vpc, int r, struct doc *doc, const struct api_tag *tag,
	uint64_t asked_us);
/* One VPC of a list; doc NULL: the list does not hold it. Returns whether it is gone. */
bool cache_take_listed(struct vpc *vpc, struct doc *doc, uint64_t asked_us);

/* Microseconds of the monotonic clock that never repeat, so that "asked before written" is always
 * decided. With the lock. */
uint64_t view_generation(struct view *view);

/* write_lock.c: one writer per VPC at a time. -ETIMEDOUT, -ESHUTDOWN. */
int write_lock_take(struct vpc *vpc, const struct op *op);
void write_lock_drop(struct vpc *vpc);
/* Waits on view->changed, with the lock held, for at most until deadline_ms. */
bool view_wait(struct view *view, uint64_t deadline_ms);
/* Wakes every waiter; fits cancel_hook. */
void view_wake(void *view);

/* commit_kinds.c: a write's way to the API. Each reports its own failure to the journal. path is
 * relative to the VPC. */
int commit_text(
	struct vpc *vpc, const struct op *op, const char *path, struct node_store *store);
int commit_remove_entry(struct vpc *vpc, const struct op *op, const char *path);
int commit_rename_entry(
	struct vpc *vpc, const struct op *op, const char *path, const char *new_name);
/* name as the API has it. */
int commit_rename_vpc(struct vpc *vpc, const struct op *op, const char *name);

/* create.c, delete.c: report their own failures. file is the name in the mount. *ret: the caller's
 * reference of the new VPC, NULL in a dry run. */
int vpc_create(struct view *view, const struct op *op, const char *file, struct vpc **ret);
int vpc_publish(struct view *view, const struct op *op, const char *file,
	const struct node_draft *draft, struct vpc **ret);
int vpc_delete(struct vpc *vpc, const struct op *op, bool has_scratch);

/* What a failure was about, for .error. */
struct report {
	struct vpc *vpc;    /* or NULL */
	const char *what;   /* "PATCH", "read", "mkdir" ... */
	const char *target; /* "prod/name": the file as the mount shows it */
	const char *mask;   /* "" or NULL when none */
	/* of who asked; NULL: it is not known */
	const struct op *op;
	bool is_read;
	bool kept; /* the text is in .vpcfs/rejected/TARGET */
};

/* journal.c: .error, .vpcfs/log, stats, rejected. */
struct journal *journal_new(void);
void journal_free(struct journal *journal);
void journal_observe(void *journal, const struct api_event *event);
/* A line that is no call. */
void journal_note(struct journal *journal, const char *line);
/* That for a call which a dry run does not make. id NULL: of no VPC yet; mask "-": none; body may
 * be NULL. Errors: -ENOMEM. */
int journal_dry_run(struct journal *journal, const char *method, const char *id,
	const char *mask, const struct buf *body);
/* Returns -problem->errnum. */
int journal_fail(
	struct view *view, const struct report *report, const struct api_problem *problem);
/* A change was sent and worked. */
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
/* Adds the text, unless ret is NULL. Errors: -ENOENT; -EISDIR when texts are below the path (ret_at
 * is written). */
int rejected_get(struct journal *journal, const char *path, struct buf *ret,
	struct timespec *ret_at);
/* The names directly below, as keys. Errors: -ENOMEM. */
int rejected_list(struct journal *journal, const char *dir, struct map *ret);

/* root_dir.c, vpc_dir.c, vpc_file.c, control_dir.c: the operations. */
extern const struct node_ops root_dir_ops, drafts_dir_ops, vpc_dir_ops, vpc_file_ops,
	vpc_spec_ops, vpc_read_only_ops, control_dir_ops, control_file_ops;
extern const char control_readme[];

/* How old the answer may be from which an operation is served. */
enum freshness {
	FRESH_KNOWN, /* whatever is known: nobody is asked */
	FRESH_TTL,
	FRESH_NOW, /* a question asked from now on */
};

/* A node of a VPC, its document, and what stands at its path. */
struct vpc_place {
	struct node_place place;
	struct vpc *vpc; /* borrowed: the place's data */
	struct doc *doc; /* owned */
	struct field field;
	bool is_local; /* an entry without a value: the document does not have it */
};
/* name: of an entry of the directory, or NULL for the node itself. */
int vpc_place_open(struct node *node, const char *name, const struct op *op,
	enum freshness freshness, struct vpc_place *ret);
void vpc_place_release(struct vpc_place *place);
/* What the VPC has at the path, entries without a value included: *ret_is_local, which may be NULL.
 */
int vpc_field(struct vpc *vpc, const struct doc *doc, const char *path, struct field *ret,
	bool *ret_is_local);
/* vpc_file.c: what was read of a VPC, or what a scratch file's writer had read, is a document
 * (tree/node.h, base). */
void vpc_base_free(void *base);
/* A file's text and attributes. */
int vpc_show(const struct vpc_place *at, struct buf *ret, struct node_attr *ret_attr);
/* Time, and for how long it stays true. */
void vpc_stamp(const struct vpc_place *at, struct node_attr *ret);
struct node_entry vpc_field_entry(const char *path, const struct field *field);

/* vpc_entries.c: entries of the API's lists. */
/* Whether mkdir, rmdir and mv in this directory mean entries of a list of the API. */
bool vpc_holds_entries(const char *path);
int vpc_dir_create(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret);
int vpc_dir_make(
	struct node *dir, const struct op *op, const char *name, struct node_entry *ret);
int vpc_dir_remove(
	struct node *dir, const struct op *op, const char *name, bool has_scratch);
int vpc_dir_unlink(struct node *dir, const struct op *op, const char *name);
int vpc_dir_rename(struct node *dir, const struct op *op, const char *name,
	struct node *new_dir, const char *new_name, bool noreplace);

/* place.c. path + "/" + name: -ENAMETOOLONG. */
int path_join(char out[NODE_PATH_MAX], const char *path, const char *name);
int child_place(const struct node *dir, const char *name, struct node_place *ret);
uint64_t key_of_id(const char *id);
/* A read failed: .error, unless the failure is an answer. Returns -problem->errnum. */
int read_fail(struct view *view, struct vpc *vpc, const char *path,
	const struct api_problem *problem);
/* A change is refused by this driver: .error of the VPC (which may be NULL) and of the mount says
 * why. Returns -errnum. */
int refuse(struct view *view, struct vpc *vpc, const char *what, const char *path,
	int errnum, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* Whether a text of that file has been refused and is kept. */
bool has_refused_text(struct vpc *vpc, const char *path);
/* What the tree has refused of a VPC's files, and of all others. */
void vpc_refused(struct node *node, const char *what, const char *name, int errnum);
void view_refused(struct node *node, const char *what, const char *name, int errnum);

#endif
