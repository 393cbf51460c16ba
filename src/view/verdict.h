/* SPDX-License-Identifier: MIT */
/* What an answer of the API means for the document of one VPC that the cache holds. Pure: no clock,
 * no locks. One rule is behind all cases: an answer counts only if nothing was written and nothing
 * newer was learnt since its question was asked. */
#ifndef VIEW_VERDICT_H
#define VIEW_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

enum verdict {
	VERDICT_TAKE,  /* the answer replaces the known document */
	VERDICT_KEEP,  /* the known document stays */
	VERDICT_DOUBT, /* it stays, but only a GET by id can tell whether it is still true */
	VERDICT_GONE,
};

struct known {
	/* when the question for the known document was asked; 0: the document is out of date */
	uint64_t requested_us;
	uint64_t written_us; /* when the last change here ended; 0: never */
	bool is_new;	     /* created here, and no list has held it yet */
	/* written here, and no list has shown the written value yet */
	bool is_unsettled;
	bool is_gone;	 /* deleted here, or an answer said so */
	bool is_deleted; /* deleted here */
};

struct answer {
	bool is_list;
	uint64_t requested_us;
	bool has_it;
	bool is_deleting; /* its status is STATUS_DELETING */
	bool agrees;	  /* it equals the known document, or its updatedAt is not older */
};

enum verdict verdict_of(const struct known *known, const struct answer *answer);

#endif
