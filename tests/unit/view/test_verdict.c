/* SPDX-License-Identifier: MIT */
/* What an answer means for the known document, case by case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../../src/view/verdict.h"

#define LIST  .is_list = true
#define HAS   .has_it = true
#define KNOWN .requested_us = 10
#define LATER .requested_us = 20

static const struct {
	const char *what;
	struct known known;
	struct answer answer;
	enum verdict verdict;
} rows[] = {
	/* An answer that is older than the known document, or than the last write, does not count.
	 */
	{"GET asked before the known question", {KNOWN}, {.requested_us = 9, HAS},
		VERDICT_KEEP},
	{"list asked before", {KNOWN}, {LIST, .requested_us = 9, HAS}, VERDICT_KEEP},
	{"absence asked before", {KNOWN}, {LIST, .requested_us = 9}, VERDICT_KEEP},
	{"404 asked before a write ended", {.written_us = 30}, {LATER}, VERDICT_KEEP},
	{"GET asked before a write ended", {KNOWN, .written_us = 30}, {LATER, HAS},
		VERDICT_KEEP},
	/* An ordinary VPC. */
	{"newer GET", {KNOWN}, {LATER, HAS}, VERDICT_TAKE},
	{"newer list", {KNOWN}, {LIST, LATER, HAS}, VERDICT_TAKE},
	{"first answer", {0}, {LIST, LATER, HAS}, VERDICT_TAKE},
	{"404", {KNOWN}, {LATER}, VERDICT_GONE},
	{"not in the list", {KNOWN}, {LIST, LATER}, VERDICT_GONE},
	{"being deleted elsewhere is still there", {KNOWN},
		{LATER, HAS, .is_deleting = true}, VERDICT_TAKE},
	/* Created here. */
	{"created, not listed yet", {.is_new = true, .written_us = 10}, {LIST, LATER},
		VERDICT_DOUBT},
	{"created, GET has it", {.is_new = true, .written_us = 10}, {LATER, HAS},
		VERDICT_TAKE},
	{"created, GET says 404", {.is_new = true, .written_us = 10}, {LATER},
		VERDICT_GONE},
	/* Written here. */
	{"written, the list lags", {.written_us = 10, .is_unsettled = true},
		{LIST, LATER, HAS}, VERDICT_DOUBT},
	{"written, the list agrees", {.written_us = 10, .is_unsettled = true},
		{LIST, LATER, HAS, .agrees = true}, VERDICT_TAKE},
	{"written, GET differs", {.written_us = 10, .is_unsettled = true}, {LATER, HAS},
		VERDICT_TAKE},
	{"written, not in the list", {.written_us = 10, .is_unsettled = true},
		{LIST, LATER}, VERDICT_GONE},
	/* Deleted here. */
	{"deleted, listed as deleting",
		{.written_us = 10, .is_gone = true, .is_deleted = true},
		{LIST, LATER, HAS, .is_deleting = true}, VERDICT_KEEP},
	{"deleted, GET says deleting",
		{.written_us = 10, .is_gone = true, .is_deleted = true},
		{LATER, HAS, .is_deleting = true}, VERDICT_KEEP},
	{"deleted, listed as ready",
		{.written_us = 10, .is_gone = true, .is_deleted = true}, {LIST, LATER, HAS},
		VERDICT_DOUBT},
	{"deleted, and back", {.written_us = 10, .is_gone = true, .is_deleted = true},
		{LATER, HAS}, VERDICT_TAKE},
	{"deleted, not listed", {.written_us = 10, .is_gone = true, .is_deleted = true},
		{LIST, LATER}, VERDICT_GONE},
	/* Seen to be gone. */
	{"gone, a list has it", {KNOWN, .is_gone = true}, {LIST, LATER, HAS},
		VERDICT_DOUBT},
	{"gone, and back", {KNOWN, .is_gone = true}, {LATER, HAS}, VERDICT_TAKE},
};

static void each_answer_means_what_the_table_says(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (verdict_of(&rows[i].known, &rows[i].answer) != rows[i].verdict)
			fail_msg("%s: %d", rows[i].what,
				verdict_of(&rows[i].known, &rows[i].answer));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer_means_what_the_table_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
