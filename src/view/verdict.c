/* SPDX-License-Identifier: MIT */
/* What an answer means, case by case. */
#include "verdict.h"

static enum verdict verdict_of_get(const struct known *known, const struct answer *answer)
{
	if (!answer->has_it)
		return VERDICT_GONE;
	/* A VPC that was deleted here is gone at once, even while the API still deletes it. */
	return known->is_deleted && answer->is_deleting ? VERDICT_KEEP : VERDICT_TAKE;
}

static enum verdict verdict_of_list(const struct known *known, const struct answer *answer)
{
	if (!answer->has_it)
		return known->is_new ? VERDICT_DOUBT : VERDICT_GONE;
	if (known->is_deleted && answer->is_deleting)
		return VERDICT_KEEP;
	/* A list may lag behind a deletion and behind a change. */
	if (known->is_gone || (known->is_unsettled && !answer->agrees))
		return VERDICT_DOUBT;
	return VERDICT_TAKE;
}

enum verdict verdict_of(const struct known *known, const struct answer *answer)
{
	if (answer->requested_us < known->written_us ||
		answer->requested_us < known->requested_us)
		return VERDICT_KEEP;
	return answer->is_list ? verdict_of_list(known, answer)
			       : verdict_of_get(known, answer);
}
