/* SPDX-License-Identifier: MIT */
/* Text for URLs, and a list that came in pages. */
#ifndef API_PAGES_H
#define API_PAGES_H

#include "base/buf.h"
#include "model/doc.h"

/* Adds the text as one segment of a path or one value of a query: everything but RFC 3986's
 * unreserved characters is escaped, and so are the dots of "." and "..", which are not names.
 * Errors: -ENOMEM, -EFBIG. */
int pages_escape(struct buf *ret, const char *text);

/* Moves the page's documents behind those of list. Errors: -ENOMEM. */
int pages_join(struct doc_list *list, struct doc_list *page);
/* Between two pages the list may shift: of documents with one id the last one stays. Errors:
 * -ENOMEM. */
int pages_drop_doubles(struct doc_list *list);

#endif
