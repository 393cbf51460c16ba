/* SPDX-License-Identifier: MIT */
/* The worker threads. We do not use libfuse's own loop, for two reasons: no other thread can end it
 * (3.14), and it does not report that the mount is gone while handlers still wait for the network.
 * Here the worker that reads the end of the mount calls fs_stop, and the thread in fs_loop waits
 * for that and for signals at once.
 *
 * One worker is always free to read the next request, until THREADS_MAX of them wait for the
 * network. So an interrupt is seen at once. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include "base/log.h"
#include "session.h"

#define THREADS_MAX 400 /* operations at the same time */
#define IDLE_MAX    10	/* workers that may wait for a request; any others end */

struct worker {
	struct worker *next;
	struct fs *fs;
	pthread_t thread;
	struct fuse_buf buf; /* mem owned */
};

static void stop_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGQUIT);
}

void fs_block_signals(void)
{
	sigset_t set;

	stop_signals(&set);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

void fs_stop(struct fs *fs)
{
	int saved = errno;

	eventfd_write(fs->wake_fd, 1);
	errno = saved;
}

static void worker_free(struct worker *w)
{
	free(w->buf.mem);
	free(w);
}

static void workers_reap(struct worker *w)
{
	for (struct worker *next; w; w = next) {
		next = w->next;
		pthread_join(w->thread, NULL);
		worker_free(w);
	}
}

/* Runs when the worker ends, even if it was cancelled while it was reading. */
static void worker_done(void *arg)
{
	struct worker *w = arg, **at;
	struct fs *fs = w->fs;

	pthread_mutex_lock(&fs->lock);
	fs->count--;
	if (!fs->ending) {
		for (at = &fs->running; *at != w; at = &(*at)->next)
			;
		*at = w->next;
		w->next = fs->done;
		fs->done = w;
	}
	pthread_mutex_unlock(&fs->lock);
}

static void *worker_run(void *arg);

static void worker_start_locked(struct fs *fs)
{
	struct worker *w = calloc(1, sizeof(*w));

	if (!w)
		return;
	w->fs = fs;
	if (pthread_create(&w->thread, NULL, worker_run, w) != 0) {
		free(w);
		return;
	}
	w->next = fs->running;
	fs->running = w;
	fs->count++;
	fs->idle++;
}

/* Reads one request. Returns false if the mount is gone. */
static bool worker_take(struct worker *w)
{
	struct fuse_session *se = w->fs->session;
	int n;

	do {
		pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
		n = fuse_session_receive_buf(se, &w->buf);
		pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	} while (n == -EINTR || n == -EAGAIN);
	return n > 0 && !fuse_session_exited(se);
}

static void worker_serve(struct worker *w)
{
	struct fs *fs = w->fs;
	struct worker *done;
	struct trace trace;

	pthread_mutex_lock(&fs->lock);
	fs->idle--;
	if (!fs->idle && !fs->ending && fs->count < THREADS_MAX)
		worker_start_locked(fs);
	done = STEAL(fs->done);
	pthread_mutex_unlock(&fs->lock);
	workers_reap(done);
	trace_begin(fs, &w->buf, &trace);
	fuse_session_process_buf(fs->session, &w->buf);
	trace_end(fs, &trace);
}

/* Called after a request. Returns false if enough other workers are idle. */
static bool worker_stays(struct fs *fs)
{
	bool stays;

	pthread_mutex_lock(&fs->lock);
	stays = fs->ending || fs->idle < IDLE_MAX;
	if (stays)
		fs->idle++;
	pthread_mutex_unlock(&fs->lock);
	return stays;
}

static void *worker_run(void *arg)
{
	struct worker *w = arg;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	pthread_cleanup_push(worker_done, w);
	for (;;) {
		if (!worker_take(w)) {
			fs_stop(w->fs);
			break;
		}
		worker_serve(w);
		if (!worker_stays(w->fs))
			break;
	}
	pthread_cleanup_pop(1);
	return NULL;
}

/* Reads a signal. Returns whether it ends the mount. */
static bool take_signal(struct fs *fs, int signal_fd)
{
	struct signalfd_siginfo info;

	if (read(signal_fd, &info, sizeof(info)) != sizeof(info))
		return false;
	if (info.ssi_signo != SIGHUP)
		return true;
	if (fs->options.reload)
		fs->options.reload(fs->options.arg);
	return false;
}

/* Waits until a signal ends the mount, fs_stop is called, or the mount is gone. */
static void wait_for_end(struct fs *fs, int signal_fd)
{
	struct pollfd fds[] = {
		{.fd = fs->wake_fd, .events = POLLIN},
		{.fd = signal_fd, .events = POLLIN},
	};

	do {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return;
	} while (!fds[0].revents && !(fds[1].revents && take_signal(fs, signal_fd)));
}

/* The stopping hook makes running handlers return and answer. Workers that wait for a request are
 * cancelled in their read. */
static void workers_end(struct fs *fs)
{
	struct worker *running, *done;

	pthread_mutex_lock(&fs->lock);
	fs->ending = true;
	running = STEAL(fs->running);
	done = STEAL(fs->done);
	pthread_mutex_unlock(&fs->lock);
	if (fs->options.stopping)
		fs->options.stopping(fs->options.arg);
	fuse_session_exit(fs->session);
	for (struct worker *w = running; w; w = w->next)
		pthread_cancel(w->thread);
	workers_reap(running);
	workers_reap(done);
}

int fs_loop(struct fs *fs)
{
	CLEANUP_CLOSE int signal_fd = -1;
	unsigned count;
	sigset_t set;
	int r;

	fs_block_signals();
	stop_signals(&set);
	signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signal_fd < 0)
		return -errno;
	r = interrupts_start(&fs->interrupts);
	if (r < 0)
		return r;
	pthread_mutex_lock(&fs->lock);
	worker_start_locked(fs);
	count = fs->count;
	pthread_mutex_unlock(&fs->lock);
	if (count)
		wait_for_end(fs, signal_fd);
	workers_end(fs);
	interrupts_stop(&fs->interrupts);
	return count ? 0 : -EAGAIN;
}
