/* SPDX-License-Identifier: MIT */
/* A target takes any bytes and checks what must hold for all of them. With replay.c it is a program
 * that runs the files and directories given to it; with clang and -fsanitize=fuzzer (and without
 * replay.c) libFuzzer makes up the bytes. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(what)                                                                        \
	do {                                                                               \
		if (!(what)) {                                                             \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what);         \
			abort();                                                           \
		}                                                                          \
	} while (0)

#endif
