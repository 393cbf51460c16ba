/* SPDX-License-Identifier: MIT */
/* Interned names. */
#include "intern.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/hash.h"
#include "tree_int.h"

static struct interned *intern_find_hashed(
	struct tree *tree, const char *text, uint64_t hash)
{
	struct map_link *link = map_chain(&tree->interns, hash);

	while (link &&
		(link->hash != hash || strcmp(((struct interned *)link)->text, text) != 0))
		link = link->next;
	return (struct interned *)link;
}

struct interned *intern_find_locked(struct tree *tree, const char *text)
{
	return intern_find_hashed(tree, text, hash_key(text));
}

struct interned *intern_get_locked(struct tree *tree, const char *text)
{
	uint64_t hash = hash_key(text);
	struct interned *n = intern_find_hashed(tree, text, hash);
	size_t len = strlen(text);

	if (n) {
		n->refs++;
		return n;
	}
	n = malloc(sizeof(*n) + len + 1);
	if (!n)
		return NULL;
	n->refs = 1;
	n->len = (uint32_t)len;
	memcpy(n->text, text, len + 1);
	map_link(&tree->interns, &n->link, hash);
	return n;
}

void intern_unref_locked(struct tree *tree, struct interned *name)
{
	if (!name || --name->refs)
		return;
	map_unlink(&tree->interns, &name->link);
	free(name);
}

bool name_is_hidden(const char *text)
{
	size_t len = strlen(text);

	if (len > 1 && text[len - 1] == '~')
		return true;
	if (strncmp(text, ".#", 2) == 0 || strcmp(text, "4913") == 0)
		return true;
	if (len > 4 && text[0] == '.' && strncmp(text + len - 4, ".sw", 3) == 0)
		return true;
	return len > 2 && text[0] == '#' && text[len - 1] == '#';
}

int name_check(const char *text)
{
	if (strlen(text) > TREE_NAME_MAX)
		return -ENAMETOOLONG;
	if (!*text || strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return -EINVAL;
	return 0;
}
