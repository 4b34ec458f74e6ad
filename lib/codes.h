/*
 * Codes of six digits that are mailed or texted (users.md rule 15).
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

#endif
