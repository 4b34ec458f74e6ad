/*
 * grant_type=authorization_code (RFC 6749 section 4.1.3, RFC 7636 section 4.6; oauth.md rules 16 to 18): a code is burnt first, by one
 * conditional update, and judged then. Used twice it takes its grant with it.
 */
#include "handlers/oauth/token.h"

#include <string.h>

#include "domain/clients.h"
#include "domain/grants.h"
#include "handlers/oauth/console.h"
#include "lib/encode.h"
#include "lib/oauth.h"
#include "lib/secrets.h"

struct redemption {
	const struct request *rq;
	struct tx *tx;
	const struct token_input *in;
	const struct oauth_client_row *client;
	const char *jkt;
	enum err outcome; /* of what is committed */
	struct oauth_code_row row;
	struct token_what what;
	const char *refresh, *access_token;
};

static bool
has_right_uri(const struct oauth_code_row *row, const char *redirect_uri)
{
	if (redirect_uri == NULL)
		return !row->is_uri_named;
	return bytes_are(row->redirect_uri, redirect_uri);
}

/* Without a challenge there is nothing to verify, and a verifier is somebody's downgrade (RFC 9700 section 2.1.1). */
static enum err
judge_verifier(const struct oauth_code_row *row, const char *verifier)
{
	if (row->challenge == NULL)
		return verifier == NULL ? OK : ERR_INVALID_REQUEST;
	return verifier != NULL && pkce_matches(row->challenge, verifier) ? OK : ERR_INVALID_GRANT;
}

static enum err
judge(struct redemption *r)
{
	const struct token_input *in = r->in;
	const struct oauth_code_row *row = &r->row;
	const char *resource = arena_strndup(r->rq->arena, (const char *)row->resource.data, row->resource.len);

	if (row->created_at <= r->tx->now_ms - CODE_LIFE_MS || strcmp(row->client_id, r->client->client_id) != 0 ||
	    !bytes_are(row->issuer, oauth_issuer(r->rq, in->issuer_id)) || !has_right_uri(row, in->redirect_uri))
		return ERR_INVALID_GRANT;
	if (row->dpop_jkt != NULL && (r->jkt == NULL || strcmp(row->dpop_jkt, r->jkt) != 0))
		return ERR_INVALID_GRANT;
	if (row->user_alive_id == NULL || row->session_alive_id == NULL || !PROJECT_SIGN_IN_LASTS(r->rq, row))
		return ERR_INVALID_GRANT;
	TRY(judge_verifier(row, in->code_verifier));
	if (in->resource != NULL && !oauth_resource_matches(resource, in->resource))
		return ERR_INVALID_TARGET;
	return token_settle(r->tx, r->client, row->user_id, resource, row->scopes, &r->what);
}

static enum err
give_refresh_token(struct redemption *r)
{
	const struct token_input *in = r->in;
	struct secret secret;

	r->refresh = NULL;
	if (r->in->is_without_refresh || !client_has_grant(r->client->grant_types, r->client->project_type, "refresh_token"))
		return OK;
	TRY(secret_make(r->tx->arena, SECRET_REFRESH_TOKEN, &secret));
	r->refresh = secret.text;
	return token_add_refresh(r->tx, r->client, oauth_issuer(r->rq, in->issuer_id), r->row.grant_id, 1, r->row.grant_expires_at,
				 r->jkt, secret.text);
}

static enum err
redeem(void *context)
{
	struct redemption *r = context;
	const struct token_input *in = r->in;
	struct bytes digest = sha256_bytes(r->rq->arena, in->code, strlen(in->code));
	uint64_t burnt = 0, alive = 0;

	r->outcome = ERR_INVALID_GRANT;
	TRY(q_oauth_code_burn(
	    r->tx->db, &(struct q_oauth_code_burn){ .project_id = r->client->project_id, .digest = digest }, &burnt));
	enum err e = q_oauth_code_get(
	    r->tx->db, &(struct q_oauth_code_get){ .project_id = r->client->project_id, .digest = digest }, &r->row);
	if (e == ERR_NO_ROW)
		return OK;
	TRY(e);
	if (burnt == 0)
		return grant_revoke(r->tx, EV_OAUTH_CODE_REUSED, r->client->org_id, r->client->project_id, r->row.grant_id,
				    r->row.client_id);
	r->outcome = judge(r);
	if (r->outcome != OK)
		return token_is_answer(r->outcome) ? OK : r->outcome;
	TRY(q_grant_touch(
	    r->tx->db, &(struct q_grant_touch){ .project_id = r->client->project_id, .id = r->row.grant_id }, &alive));
	if (alive == 0)
		r->outcome = ERR_INVALID_GRANT;
	if (r->outcome == OK && r->row.org_id != NULL)
		r->outcome = console_token_make(r->tx, r->client, &CONSOLE_GRANT_OF(&r->row, r->what.scope, r->jkt), &r->access_token);
	if (r->outcome == ERR_INVALID_GRANT)
		return OK;
	TRY(r->outcome);
	return give_refresh_token(r);
}

enum err
token_redeem(const struct request *rq, struct tx *tx, const struct token_input *in, const struct oauth_client_row *client, const char *jkt,
	     struct token_person *ret_person, const char **ret_refresh, const char **ret_nonce)
{
	struct redemption r = { .rq = rq, .tx = tx, .in = in, .client = client, .jkt = jkt };

	if (in->code == NULL)
		return ERR_INVALID_REQUEST;
	TRY(db_transact(tx->db, TX_WRITE, redeem, &r));
	TRY(r.outcome);
	*ret_person = TOKEN_PERSON_OF(&r.row, r.what);
	ret_person->access_token = r.access_token;
	*ret_refresh = r.refresh;
	*ret_nonce = r.row.nonce;
	return OK;
}
