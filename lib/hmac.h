/*
 * HMAC-SHA-256 (RFC 2104) for what is asked several times a request: OpenSSL's HMAC() looks its algorithms up anew each time, which costs more
 * than the digest of a short text.
 */
#ifndef GATEHOUSE_LIB_HMAC_H
#define GATEHOUSE_LIB_HMAC_H

#include "lib/base.h"
#include "lib/errors.h"

#define HMAC_SHA256_LEN 32

/* ERR_CRYPTO; *ret_mac is untouched then. key has an octet at least. */
enum err hmac_sha256(struct bytes key, struct bytes data, uint8_t ret_mac[HMAC_SHA256_LEN]) MUST_CHECK;

#endif
