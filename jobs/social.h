/*
 * What both errands to a sign-in provider need: its settings with the secret, and a word with its token endpoint.
 */
#ifndef GATEHOUSE_JOBS_SOCIAL_H
#define GATEHOUSE_JOBS_SOCIAL_H

#include "domain/social_providers.h"
#include "jobs/calls.h"

struct social_errand {
	struct call *call;
	struct social_provider provider;
	struct social_endpoints endpoints;
	const char *secret;
};

/* Reads the provider of the payload. ERR_NO_ROW when it is gone or has no secret. Endpoints aren't looked at. */
enum err social_errand_begin(struct call *, struct social_errand *ret) MUST_CHECK;

/* A JSON object or array from an address, with an access token or NULL. False with a word of what went wrong. */
bool social_get(struct social_errand *, const char *url, const char *access_token, struct json *ret, const char **ret_word);

/*
 * The token endpoint's answer to a code (RFC 6749 section 4.1.3), errors included. False when there was none that can be
 * read.
 */
bool social_send_code(struct social_errand *, const char *code, const char *verifier, const char *redirect_uri,
		      struct json *ret, const char **ret_word);

#endif
