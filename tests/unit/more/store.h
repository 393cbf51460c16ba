/* SPDX-License-Identifier: MIT */
/* A service in memory that accepts every field, in place of the layer api. */
#ifndef TESTS_MORE_STORE_H
#define TESTS_MORE_STORE_H

/* Starts with one VPC, given as JSON. */
void store_start(const char *vpc);
void store_stop(void);
/* The body of the last POST or PATCH, and the number of changes. */
const char *store_last_body(void);
unsigned store_changes(void);

#endif
