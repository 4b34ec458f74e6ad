/*
 * How a client proves itself by a key instead of a secret (RFC 7523 section 3, OpenID Connect Core section 9; oauth.md rule 23). Pure: the
 * caller finds the client's keys, tells the time, and sees to it that a token is used once.
 */
#ifndef GATEHOUSE_LIB_CLIENT_ASSERTION_H
#define GATEHOUSE_LIB_CLIENT_ASSERTION_H

#include "lib/jose.h"

#define CLIENT_ASSERTION_TYPE	   "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define CLIENT_ASSERTION_BYTES_MAX 8192
/* What the metadata names (RFC 8414 section 2). */
#define CLIENT_ASSERTION_ALGS "RS256 PS256 ES256 EdDSA"

/*
 * Takes one apart; whose it says to be is *ret_client_id. False for what is no token, brings its own key along, or has no subject. Nothing
 * of it is to be trusted before its signature is.
 */
bool client_assertion_parse(struct arena *, const char *text, struct jws *ret, const char **ret_client_id);

struct client_assertion_expected {
	const char *client_id;
	const char *issuer, *token_endpoint;	/* whom it may be for: one of them, as one text */
	int64_t now_ms;
};

/*
 * NULL when the claims are what they must be, else the name of the claim that isn't: iss, sub, aud, exp, nbf, iat, jti. *ret_jti names the
 * token, which can't be taken any more after *ret_gone_at.
 */
const char *client_assertion_problem(const struct json *claims, const struct client_assertion_expected *, const char **ret_jti,
				     int64_t *ret_gone_at);

/* ---- of any assertion ---- */

/*
 * NULL when exp is there and at most life_max_s ahead, and nbf and iat, where they are, have come; else the name of the one that isn't so.
 * Clocks may differ by a minute: after *ret_gone_at nobody takes it any more.
 */
const char *assertion_time_problem(const struct json *claims, int64_t now_s, int64_t life_max_s, int64_t *ret_gone_at);
/* What tells it from all others of its maker; NULL: nothing, or nothing to remember. */
const char *assertion_jti(const struct json *claims);

#endif
