/*
 * The claims of other issuers' tokens.
 */
#include "lib/jwt_bearer.h"

#include <string.h>

#include "lib/access_token.h"
#include "lib/client_assertion.h"

/* An assertion about a person is made for one errand; a workload finds its token on its machine, and shows it until there is a new one. */
#define PERSON_LIFE_MAX_S   (HOUR_MS / SECOND_MS)
#define WORKLOAD_LIFE_MAX_S (DAY_MS / SECOND_MS)

bool
jwt_bearer_parse(struct arena *arena, const char *text, struct jwt_bearer *ret)
{
	struct jwt_bearer grant;

	if (strlen(text) > JWT_BEARER_BYTES_MAX || !jws_parse(arena, text, &grant.jws) || jws_brings_key(&grant.jws))
		return false;
	grant.issuer = json_text(&grant.jws.claims, "iss");
	grant.subject = json_text(&grant.jws.claims, "sub");
	grant.is_of_person = grant.jws.type != NULL && strcmp(grant.jws.type, ID_JAG_TYPE) == 0;
	if (grant.issuer == NULL || grant.subject == NULL || strlen(grant.subject) > JWT_BEARER_SUBJECT_MAX)
		return false;
	*ret = grant;
	return true;
}

static bool
is_equal(const char *claim, const char *expected)
{
	return claim != NULL && strcmp(claim, expected) == 0;
}

const char *
person_assertion_problem(const struct json *claims, const char *own_issuer, const char *client_id, int64_t now_ms, struct person_assertion *ret)
{
	const char *resource = json_text(claims, "resource"), *scope = json_text(claims, "scope"), *jti = assertion_jti(claims);
	int64_t gone_at = 0;

	/* A list of audiences is one that others hold, too. */
	if (!is_equal(json_text(claims, "aud"), own_issuer))
		return "aud";
	if (!is_equal(json_text(claims, "client_id"), client_id))
		return "client_id";
	if (resource == NULL)
		return "resource";
	if (scope == NULL && json_member(claims, "scope") != NULL)
		return "scope";
	const char *problem = assertion_time_problem(claims, now_ms / SECOND_MS, PERSON_LIFE_MAX_S, &gone_at);
	if (problem != NULL)
		return problem;
	if (jti == NULL)
		return "jti";
	*ret = (struct person_assertion){ .resource = resource, .scope = scope, .jti = jti, .gone_at = gone_at };
	return NULL;
}

/* One text, or a list of one: some issuers (Kubernetes) write no other. */
static const char *
sole_audience(const struct json *claims)
{
	const struct json *audience = json_member(claims, "aud");

	if (audience != NULL && audience->type == JSON_ARRAY && audience->count == 1 && audience->items[0].type == JSON_STRING)
		return audience->items[0].string;
	return json_text(claims, "aud");
}

const char *
workload_token_problem(const struct json *claims, const char *own_issuer, int64_t now_ms)
{
	int64_t gone_at;

	if (!is_equal(sole_audience(claims), own_issuer))
		return "aud";
	return assertion_time_problem(claims, now_ms / SECOND_MS, WORKLOAD_LIFE_MAX_S, &gone_at);
}
