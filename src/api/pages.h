/* SPDX-License-Identifier: MIT */
/* A list that came in pages. */
#ifndef API_PAGES_H
#define API_PAGES_H

#include "model/doc.h"

/* Moves the page's documents behind those of list. Errors: -ENOMEM. */
int pages_join(struct doc_list *list, struct doc_list *page);
/* Between two pages the list may shift: of documents with one id the last one stays. Errors:
 * -ENOMEM. */
int pages_drop_doubles(struct doc_list *list);

#endif
