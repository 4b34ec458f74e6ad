/*
 * Tokens of other issuers as grants (RFC 7523 section 3; oauth.md rule 27): an assertion about a person (Identity Assertion Authorization
 * Grant), or a workload's own token. Pure: the caller knows whom it trusts, finds the keys, tells the time, and sees to it that an assertion
 * about a person is used once.
 */
#ifndef GATEHOUSE_LIB_JWT_BEARER_H
#define GATEHOUSE_LIB_JWT_BEARER_H

#include "lib/jose.h"

#define JWT_BEARER_BYTES_MAX   8192
#define JWT_BEARER_SUBJECT_MAX 255

/* A grant taken apart. Nothing of it is to be trusted before its signature is. */
struct jwt_bearer {
	struct jws jws;
	const char *issuer, *subject;
	bool is_of_person;	/* "typ" says so */
};
/* False for what is no token, brings its own key along, or doesn't name issuer and subject. */
bool jwt_bearer_parse(struct arena *, const char *text, struct jwt_bearer *ret);

/* What an assertion about a person says beside who it is about. */
struct person_assertion {
	const char *resource;
	const char *scope;	/* NULL: none said */
	const char *jti;
	int64_t gone_at;	/* it can't be taken any more after this */
};

/* NULL when the claims are what they must be, else the name of the claim that isn't: aud, client_id, resource, scope, exp, nbf, iat, jti. */
const char *person_assertion_problem(const struct json *claims, const char *own_issuer, const char *client_id, int64_t now_ms,
				     struct person_assertion *ret);
/* The same of a workload's token: aud, exp, nbf, iat. */
const char *workload_token_problem(const struct json *claims, const char *own_issuer, int64_t now_ms);

#endif
