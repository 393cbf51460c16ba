/* SPDX-License-Identifier: MIT */
/* An error is a negative errno as the return value, and a sentence here for the person. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define ERR_TEXT_MAX 4096

/* Caller's memory; text is "" until something failed; may hold several lines, without a last
 * newline. */
struct err {
	char text[ERR_TEXT_MAX];
};

/* Returns -errnum. Writes the sentence, cut at ERR_TEXT_MAX, unless err is NULL or already has one:
 * the first error, the one nearest the cause, wins. */
int err_set(struct err *err, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Forgets the sentence. err may be NULL. */
void err_clear(struct err *err);

#endif
