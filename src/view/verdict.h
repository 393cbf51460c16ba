/* SPDX-License-Identifier: MIT */
/* What an answer of the API means for what is known of one VPC. Pure: no clock, no locks. The rule
 * behind all rows: an answer counts only if nothing was written, and nothing newer was learnt,
 * since its question was asked. */
#ifndef VIEW_VERDICT_H
#define VIEW_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

enum verdict {
	VERDICT_TAKE,  /* the answer is what is known from now on */
	VERDICT_KEEP,  /* what is known stays */
	VERDICT_DOUBT, /* what is known stays, and only a GET by id can tell */
	VERDICT_GONE,
};

struct known {
	/* of the question that the known document answers; 0: none counts */
	uint64_t requested_us;
	uint64_t written_us; /* when the last change here ended; 0: never */
	bool is_new;	     /* created here, and no list has held it yet */
	bool is_unsettled;   /* written here, and no list has shown it so yet */
	bool is_gone;	     /* deleted here or seen to be gone */
	bool is_deleted;     /* deleted here */
};

struct answer {
	bool is_list;
	uint64_t requested_us;
	bool has_it;
	bool is_deleting; /* it says STATUS_DELETING */
	bool agrees;	  /* it is as known, or newer by the API's own updatedAt */
};

enum verdict verdict_of(const struct known *known, const struct answer *answer);

#endif
