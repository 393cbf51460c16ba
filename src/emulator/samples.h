/* SPDX-License-Identifier: MIT */
/* VPCs to play with, made of the fixture values of the API reference. */
#ifndef EMULATOR_SAMPLES_H
#define EMULATOR_SAMPLES_H

#include <stddef.h>

/* The index-th sample as a POST body; NULL past the last. */
const char *sample_request(size_t index);

#endif
