/* SPDX-License-Identifier: MIT */
/* Splits a command line into words in one pass. The words lie one behind the other in a buffer as
 * long as the text, so that it need not grow. */
#include "base/words.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* A text being split. */
struct splitter {
	const char *at;
	/* Where the next byte of a word goes. */
	char *out;
	bool is_in_word;
};

static bool is_word_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static int take_single_quoted(struct splitter *s, struct err *err)
{
	const char *end = strchr(s->at, '\'');

	if (!end)
		return err_set(err, EINVAL, "a quote ' is not closed");
	s->out = mempcpy(s->out, s->at, (size_t)(end - s->at));
	s->at = end + 1;
	return 0;
}

static int take_double_quoted(struct splitter *s, struct err *err)
{
	for (; *s->at && *s->at != '"'; s->at++) {
		if (*s->at == '\\' && s->at[1] && strchr("$`\"\\", s->at[1]))
			s->at++;
		*s->out++ = *s->at;
	}
	if (!*s->at)
		return err_set(err, EINVAL, "a quote \" is not closed");
	s->at++;
	return 0;
}

/* Takes one character, or everything within quotes. */
static int take_some(struct splitter *s, struct err *err)
{
	char c = *s->at++;

	s->is_in_word = true;
	if (c == '\'')
		return take_single_quoted(s, err);
	if (c == '"')
		return take_double_quoted(s, err);
	if (c == '\\' && !*s->at)
		return err_set(err, EINVAL, "a backslash at the end");
	*s->out++ = c == '\\' ? *s->at++ : c;
	return 0;
}

/* Writes each word and a NUL to out. Returns the number of words. */
static int split_into(const char *text, char *out, struct err *err)
{
	struct splitter s = {.at = text, .out = out};
	int count = 0;

	for (;;) {
		if (!*s.at || is_word_blank(*s.at)) {
			if (s.is_in_word) {
				*s.out++ = '\0';
				count++;
			}
			s.is_in_word = false;
			if (!*s.at++)
				return count;
		} else {
			int r = take_some(&s, err);

			if (r < 0)
				return r;
		}
	}
}

static char **words_of(const char *flat, int count)
{
	char **words = calloc((size_t)count + 1, sizeof(*words));

	for (int i = 0; words && i < count; i++) {
		words[i] = strdup(flat);
		if (!words[i]) {
			words_free(words);
			return NULL;
		}
		flat += strlen(flat) + 1;
	}
	return words;
}

int words_split(const char *text, char ***ret, struct err *err)
{
	/* Each word has a NUL where the text has a blank or ends. */
	CLEANUP_FREE char *flat = malloc(strlen(text) + 1);
	char **words;
	int count;

	if (!flat)
		return err_set(err, ENOMEM, "out of memory");
	count = split_into(text, flat, err);
	if (count < 0)
		return count;
	if (count == 0)
		return err_set(err, EINVAL, "there is no word in it");
	words = words_of(flat, count);
	if (!words)
		return err_set(err, ENOMEM, "out of memory");
	*ret = words;
	return 0;
}

void words_free(char **words)
{
	for (char **word = words; word && *word; word++)
		free(*word);
	free(words);
}
