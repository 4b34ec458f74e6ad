/*
 * Invite codes: XXXX-XXXX-XXXX of an alphabet without letters and digits that look alike. 59 random bits that people read to each other;
 * the tries at them are limited (tenancy rule 12). Stored as SHA-256 of the written form.
 */
#ifndef GATEHOUSE_LIB_INVITE_CODES_H
#define GATEHOUSE_LIB_INVITE_CODES_H

#include "lib/secrets.h"

#define INVITE_CODE_LEN 14	/* hyphens included */

/* The text is registered with the arena to be wiped; prefix stays empty. */
enum err invite_code_make(struct arena *, struct secret *ret_secret) MUST_CHECK;
/* The written form of what somebody typed, in any letter case, with or without the hyphens; false when it can't be a code. */
bool invite_code_parse(struct arena *, const char *typed, const char **ret_code);

#endif
