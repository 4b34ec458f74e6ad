/*
 * A long text sealed in chunks: each opens only at its own place, and the last is known as the last, so a file that was cut, joined or
 * reordered doesn't open (after STREAM, Hoang, Reyhanitabar, Rogaway, Vizár 2015).
 */
#ifndef GATEHOUSE_LIB_SEALED_STREAM_H
#define GATEHOUSE_LIB_SEALED_STREAM_H

#include "lib/base.h"
#include "lib/errors.h"

#define STREAM_KEY_LEN  32
#define STREAM_SALT_LEN 16
#define STREAM_TAG_LEN  16

/* Argon2id, 64 MiB and three passes. A salt, and so a key, is used for one stream. */
enum err stream_key_derive(const char *passphrase, const uint8_t salt[STREAM_SALT_LEN],
			   uint8_t ret_key[STREAM_KEY_LEN]) MUST_CHECK;
/* AES-256-GCM into ret_sealed, which has room for STREAM_TAG_LEN octets more than the plain text. */
enum err stream_seal(const uint8_t key[STREAM_KEY_LEN], uint64_t index, bool is_last, struct bytes plain,
		     uint8_t *ret_sealed) MUST_CHECK;
/* Into ret_plain, which has room for sealed.len octets. ERR_CRYPTO for a changed octet, another place, another key. */
enum err stream_open(const uint8_t key[STREAM_KEY_LEN], uint64_t index, bool is_last, struct bytes sealed,
		     uint8_t *ret_plain) MUST_CHECK;

#endif
