/*
 * The 31 symbols of codes that people read to each other: no letter and no digit that looks like another one.
 */
#ifndef GATEHOUSE_LIB_SYMBOLS_H
#define GATEHOUSE_LIB_SYMBOLS_H

#include "lib/base.h"
#include "lib/errors.h"

#define SYMBOLS	     "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
#define SYMBOL_COUNT (sizeof(SYMBOLS) - 1)

/* `count` random ones, without a NUL. The caller sees to it that they are wiped. ERR_CRYPTO. */
enum err symbols_draw(size_t count, char *ret_symbols) MUST_CHECK;
/* 0 to 30; SYMBOL_COUNT for what isn't one. Letters of lower case aren't. */
size_t symbol_value(char);

#endif
