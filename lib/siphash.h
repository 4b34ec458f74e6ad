/*
 * SipHash-2-4: a short keyed hash, so that nobody outside can choose subjects that meet in one
 * place of a table in shared memory.
 */
#ifndef GATEHOUSE_LIB_SIPHASH_H
#define GATEHOUSE_LIB_SIPHASH_H

#include "lib/base.h"

#define SIPHASH_KEY_LEN 16

uint64_t siphash(const uint8_t key[SIPHASH_KEY_LEN], const void *data, size_t len);

#endif
