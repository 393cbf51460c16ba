/* SPDX-License-Identifier: MIT */
/* One text, which failed reads and changes of a VPC, or of the mount, replace. */
#include "last_error.h"

#include <string.h>
#include "base/cleanup.h"
#include "base/clock.h"

void last_error_init(struct last_error *e, pthread_mutex_t *lock, struct timespec at)
{
	*e = (struct last_error){.lock = lock, .at = at};
}

void last_error_release(struct last_error *e)
{
	free(e->text);
}

void last_error_set(struct last_error *e, const char *text, bool is_reading)
{
	pthread_mutex_lock(e->lock);
	if (!is_reading || !e->is_change) {
		free(e->text);
		e->text = strdup(text);
		e->is_change = !is_reading;
		e->at = clock_real();
	}
	pthread_mutex_unlock(e->lock);
}

void last_error_clear(struct last_error *e)
{
	pthread_mutex_lock(e->lock);
	if (e->text)
		e->at = clock_real();
	free(STEAL(e->text));
	e->is_change = false;
	pthread_mutex_unlock(e->lock);
}

int last_error_get(struct last_error *e, struct buf *ret, struct timespec *ret_at)
{
	int r;

	pthread_mutex_lock(e->lock);
	r = e->text ? buf_adds(ret, e->text) : 0;
	*ret_at = e->at;
	pthread_mutex_unlock(e->lock);
	return r;
}
