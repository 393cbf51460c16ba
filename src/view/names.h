/* SPDX-License-Identifier: MIT */
/* Which VPCs there are, and under which file name each is shown. */
#ifndef VIEW_NAMES_H
#define VIEW_NAMES_H

#include "base/map.h"
#include "collection.h"
#include "model/name.h"
#include "tree/node.h"

#define NAME_TEXT_MAX 4096 /* bytes of a name in the API, its NUL included */

/* Returns the VPC that the root shows under this name now; the caller owns the reference. NULL if
 * there is none. */
struct vpc *names_find(struct collection *c, const char *file);
/* Adds each name in the root, with a reference to its VPC. Errors: -ENOMEM. */
int names_list(struct collection *c, struct map *ret);
/* Drops the references that names_list gave, and the map. */
void names_release(struct map *names);
/* Adds all VPCs that have this name in the API. Errors: -ENOMEM. */
int names_find_all(struct collection *c, const char *api_name, struct vpc_list *ret);
/* Writes the path of a file as the mount shows it: "prod/zone", or "prod" if path is "". Cuts it if
 * it does not fit. */
void names_path(struct vpc *vpc, const char *path, char ret[NODE_PATH_MAX]);

/* Adds the names of the entries of by-id, one for each id, as keys. Errors: -ENOMEM. */
int names_list_ids(struct collection *c, struct map *ret);
/* Adds the name that the root shows for the VPC whose entry in by-id is file. Errors: -ENOENT,
 * -ENOMEM. */
int names_of_id(struct collection *c, const char *file, struct buf *ret);

/* Gives all VPCs their file names anew. Called with the collection's lock held. Errors: -ENOMEM;
 * the names are then as they were. */
int names_rebuild_locked(struct collection *c);

#endif
