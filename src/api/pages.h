/* SPDX-License-Identifier: MIT */
/* Joining the pages of a list. */
#ifndef API_PAGES_H
#define API_PAGES_H

#include "model/doc.h"

/* Moves the page's documents to the end of list. Errors: -ENOMEM. */
int pages_join(struct doc_list *list, struct doc_list *page);
/* Drops documents that occur twice, since the list may shift between two pages. Of the documents
 * with one id the last one stays. Errors: -ENOMEM. */
int pages_drop_doubles(struct doc_list *list);

#endif
