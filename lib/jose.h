/*
 * Signed tokens of others: JWS in its compact form (RFC 7515), keys as JWK (RFC 7517), and what an ID token must say
 * (OpenID Connect Core section 3.1.3.7). Pure: the caller fetches the keys and tells the time.
 *
 * RS256, PS256, ES256 and EdDSA (Ed25519) only; "none", HMAC and everything else don't verify, whatever a key says.
 */
#ifndef GATEHOUSE_LIB_JOSE_H
#define GATEHOUSE_LIB_JOSE_H

#include "lib/arena.h"
#include "lib/errors.h"
#include "lib/json.h"

/* A token taken apart; nothing of it is to be trusted before jws_verify(). Texts are the arena's. */
struct jws {
	const char *alg;
	const char *kid;		/* NULL: none */
	const char *type;		/* "typ"; NULL: none */
	struct json header, claims;	/* objects; the claims are the payload */
	struct bytes input;		/* what is signed: header.payload as sent */
	struct bytes signature;
};

/*
 * False for what isn't three parts of canonical base64url with JSON objects in the first two, names an extension that
 * must be understood ("crit"), or has no text "alg".
 */
bool jws_parse(struct arena *, const char *token, struct jws *ret);

/*
 * Did one of the set's keys ({"keys": […]}) sign it? A key counts when its type is the algorithm's, and its "use", "alg"
 * and "kid", where given, agree. RSA from 2048 to 8192 bits, EC on P-256 alone. False for a token that
 * jws_brings_key().
 */
bool jws_verify(struct arena *, const struct jws *, const struct json *keys);
/* Did this very key sign it? For the one place where a token brings its key along (lib/dpop.h). */
bool jws_verify_with(struct arena *, const struct jws *, const struct json *jwk);
/* Does the header bring a key along, or say where one is (jwk, jku, x5c, x5u)? Who trusts such a key trusts everybody. */
bool jws_brings_key(const struct jws *);
/* A claim in whole seconds since 1970 (RFC 7519 section 2, NumericDate); false when it isn't there or isn't one. */
bool jws_time(const struct json *claims, const char *name, int64_t *ret_s);

/* The same with one key, as JSON text, which stays open for the next token: for keys of ours, of which there are few. */
bool jws_is_signed_with(struct arena *, const struct jws *, const char *public_jwk);

/*
 * Is it a public key to verify signatures with: RSA from 2048 to 8192 bits, EC on P-256, Ed25519 (RFC 8037)? False for a key that
 * tells its private half, and for a symmetric one.
 */
bool jwk_is_public(struct arena *, const struct json *jwk);

/* What a public key is called by: SHA-256 over its necessary members (RFC 7638), as base64url. NULL for a key that isn't one. */
const char *jwk_thumbprint(struct arena *, const struct json *jwk);

/*
 * An ES256 token signed with a PEM private key on P-256 (Apple's client secret). header and claims are JSON text. False
 * when the key is another one, or none.
 */
bool jws_sign_es256(struct arena *, const char *pem, const char *header, const char *claims, const char **ret_token);

struct id_token_expected {
	const char *issuer;		/* "{tenantid}" in it stands for the token's own claim tid (Microsoft) */
	const char *client_id;
	const char *nonce;		/* NULL: none was asked for */
	int64_t now_ms;
};

/* NULL when the claims are what they must be, else the name of the claim that isn't: iss, aud, azp, exp, iat, nonce, sub. */
const char *id_token_problem(struct arena *, const struct json *claims, const struct id_token_expected *);

/* A member's text; NULL when there is none, it isn't text or is empty. */
const char *json_text(const struct json *object, const char *name);

#endif
