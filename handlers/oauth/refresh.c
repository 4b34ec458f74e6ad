/*
 * grant_type=refresh_token (RFC 6749 section 6, RFC 9700 section 4.14; oauth.md rules 18 to 20): each use gives a successor, and a used one
 * that comes again takes the whole family with it, unless it comes so soon that its answer may have been lost.
 */
#include "handlers/oauth/token.h"

#include <string.h>

#include "domain/grants.h"
#include "handlers/oauth/console.h"
#include "lib/encode.h"
#include "lib/oauth.h"
#include "lib/secrets.h"

struct rotation {
	const struct request *rq;
	struct tx *tx;
	const struct oauth_client_row *client;
	const char *jkt;
	enum err outcome; /* of what is committed */
	struct refresh_token_row row;
	struct token_what what;
	const char *successor, *access_token;
};

static struct bytes
digest_of(struct arena *arena, const char *token)
{
	return sha256_bytes(arena, token, strlen(token));
}

enum err
token_add_refresh(struct tx *tx, const struct oauth_client_row *client, const char *issuer, const char *grant_id, int64_t seq,
		  int64_t grant_expires_at, const char *jkt, const char *text)
{
	int64_t idle_end = tx->now_ms + client->refresh_token_idle_s * SECOND_MS;

	return q_refresh_token_insert(tx->db,
				      &(struct q_refresh_token_insert){
					  .project_id = client->project_id,
					  .digest = digest_of(tx->arena, text),
					  .grant_id = grant_id,
					  .seq = seq,
					  .issuer = { (const uint8_t *)issuer, strlen(issuer) },
					  /* A client with a secret shows that it holds the token by that (RFC 9449 section 5). */
					  .dpop_jkt = client->is_public ? jkt : NULL,
					  .idle_expires_at = idle_end < grant_expires_at ? idle_end : grant_expires_at,
				      },
				      NULL);
}

static enum err
read_token(struct rotation *r)
{
	const struct token_input *in = r->rq->input;

	return q_refresh_token_get(r->tx->db,
				   &(struct q_refresh_token_get){
				       .project_id = r->client->project_id,
				       .digest = digest_of(r->rq->arena, in->refresh_token),
				   },
				   &r->row);
}

/* Rule 20. What the person is now counts, not what they were when it was given. */
static enum err
judge(struct rotation *r)
{
	const struct token_input *in = r->rq->input;
	const struct refresh_token_row *row = &r->row;
	const char *resource = arena_strndup(r->rq->arena, (const char *)row->resource.data, row->resource.len);

	if (row->user_alive_id == NULL || row->grant_revoked_at != NONE ||
	    (!row->is_offline && (row->session_alive_id == NULL || !PROJECT_SIGN_IN_LASTS(r->rq, row))))
		return ERR_INVALID_GRANT;
	if (row->dpop_jkt != NULL && (r->jkt == NULL || strcmp(row->dpop_jkt, r->jkt) != 0))
		return ERR_INVALID_GRANT;
	if (in->resource != NULL && !oauth_resource_matches(resource, in->resource))
		return ERR_INVALID_TARGET;
	const char *wanted = in->scope == NULL ? row->scopes : scope_keep(r->rq->arena, in->scope, row->scopes);
	if (in->scope != NULL && (!scope_is_within(in->scope, row->scopes) || wanted[0] == '\0'))
		return ERR_INVALID_SCOPE;
	return token_settle(r->tx, r->client, row->user_id, resource, wanted, &r->what);
}

/* Was the answer perhaps lost on its way? Then the same successor is given again, as long as nobody has used it. */
static bool
may_repeat(const struct rotation *r)
{
	const struct refresh_token_row *row = &r->row;

	return r->client->refresh_reuse_grace_s > 0 && row->next_used_at == NONE && row->successor.data != NULL &&
	       r->tx->now_ms - row->used_at <= r->client->refresh_reuse_grace_s * SECOND_MS;
}

