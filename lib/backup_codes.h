/*
 * Backup codes: XXXXX-XXXX-XXXX of Crockford's base32 (no I, L, O, U), 65 random bits that people print and type. Stored as HMAC-SHA256
 * under a key of their set.
 */
#ifndef GATEHOUSE_LIB_BACKUP_CODES_H
#define GATEHOUSE_LIB_BACKUP_CODES_H

#include "lib/arena.h"
#include "lib/errors.h"

#define BACKUP_CODE_LEN		15	/* hyphens included */
#define BACKUP_CODE_COUNT	10	/* in a set */
#define BACKUP_KEY_LEN		32
#define BACKUP_DIGEST_LEN	32

/* What is registered with the arena to be wiped: the key, the texts. */
enum err backup_key_make(struct arena *, struct bytes *ret_key) MUST_CHECK;
enum err backup_code_make(struct arena *, const char **ret_code) MUST_CHECK;
/*
 * The written form of what somebody typed: any letter case, with or without hyphens and spaces, I and L for 1, O for 0. False when it
 * can't be a code.
 */
bool backup_code_parse(struct arena *, const char *typed, const char **ret_code);
/* Of the written form. */
enum err backup_code_digest(struct bytes key, const char *code, uint8_t ret_digest[BACKUP_DIGEST_LEN]) MUST_CHECK;

#endif
