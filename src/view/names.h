/* SPDX-License-Identifier: MIT */
/* Which VPCs there are, and under which file name each is shown. */
#ifndef VIEW_NAMES_H
#define VIEW_NAMES_H

#include "base/map.h"
#include "collection.h"
#include "model/name.h"
#include "tree/node.h"

#define NAME_TEXT_MAX 4096 /* bytes of a name of the API with the NUL */

/* The VPC that the root shows under this name now; the caller's reference, or NULL. */
struct vpc *names_find(struct collection *c, const char *file);
/* Adds each name of the root with its VPC, a reference each. Errors: -ENOMEM. */
int names_list(struct collection *c, struct map *ret);
/* Drops the references that names_list gave, and the map. */
void names_release(struct map *names);
/* Adds the VPCs that have this name in the API. Errors: -ENOMEM. */
int names_find_all(struct collection *c, const char *api_name, struct vpc_list *ret);
/* A path of the VPC as the mount shows it: "prod/zone"; "prod" for "". Cut where it does not fit.
 */
void names_path(struct vpc *vpc, const char *path, char ret[NODE_PATH_MAX]);

/* The entries of by-id. Adds the file name of each id, as keys. Errors: -ENOMEM. */
int names_list_ids(struct collection *c, struct map *ret);
/* Adds the name in the root of the VPC whose entry in by-id is file. Errors: -ENOENT, -ENOMEM. */
int names_of_id(struct collection *c, const char *file, struct buf *ret);

/* Names all VPCs anew. With the collection's lock held. Errors: -ENOMEM; then they are as they
 * were. */
int names_rebuild_locked(struct collection *c);

#endif