/* Of the console, whose tokens are stored; a person who isn't in that organization any more gets none. */
static enum err
give_access_token(struct rotation *r)
{
	if (r->row.org_id == NULL)
		return OK;
	enum err e = console_token_make(r->tx, r->client, &CONSOLE_GRANT_OF(&r->row, r->what.scope, r->jkt), &r->access_token);
	if (e == ERR_INVALID_GRANT)
		r->outcome = e;
	return e == ERR_INVALID_GRANT ? OK : e;
}

/* It was used before, or has been idle too long. */
static enum err
refuse_or_repeat(struct rotation *r)
{
	const struct token_input *in = r->rq->input;

	r->outcome = ERR_INVALID_GRANT;
	TRY(read_token(r));
	if (r->row.used_at == NONE)
		return OK;
	if (!may_repeat(r))
		return grant_revoke(r->tx, EV_OAUTH_REFRESH_REUSED, r->client->org_id, r->client->project_id, r->row.grant_id,
				    r->row.client_id);
	r->outcome = judge(r);
	if (!token_is_answer(r->outcome))
		return r->outcome;
	if (r->outcome == OK)
		TRY(give_access_token(r));
	return r->outcome == OK ? refresh_successor_open(r->rq->arena, in->refresh_token, r->row.successor, &r->successor) : OK;
}

static enum err
use(struct rotation *r, uint64_t *ret_used)
{
	const struct token_input *in = r->rq->input;
	struct q_refresh_token_use use = { .project_id = r->client->project_id, .digest = digest_of(r->rq->arena, in->refresh_token) };
	struct secret secret;

	TRY(secret_make(r->tx->arena, SECRET_REFRESH_TOKEN, &secret));
	r->successor = secret.text;
	if (r->client->refresh_reuse_grace_s > 0)
		TRY(refresh_successor_seal(r->tx->arena, in->refresh_token, secret.text, &use.successor));
	return q_refresh_token_use(r->tx->db, &use, ret_used);
}

/* The grant's row is written before its tokens': of two refreshes at once the second waits here, and finds its token used. */
static enum err
rotate(void *context)
{
	struct rotation *r = context;
	const struct token_input *in = r->rq->input;
	uint64_t alive = 0, used = 0;

	r->outcome = ERR_INVALID_GRANT;
	enum err e = read_token(r);
	if (e == ERR_NO_ROW)
		return OK;
	TRY(e);
	if (strcmp(r->row.client_id, r->client->client_id) != 0 || !bytes_are(r->row.issuer, oauth_issuer(r->rq, in->issuer_id)))
		return OK;
	enum err judged = judge(r);
	if (!token_is_answer(judged))
		return judged;
	if (r->row.used_at == NONE && judged != OK) {
		r->outcome = judged;
		return OK;
	}
	TRY(q_grant_touch(
	    r->tx->db, &(struct q_grant_touch){ .project_id = r->client->project_id, .id = r->row.grant_id }, &alive));
	if (alive == 0)
		return OK;
	TRY(use(r, &used));
	if (used == 0)
		return refuse_or_repeat(r);
	r->outcome = OK;
	TRY(give_access_token(r));
	if (r->outcome != OK)
		return OK;
	return token_add_refresh(r->tx, r->client, oauth_issuer(r->rq, in->issuer_id), r->row.grant_id, r->row.seq + 1,
				 r->row.grant_expires_at, r->jkt, r->successor);
}

enum err
token_refresh(const struct request *rq, struct tx *tx, const struct oauth_client_row *client, const char *jkt,
	      struct token_person *ret_person, const char **ret_refresh)
{
	const struct token_input *in = rq->input;
	struct rotation r = { .rq = rq, .tx = tx, .client = client, .jkt = jkt };
	enum secret_kind kind;

	if (in->refresh_token == NULL)
		return ERR_INVALID_REQUEST;
	if (!secret_parse(in->refresh_token, &kind) || kind != SECRET_REFRESH_TOKEN)
		return ERR_INVALID_GRANT;
	TRY(db_transact(tx->db, TX_WRITE, rotate, &r));
	TRY(r.outcome);
	*ret_person = TOKEN_PERSON_OF(&r.row, r.what);
	ret_person->access_token = r.access_token;
	*ret_refresh = r.successor;
	return OK;
}
