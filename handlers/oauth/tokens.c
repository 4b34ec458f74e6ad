/*
 * Reading a token that this project may have issued, and failing as OAuth's endpoints do.
 */
#include "handlers/oauth/console.h"
#include "handlers/oauth/oauth.h"

#include <string.h>

#include "lib/jose.h"

enum verdict
oauth_fail(const struct request *rq, enum err e)
{
	if (e == ERR_DOCUMENT_WANTED) {
		reply_retry_after(rq, 2 * SECOND_MS);
		return refuse(rq, e, "%s", error_info(e)->title);	/* what has it fetched is to be kept */
	}
	return fail_err(rq, e == ERR_DB ? ERR_BUSY : e);
}

enum err
oauth_token_read(const struct request *rq, struct tx *tx, const char *project_id, const char *issuer, const char *text,
		 struct oauth_token *ret)
{
	if (!console_is_token(text))
		return project_token_read(rq, tx->db, project_id, issuer, text, ret);
	*ret = (struct oauth_token){ .is_active = false };
	return console_token_read(rq, tx, project_id, issuer, text, ret);
}

/* ---- ID tokens ---- */

/* Claims that pass, before the database is asked anything. */
static bool
is_own_id_token(const struct request *rq, const struct jws *jws, const char *issuer, const char *client_id)
{
	const char *subject = json_text(&jws->claims, "sub"), *session_id = json_text(&jws->claims, "sid");
	const struct id_token_expected expected = { .issuer = issuer, .client_id = client_id, .now_ms = rq->now_ms };

	return jws->type != NULL && strcmp(jws->type, "JWT") == 0 && jws->kid != NULL && id_is_valid(ID_SIGNING_KEY, jws->kid) &&
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
