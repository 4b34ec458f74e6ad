/*
 * Codes that people type: six digits that are mailed or texted (users.md rule 15), eight letters that a device shows (oauth.md rule 25).
 */
#ifndef GATEHOUSE_LIB_CODES_H
#define GATEHOUSE_LIB_CODES_H

#include "lib/arena.h"
#include "lib/errors.h"

/* Wrong ones after which a code is void. */
#define CODE_TRIES_MAX 5

enum err code_make(struct arena *, const char **ret_code) MUST_CHECK;
/* Six digits; spaces are ignored. NULL for anything else. */
const char *code_clean(struct arena *, const char *typed);

/* XXXX-XXXX of twenty consonants (RFC 8628 section 6.1): 34 bits, so the tries at them are limited. */
enum err user_code_make(struct arena *, const char **ret_code) MUST_CHECK;
/* The written form of what somebody typed, in any case, with hyphens and spaces where they like. NULL for what can't be one. */
const char *user_code_clean(struct arena *, const char *typed);

#endif
