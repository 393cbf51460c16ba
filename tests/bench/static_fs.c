/* SPDX-License-Identifier: MIT */
/* The yardstick of tests/bench/run: a directory tree, read into memory once and served read-only,
 * with all the caching in the kernel that a file system may ask for whose files can change. Nodes
 * are numbered in the order they are read, so that an inode number is an index, nothing is ever
 * freed and no lock is needed.
 *
 * 	static-fs [-t SECONDS] [-p] [-n] [-l] TREE MOUNTPOINT
 *
 * -t: how long the kernel may keep entries and attributes; -p: readdirplus always, where the kernel
 * would choose; -n: open is answered with ENOSYS, after which the kernel sends no more of them; -l:
 * listings are kept, too, which is for directories that never change and which some kernels (6.9 to
 * 6.12) go on to do when they do. Ends when it is unmounted. */
#define FUSE_USE_VERSION FUSE_MAKE_VERSION(3, 12)
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct node {
	char *name;
	struct stat st;
	char *data;	 /* of a file: st.st_size bytes */
	fuse_ino_t *sub; /* of a directory: its entries, ordered by name */
	size_t subs;
	fuse_ino_t parent;
};

struct static_fs {
	struct node *nodes; /* [0] is not used, [FUSE_ROOT_ID] is the root */
	size_t count, room;
	double timeout; /* seconds */
	bool always_plus, no_open, keeps_listings;
};

static void die(const char *what, const char *name)
{
	fprintf(stderr, "static-fs: %s %s: %s\n", what, name, strerror(errno));
	exit(1);
}

static void *grow(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p)
		die("no memory", "");
	return p;
}

static fuse_ino_t add_node(struct static_fs *fs, fuse_ino_t parent, const char *name)
{
	if (fs->count == fs->room) {
		fs->room = fs->room ? fs->room * 2 : 1024;
		fs->nodes = grow(fs->nodes, fs->room * sizeof(*fs->nodes));
	}
	fs->nodes[fs->count] = (struct node){.name = strdup(name), .parent = parent};
	return fs->count++;
}

static void load_data(struct node *n, int at)
{
	int fd = openat(at, n->name, O_RDONLY | O_CLOEXEC);
	size_t size = (size_t)n->st.st_size;

	n->data = grow(NULL, size + 1);
	if (fd < 0 || read(fd, n->data, size + 1) != (ssize_t)size)
		die("cannot read", n->name);
	close(fd);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_entry(const struct dirent *d)
{
	return strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0;
}

static void load_node(struct static_fs *fs, fuse_ino_t ino, int at);

/* nodes may move while entries are read: only indices are kept over load_node. */
static void load_dir(struct static_fs *fs, fuse_ino_t ino, int at)
{
	struct dirent **entries;
	const char *name = fs->nodes[ino].name;
	int n = scandirat(at, name, &entries, is_entry, by_name);
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fuse_ino_t *sub = grow(NULL, ((size_t)n + 1) * sizeof(*sub));

	if (n < 0 || fd < 0)
		die("cannot read", name);
	for (int i = 0; i < n; i++) {
		sub[i] = add_node(fs, ino, entries[i]->d_name);
		load_node(fs, sub[i], fd);
		free(entries[i]);
	}
	free(entries);
	close(fd);
	fs->nodes[ino].sub = sub;
	fs->nodes[ino].subs = (size_t)n;
}

static void load_node(struct static_fs *fs, fuse_ino_t ino, int at)
{
	struct node *n = &fs->nodes[ino];

	if (fstatat(at, n->name, &n->st, AT_SYMLINK_NOFOLLOW) < 0)
		die("cannot stat", n->name);
	n->st.st_ino = ino;
	if (S_ISREG(n->st.st_mode))
		load_data(n, at);
	else if (S_ISDIR(n->st.st_mode))
		load_dir(fs, ino, at);
}

static struct static_fs *fs_of(fuse_req_t req)
{
	return fuse_req_userdata(req);
}

static struct fuse_entry_param entry_of(const struct static_fs *fs, fuse_ino_t ino)
{
	return (struct fuse_entry_param){
		.ino = ino,
		.attr = fs->nodes[ino].st,
		.attr_timeout = fs->timeout,
		.entry_timeout = fs->timeout,
	};
}

static void op_init(void *data, struct fuse_conn_info *conn)
{
	const struct static_fs *fs = data;

	if (fs->always_plus)
		conn->want &= ~(unsigned)FUSE_CAP_READDIRPLUS_AUTO;
	conn->want |= conn->capable & FUSE_CAP_PARALLEL_DIROPS;
}

static void op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	const struct static_fs *fs = fs_of(req);
	const struct node *dir = &fs->nodes[parent];
	struct fuse_entry_param e = {.entry_timeout = fs->timeout};
	size_t low = 0, high = dir->subs;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = strcmp(name, fs->nodes[dir->sub[mid]].name);

		if (order == 0) {
			e = entry_of(fs, dir->sub[mid]);
			break;
		}
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	fuse_reply_entry(req, &e); /* ino 0: the kernel may remember that there is none */
}

