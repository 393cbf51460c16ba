/* SPDX-License-Identifier: MIT */
/* One operation that a caller waits for. */
#include "base/op.h"

#include "base/clock.h"

uint64_t op_left_ms(const struct op *op)
{
	uint64_t now = clock_mono_ms();

	return now < op->deadline_ms ? op->deadline_ms - now : 0;
}

bool op_is_past(const struct op *op)
{
	return op_left_ms(op) == 0;
}
