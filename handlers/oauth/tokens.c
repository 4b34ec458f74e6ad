/*
 * Reading a token that this project may have issued: its key says the algorithm, the database whether it still counts.
 */
#include "handlers/oauth/console.h"
#include "handlers/oauth/oauth.h"

#include <string.h>

#include "lib/jose.h"
#include "lib/session_policy.h"

#define JTI_MAX 64

enum verdict
oauth_fail(const struct request *rq, enum err e)
{
	if (e == ERR_DOCUMENT_WANTED) {
		reply_retry_after(rq, 2 * SECOND_MS);
		return refuse(rq, e, "%s", error_info(e)->title);	/* what has it fetched is to be kept */
	}
	return fail_err(rq, e == ERR_DB ? ERR_BUSY : e);
}

bool
oauth_sign_in_lasts(const struct request *rq, const char *settings_body, int64_t made_at, int64_t seen_at, int64_t used_at)
{
	const struct session_policy policy = session_policy_parse(rq->arena, settings_body);

	return made_at != NONE && session_policy_allows(&policy, made_at, used_at > seen_at ? used_at : seen_at, rq->now_ms);
}

/* Rule 29: the grant lives, and the person is who they were when the token was issued, in a sign-in that lasts unless it needn't. */
static bool
is_grant_alive(const struct request *rq, const struct q_oauth_token_state_row *state, const struct access_token *claims)
{
	int64_t least = state->token_version > state->min_token_version ? state->token_version : state->min_token_version;

	return state->grant_id != NULL && state->grant_revoked_at == NONE && state->grant_expires_at > rq->now_ms &&
	       state->user_id != NULL && strcmp(state->user_id, claims->subject) == 0 &&
	       (state->is_offline || (state->session_id != NULL && OAUTH_SIGN_IN_LASTS(rq, state))) && claims->token_version >= least;
}

/* A client's own token lives until somebody revokes all of its tokens; times in tokens are whole seconds. */
static bool
is_own_token_void(const struct q_oauth_token_state_row *state, const struct access_token *claims)
{
	return state->tokens_revoked_at != NONE && claims->issued_at <= state->tokens_revoked_at;
}

static bool
is_of_type(const struct jws *jws, const char *type)
{
	return jws->type != NULL && strcmp(jws->type, type) == 0;
}

/* AT-04: nothing else that we sign passes for an access token. What stands in it as ids passes their grammar before any SQL. */
static bool
is_readable(const struct jws *jws, const struct access_token *token)
{
	return is_of_type(jws, ACCESS_TOKEN_TYPE) && strlen(token->jti) <= JTI_MAX && id_is_valid(ID_ANY_CLIENT, token->client_id) &&
	       (token->grant_id == NULL || id_is_valid(ID_GRANT, token->grant_id)) && jws->kid != NULL &&
	       id_is_valid(ID_SIGNING_KEY, jws->kid);
}

enum err
oauth_token_read(const struct request *rq, struct tx *tx, const char *project_id, const char *issuer, const char *text,
		 struct oauth_token *ret)
{
	struct oauth_token read = { .is_active = false };
	struct jws jws;

	*ret = read;
	if (console_is_token(text))
		return console_token_read(rq, tx, project_id, issuer, text, ret);
	if (!jws_parse(rq->arena, text, &jws) || access_token_problem(rq->arena, &jws.claims, issuer, rq->now_ms, &read.token) != NULL ||
	    !is_readable(&jws, &read.token))
		return OK;
	enum err e = q_oauth_token_state(tx->db,
					 &(struct q_oauth_token_state){
					     .jti = read.token.jti,
					     .client_id = read.token.client_id,
					     .grant_id = read.token.grant_id,
					     .project_id = project_id,
					     .kid = jws.kid,
					 },
					 &read.state);
	if (e == ERR_NO_ROW)
		return OK;
	TRY(e);
	if (read.state.revoked_jti != NULL || read.state.client_id == NULL ||
	    (read.token.grant_id != NULL && !is_grant_alive(rq, &read.state, &read.token)) ||
	    (read.token.grant_id == NULL && is_own_token_void(&read.state, &read.token)) ||
	    !jws_is_signed_with(rq->arena, &jws, read.state.public_jwk))
		return OK;
	read.is_active = true;
	*ret = read;
	return OK;
}

/* ---- ID tokens ---- */

/* Claims that pass, before the database is asked anything. */
static bool
is_own_id_token(const struct request *rq, const struct jws *jws, const char *issuer, const char *client_id)
{
	const char *subject = json_text(&jws->claims, "sub"), *session_id = json_text(&jws->claims, "sid");
	const struct id_token_expected expected = { .issuer = issuer, .client_id = client_id, .now_ms = rq->now_ms };

	return is_of_type(jws, "JWT") && jws->kid != NULL && id_is_valid(ID_SIGNING_KEY, jws->kid) &&
	       subject != NULL && id_is_valid(ID_USER, subject) && session_id != NULL && id_is_valid(ID_SESSION, session_id) &&
	       id_token_problem(rq->arena, &jws->claims, &expected) == NULL;
}

enum err
oauth_id_token_read(const struct request *rq, struct tx *tx, const struct oauth_client_row *client, const char *issuer, const char *text,
		    const char **ret_subject)
{
	struct q_oauth_id_token_state_row state;
	struct jws jws;

	*ret_subject = NULL;
	if (!jws_parse(rq->arena, text, &jws) || !is_own_id_token(rq, &jws, issuer, client->client_id))
		return OK;
	enum err e = q_oauth_id_token_state(tx->db,
					    &(struct q_oauth_id_token_state){
						.user_id = json_text(&jws.claims, "sub"),
						.session_id = json_text(&jws.claims, "sid"),
						.project_id = client->project_id,
						.kid = jws.kid,
					    },
					    &state);
	if (e == ERR_NO_ROW)
		return OK;
	TRY(e);
	if (state.user_id != NULL && state.session_id != NULL && jws_is_signed_with(rq->arena, &jws, state.public_jwk))
		*ret_subject = state.user_id;
	return OK;
}
