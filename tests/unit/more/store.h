/* SPDX-License-Identifier: MIT */
/* A service in memory that takes every field, in place of the layer api. */
#ifndef TESTS_MORE_STORE_H
#define TESTS_MORE_STORE_H

/* With one VPC, as JSON. */
void store_start(const char *vpc);
void store_stop(void);
/* The body of the last POST or PATCH, and how many there were. */
const char *store_last_body(void);
unsigned store_changes(void);

#endif
