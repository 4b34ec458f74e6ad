/*
 * Judging proofs of possession in the order of RFC 9449 section 4.3.
 */
#include "lib/dpop.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/jose.h"
#include "lib/oauth.h"
#include "lib/secrets.h"

#define PROOF_BYTES_MAX ((size_t)8 * 1024)
#define JTI_BYTES_MAX	255

bool
dpop_thumbprint_is_valid(const char *text)
{
	return pkce_challenge_is_valid(text);	/* both are SHA-256 as base64url */
}

static bool
is_text(const char *value, const char *wanted)
{
	return value != NULL && strcmp(value, wanted) == 0;
}

static bool
is_now(const struct json *claims, int64_t now_ms)
{
	const struct json *issued = json_member(claims, "iat");
	int64_t now_s = now_ms / SECOND_MS, window_s = DPOP_WINDOW_MS / SECOND_MS;

	return issued != NULL && issued->type == JSON_INT && issued->integer >= now_s - window_s && issued->integer <= now_s + window_s;
}

/* Section 4.2: the digest of the very token that the proof comes with. */
static bool
is_of_token(struct arena *arena, const struct json *claims, const char *token)
{
	return is_text(json_text(claims, "ath"), base64url_encode(arena, sha256_bytes(arena, token, strlen(token))));
}

static struct bytes
digest_of(struct arena *arena, const char *thumbprint, const char *jti)
{
	const char *text = arena_printf(arena, "%s\n%s", thumbprint, jti);

	return sha256_bytes(arena, text, strlen(text));
}

static const char *
claims_problem(struct arena *arena, const struct json *claims, const struct dpop_expected *expected)
{
	const char *jti = json_text(claims, "jti");

	if (jti == NULL || strlen(jti) > JTI_BYTES_MAX)
		return "jti";
	if (!is_text(json_text(claims, "htm"), expected->method))
		return "htm";
	if (!is_text(json_text(claims, "htu"), expected->url))
		return "htu";
	if (!is_now(claims, expected->now_ms))
		return "iat";
	if (expected->access_token != NULL && !is_of_token(arena, claims, expected->access_token))
		return "ath";
	return NULL;
}

const char *
dpop_problem(struct arena *arena, const char *proof, const struct dpop_expected *expected, struct dpop_proof *ret)
{
	struct jws jws;

	if (strlen(proof) > PROOF_BYTES_MAX || !jws_parse(arena, proof, &jws))
		return "jws";
	if (!is_text(jws.type, "dpop+jwt"))
		return "typ";
	const struct json *jwk = json_member(&jws.header, "jwk");
	const char *thumbprint = jwk != NULL ? jwk_thumbprint(arena, jwk) : NULL;
	if (thumbprint == NULL)
		return "jwk";
	if (!jws_verify_with(arena, &jws, jwk))
		return "signature";
	const char *problem = claims_problem(arena, &jws.claims, expected);
	if (problem != NULL)
		return problem;
	*ret = (struct dpop_proof){
		.thumbprint = thumbprint,
		.nonce = json_text(&jws.claims, "nonce"),
		.digest = digest_of(arena, thumbprint, json_text(&jws.claims, "jti")),
	};
	return NULL;
}

/* ---- nonces ---- */

static enum err
nonce_of_step(const struct keyring *keyring, struct arena *arena, const char *project_id, int64_t step, const char **ret_nonce)
{
	const char *text = arena_printf(arena, "%s\n%lld", project_id, (long long)step);
	uint8_t mac[32];

	TRY(keyring_mac(keyring, "dpop-nonce", (struct bytes){ (const uint8_t *)text, strlen(text) }, mac));
	*ret_nonce = base64url_encode(arena, (struct bytes){ mac, sizeof(mac) });
	return OK;
}

enum err
dpop_nonce_make(const struct keyring *keyring, struct arena *arena, const char *project_id, int64_t now_ms, const char **ret_nonce)
{
	return nonce_of_step(keyring, arena, project_id, now_ms / DPOP_NONCE_STEP_MS, ret_nonce);
}

enum err
dpop_nonce_check(const struct keyring *keyring, struct arena *arena, const char *project_id, int64_t now_ms, const char *nonce,
		 bool *ret_is_good)
{
	const char *present, *before;

	TRY(nonce_of_step(keyring, arena, project_id, now_ms / DPOP_NONCE_STEP_MS, &present));
	TRY(nonce_of_step(keyring, arena, project_id, now_ms / DPOP_NONCE_STEP_MS - 1, &before));
	*ret_is_good = strlen(nonce) == strlen(present) &&
		       (secret_equal(nonce, present, strlen(present)) || secret_equal(nonce, before, strlen(before)));
	return OK;
}
