/* SPDX-License-Identifier: MIT */
/* Names are shared: ten thousand directories have a file "zone", and one text says so. */
#include "name.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "inode.h"

uint64_t name_hash_item(const void *item)
{
	return ((const struct name *)item)->hash;
}

static struct name *find(struct tree *tree, const char *text, size_t len, uint64_t hash)
{
	struct name *n = table_first(&tree->names, hash);

	while (n && (n->hash != hash || n->len != len || memcmp(n->text, text, len) != 0))
		n = n->next;
	return n;
}

struct name *name_find_locked(struct tree *tree, const char *text)
{
	size_t len = strlen(text);

	return find(tree, text, len, hash_bytes(0, text, len));
}

struct name *name_get_locked(struct tree *tree, const char *text)
{
	size_t len = strlen(text);
	uint64_t hash = hash_bytes(0, text, len);
	struct name *n = find(tree, text, len, hash);

	if (n) {
		n->refs++;
		return n;
	}
	n = malloc(sizeof(*n) + len + 1);
	if (!n)
		return NULL;
	*n = (struct name){.hash = hash, .refs = 1, .len = (uint32_t)len};
	memcpy(n->text, text, len + 1);
	table_add(&tree->names, n);
	return n;
}

void name_unref_locked(struct tree *tree, struct name *name)
{
	if (!name || --name->refs)
		return;
	table_remove(&tree->names, name);
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
