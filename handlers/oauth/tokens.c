/*
 * Reading a token that this project may have issued: its key says the algorithm, the database whether it is revoked.
 */
#include "handlers/oauth/oauth.h"

#include <string.h>

#include "lib/jose.h"

#define JTI_MAX 64

/* The set that a verifier would fetch, of the one key the token names. */
static bool
is_signed_with(struct arena *arena, const struct jws *jws, const char *public_jwk)
{
	const char *text = arena_printf(arena, "{\"keys\":[%s]}", public_jwk);
	struct json keys;

	return json_parse(arena, text, strlen(text), &keys, NULL) == OK && jws_verify(arena, jws, &keys);
}

enum err
oauth_token_read(const struct request *rq, struct tx *tx, const char *project_id, const char *issuer, const char *text,
		 bool *ret_is_active, struct access_token *ret)
{
	struct q_oauth_token_state_row state;
	struct access_token token;
	struct jws jws;

	*ret_is_active = false;
	if (!jws_parse(rq->arena, text, &jws) || jws.kid == NULL || !id_is_valid(ID_SIGNING_KEY, jws.kid) ||
	    access_token_problem(&jws.claims, issuer, rq->now_ms, &token) != NULL || strlen(token.jti) > JTI_MAX ||
	    !id_is_valid(ID_ANY_CLIENT, token.client_id))
		return OK;
	enum err e = q_oauth_token_state(tx->db,
					 &(struct q_oauth_token_state){
					     .jti = token.jti,
					     .client_id = token.client_id,
					     .project_id = project_id,
					     .kid = jws.kid,
					 },
					 &state);
	if (e == ERR_NO_ROW)
		return OK;
	TRY(e);
	if (state.revoked_jti != NULL || state.client_id == NULL ||
	    !is_signed_with(rq->arena, &jws, state.public_jwk))
		return OK;
	*ret_is_active = true;
	*ret = token;
	return OK;
}