static void op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	fuse_reply_attr(req, &fs_of(req)->nodes[ino].st, fs_of(req)->timeout);
}

static void op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	fi->keep_cache = 1;
	fi->noflush = 1;
	if (fs_of(req)->no_open)
		fuse_reply_err(req, ENOSYS);
	else
		fuse_reply_open(req, fi);
}

static void op_read(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
	const struct node *n = &fs_of(req)->nodes[ino];

	if (off >= n->st.st_size)
		size = 0;
	else if (size > (size_t)(n->st.st_size - off))
		size = (size_t)(n->st.st_size - off);
	fuse_reply_buf(req, size ? n->data + off : NULL, size);
}

static void op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	fi->keep_cache = 1;
	fi->cache_readdir = fs_of(req)->keeps_listings;
	fuse_reply_open(req, fi);
}

/* Offsets: 0 is ".", 1 "..", then the entries. */
static size_t add_entry(fuse_req_t req, char *buf, size_t room, const struct node *dir,
	fuse_ino_t ino, size_t at, bool plus)
{
	const struct static_fs *fs = fs_of(req);
	fuse_ino_t sub = at == 0 ? ino : at == 1 ? dir->parent : dir->sub[at - 2];
	const char *name = at == 0 ? "." : at == 1 ? ".." : fs->nodes[sub].name;
	struct fuse_entry_param e = entry_of(fs, sub);

	if (plus)
		return fuse_add_direntry_plus(req, buf, room, name, &e, (off_t)at + 1);
	return fuse_add_direntry(req, buf, room, name, &e.attr, (off_t)at + 1);
}

static void list(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, bool plus)
{
	const struct node *dir = &fs_of(req)->nodes[ino];
	char *buf = malloc(size);
	size_t used = 0;

	if (!buf) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	for (size_t at = (size_t)off; at < dir->subs + 2; at++) {
		size_t len = add_entry(req, buf + used, size - used, dir, ino, at, plus);

		if (len > size - used)
			break;
		used += len;
	}
	fuse_reply_buf(req, buf, used);
	free(buf);
}

static void op_readdir(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
	list(req, ino, size, off, false);
}

static void op_readdirplus(
	fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi)
{
	list(req, ino, size, off, true);
}

static const struct fuse_lowlevel_ops ops = {
	.init = op_init,
	.lookup = op_lookup,
	.getattr = op_getattr,
	.open = op_open,
	.read = op_read,
	.opendir = op_opendir,
	.readdir = op_readdir,
	.readdirplus = op_readdirplus,
};

static int serve(struct static_fs *fs, char *program, const char *mountpoint)
{
	char dash_o[] = "-o";
	char options[] =
		"ro,nosuid,nodev,default_permissions,fsname=static-fs,subtype=static-fs";
	char *argv[] = {program, dash_o, options};
	struct fuse_args args = FUSE_ARGS_INIT(3, argv);
	struct fuse_session *session = fuse_session_new(&args, &ops, sizeof(ops), fs);
	struct fuse_loop_config *config = fuse_loop_cfg_create();
	int status = 1;

	if (session && config && fuse_set_signal_handlers(session) == 0) {
		if (fuse_session_mount(session, mountpoint) == 0) {
			status = fuse_session_loop_mt(session, config) < 0;
			fuse_session_unmount(session);
		}
		fuse_remove_signal_handlers(session);
	}
	if (session)
		fuse_session_destroy(session);
	fuse_loop_cfg_destroy(config);
	fuse_opt_free_args(&args);
	return status;
}

int main(int argc, char **argv)
{
	struct static_fs fs = {.timeout = 5};
	int c;

	while ((c = getopt(argc, argv, "t:pnl")) >= 0) {
		if (c == 't')
			fs.timeout = atof(optarg);
		else if (c == 'p')
			fs.always_plus = true;
		else if (c == 'n')
			fs.no_open = true;
		else if (c == 'l')
			fs.keeps_listings = true;
		else
			return 2;
	}
	if (argc - optind != 2) {
		fprintf(stderr,
			"usage: static-fs [-t SECONDS] [-p] [-n] [-l] TREE MOUNTPOINT\n");
		return 2;
	}
	add_node(&fs, 0, "");
	load_node(&fs, add_node(&fs, FUSE_ROOT_ID, argv[optind]), AT_FDCWD);
	return serve(&fs, argv[0], argv[optind + 1]);
}
