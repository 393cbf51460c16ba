/* SPDX-License-Identifier: MIT */
/* An error has two parts: a negative errno, which the function returns, and a sentence for a
 * person, which struct err holds. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define ERR_TEXT_MAX 4096

/* Caller's memory. text is "" until something fails. It may hold several lines, without a newline
 * at the end. */
struct err {
	char text[ERR_TEXT_MAX];
};

/* Returns -errnum. Writes the sentence, cut at ERR_TEXT_MAX, unless err is NULL or already has one:
 * the first error is the one nearest to the cause. */
int err_set(struct err *err, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The name of an errno: "ENOENT", "-" for 0, "?" for one that has none. Static. */
const char *err_name(int errnum);

/* Forgets the sentence. err may be NULL. */
void err_clear(struct err *err);

#endif
