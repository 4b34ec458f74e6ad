/*
 * Key pairs that sign tokens (RFC 7515, RFC 7517): made here, sealed for their row, opened only to sign. A private key leaves
 * this module in no other form than sealed.
 */
#ifndef GATEHOUSE_LIB_SIGNING_KEYS_H
#define GATEHOUSE_LIB_SIGNING_KEYS_H

#include "lib/keyring.h"

/* RS256 is RSA of 2048 bits, ES256 is on P-256, EdDSA is Ed25519 (RFC 8037). */
enum signing_alg { SIGN_ES256, SIGN_RS256, SIGN_EDDSA, SIGNING_ALG_COUNT };

/* The words of the API and of JOSE, in the order of the enum, ended by NULL. */
extern const char *const signing_alg_names[];

/* SIGNING_ALG_COUNT for an unknown word. */
enum signing_alg signing_alg_parse(const char *text);

/*
 * A new pair for the row that `place` names: its public half as JWK text (kid, use, alg and the numbers), its private half
 * sealed. RSA takes some tens of milliseconds. ERR_CRYPTO.
 */
enum err signing_key_make(const struct keyring *, struct arena *, enum signing_alg, const struct seal_place *place,
			  const char **ret_public_jwk, struct bytes *ret_sealed) MUST_CHECK;

/* What stands in a token's header; both borrowed. */
struct token_head {
	const char *type; /* "at+jwt" */
	const char *kid;
};

/*
 * A compact JWS over `claims` (JSON text), signed with the sealed key of that row. ERR_CRYPTO when the key doesn't open there,
 * or isn't one of this algorithm.
 */
enum err signing_key_sign(const struct keyring *, struct arena *, enum signing_alg, const struct seal_place *place,
			  struct bytes sealed, const struct token_head *, const char *claims,
			  const char **ret_token) MUST_CHECK;

#endif
