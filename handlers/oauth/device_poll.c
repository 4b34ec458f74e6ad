/*
 * grant_type=device_code (RFC 8628 section 3.4, oauth.md rule 25): a device asks whether its person has decided yet. How long it has to wait
 * between two questions stands in its row, and so does that it got its answer.
 */
#include "handlers/oauth/token.h"

#include <string.h>

#include "domain/clients.h"
#include "handlers/oauth/console.h"
#include "lib/encode.h"
#include "lib/oauth.h"
#include "lib/secrets.h"

struct poll {
	const struct request *rq;
	struct tx *tx;
	const struct oauth_client_row *client;
	const char *jkt;
	struct bytes digest;	/* of the device's code */
	enum err outcome;	/* of what is committed */
	struct device_row row;
	struct token_what what;
	const char *refresh, *access_token;
};

/* Nobody has decided: the next question may come after the row's interval, and too early a one makes that longer. */
static enum err
keep_waiting(struct poll *p)
{
	uint64_t matched = 0;

	TRY(q_device_poll(p->tx->db,
			  &(struct q_device_poll){
			      .project_id = p->client->project_id,
			      .device_digest = p->digest,
			      .not_after = p->tx->now_ms - p->row.interval_s * SECOND_MS,
			  },
			  &matched));
	p->outcome = matched == 1 ? ERR_AUTHORIZATION_PENDING : ERR_SLOW_DOWN;
	if (matched == 1)
		return OK;
	return q_device_slow_down(
	    p->tx->db, &(struct q_device_slow_down){ .project_id = p->client->project_id, .device_digest = p->digest }, NULL);
}

/* OK when the person has agreed, and is still who may. */
static enum err
judge(struct poll *p)
{
	const struct token_input *in = p->rq->input;
	const struct device_row *row = &p->row;

	if (strcmp(row->client_id, p->client->client_id) != 0 || !bytes_are(row->issuer, oauth_issuer(p->rq, in->issuer_id)) ||
	    row->consumed_at != NONE)
		return ERR_INVALID_GRANT;
	if (row->expires_at <= p->tx->now_ms)
		return ERR_EXPIRED_TOKEN;
	if (strcmp(row->status, "denied") == 0)
		return ERR_ACCESS_DENIED;
	if (strcmp(row->status, "ready") != 0)
		return ERR_AUTHORIZATION_PENDING;
	if (row->grant_id == NULL || row->user_alive_id == NULL ||
	    (!row->is_offline && (row->session_alive_id == NULL || !PROJECT_SIGN_IN_LASTS(p->rq, row))))
		return ERR_INVALID_GRANT;
	return token_settle(p->tx, p->client, row->user_id, arena_strndup(p->rq->arena, (const char *)row->resource.data, row->resource.len),
			    row->scopes, &p->what);
}

static enum err
give_refresh_token(struct poll *p)
{
	struct secret secret;

	p->refresh = NULL;
	if (!client_has_grant(p->client->grant_types, p->client->project_type, "refresh_token"))
		return OK;
	TRY(secret_make(p->tx->arena, SECRET_REFRESH_TOKEN, &secret));
	p->refresh = secret.text;
	return token_add_refresh(p->tx, p->client, oauth_issuer(p->rq, p->client->issuer_client_id), p->row.grant_id, 1,
				 p->row.grant_expires_at, p->jkt, secret.text);
}

static enum err
take(struct poll *p)
{
	uint64_t consumed = 0, alive = 0;

	TRY(q_device_consume(
	    p->tx->db, &(struct q_device_consume){ .project_id = p->client->project_id, .device_digest = p->digest }, &consumed));
	if (consumed == 1)
		TRY(q_grant_touch(
		    p->tx->db, &(struct q_grant_touch){ .project_id = p->client->project_id, .id = p->row.grant_id }, &alive));
	p->outcome = alive == 1 ? OK : ERR_INVALID_GRANT;
	if (p->outcome == OK && p->row.org_id != NULL)
		p->outcome = console_token_make(p->tx, p->client, &CONSOLE_GRANT_OF(&p->row, p->what.scope, p->jkt), &p->access_token);
	if (p->outcome == ERR_INVALID_GRANT)
		return OK;
	TRY(p->outcome);
	return give_refresh_token(p);
}

static bool
is_answer(enum err e)
{
	return token_is_answer(e) || e == ERR_EXPIRED_TOKEN || e == ERR_ACCESS_DENIED;
}

static enum err
poll_once(void *context)
{
	struct poll *p = context;
	enum err e = q_device_get(
	    p->tx->db, &(struct q_device_get){ .project_id = p->client->project_id, .device_digest = p->digest }, &p->row);

	p->outcome = ERR_INVALID_GRANT;
	if (e == ERR_NO_ROW)
		return OK;
	TRY(e);
	p->outcome = judge(p);
	if (p->outcome == ERR_AUTHORIZATION_PENDING)
		return keep_waiting(p);
	if (p->outcome == OK)
		return take(p);
	return is_answer(p->outcome) ? OK : p->outcome;
}

enum err
token_poll(const struct request *rq, struct tx *tx, const struct oauth_client_row *client, const char *jkt, struct token_person *ret_person,
	   const char **ret_refresh)
{
	const struct token_input *in = rq->input;
	struct poll p = { .rq = rq, .tx = tx, .client = client, .jkt = jkt };

	if (in->device_code == NULL)
		return ERR_INVALID_REQUEST;
	p.digest = sha256_bytes(rq->arena, in->device_code, strlen(in->device_code));
	TRY(db_transact(tx->db, TX_WRITE, poll_once, &p));
	TRY(p.outcome);
	*ret_person = TOKEN_PERSON_OF(&p.row, p.what);
	ret_person->access_token = p.access_token;
	*ret_refresh = p.refresh;
	return OK;
}
