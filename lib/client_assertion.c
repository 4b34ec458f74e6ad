/*
 * The claims of a client's assertion.
 */
#include "lib/client_assertion.h"

#include <string.h>

#define LIFE_MAX_S	INT64_C(300)
#define CLOCKS_DIFFER_S INT64_C(60)
#define JTI_MAX		255

bool
client_assertion_parse(struct arena *arena, const char *text, struct jws *ret, const char **ret_client_id)
{
	struct jws jws;

	if (strlen(text) > CLIENT_ASSERTION_BYTES_MAX || !jws_parse(arena, text, &jws) || jws_brings_key(&jws))
		return false;
	const char *subject = json_text(&jws.claims, "sub");
	if (subject == NULL)
		return false;
	*ret_client_id = subject;
	*ret = jws;
	return true;
}

static bool
is_equal(const char *claim, const char *expected)
{
	return claim != NULL && strcmp(claim, expected) == 0;
}

const char *
assertion_time_problem(const struct json *claims, int64_t now_s, int64_t life_max_s, int64_t *ret_gone_at)
{
	static const char *const STARTS[] = { "nbf", "iat" };
	int64_t exp_s;

	if (!jws_time(claims, "exp", &exp_s) || exp_s <= now_s - CLOCKS_DIFFER_S || exp_s > now_s + life_max_s + CLOCKS_DIFFER_S)
		return "exp";
	for (size_t i = 0; i < ARRAY_LEN(STARTS); i++) {
		int64_t start_s = 0;

		if (json_member(claims, STARTS[i]) != NULL &&
		    (!jws_time(claims, STARTS[i], &start_s) || start_s > now_s + CLOCKS_DIFFER_S))
			return STARTS[i];
	}
	*ret_gone_at = (exp_s + CLOCKS_DIFFER_S) * SECOND_MS;
	return NULL;
}

const char *
assertion_jti(const struct json *claims)
{
	const char *jti = json_text(claims, "jti");

	return jti != NULL && strlen(jti) <= JTI_MAX ? jti : NULL;
}

const char *
client_assertion_problem(const struct json *claims, const struct client_assertion_expected *expected, const char **ret_jti,
			 int64_t *ret_gone_at)
{
	const char *audience = json_text(claims, "aud");
	const char *jti = assertion_jti(claims);
	int64_t gone_at = 0;

	if (!is_equal(json_text(claims, "iss"), expected->client_id))
		return "iss";
	if (!is_equal(json_text(claims, "sub"), expected->client_id))
		return "sub";
	/* A list of audiences is one that others hold, too. */
	if (!is_equal(audience, expected->issuer) && !is_equal(audience, expected->token_endpoint))
		return "aud";
	const char *problem = assertion_time_problem(claims, expected->now_ms / SECOND_MS, LIFE_MAX_S, &gone_at);
	if (problem != NULL)
		return problem;
	if (jti == NULL)
		return "jti";
	*ret_jti = jti;
	*ret_gone_at = gone_at;
	return NULL;
}
