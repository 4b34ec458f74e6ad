/*
 * Public keys as passkeys have them (RFC 9053, RFC 8812): ES256, EdDSA with Ed25519, and RS256, no others.
 */
#ifndef GATEHOUSE_LIB_COSE_H
#define GATEHOUSE_LIB_COSE_H

#include "lib/arena.h"
#include "lib/cbor_tree.h"

#define COSE_ES256 (-7)
#define COSE_EDDSA (-8)
#define COSE_RS256 (-257)
/* As long as a stored key may be; RSA up to 4,096 bits fits. */
#define COSE_KEY_BYTES_MAX 1024

/* Is this a whole key of an algorithm above that OpenSSL takes? */
bool cose_key_is_usable(const struct cbor_tree *);
/* False for a wrong signature, and for a key that isn't one. */
bool cose_verify(struct bytes key, struct bytes message, struct bytes signature);

#endif
