/*
 * POST /oauth/introspect and /oauth/revoke: what a token is worth now, and ending it (RFC 7662, RFC 7009; oauth.md rules 29 and 30).
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/grants.h"
#include "handlers/oauth/console.h"
#include "handlers/oauth/oauth.h"
#include "lib/encode.h"
#include "lib/oauth.h"
#include "lib/secrets.h"

struct token_question {
	struct {
		CLIENT_HAS;
		bool issuer_id, token, token_type_hint;
	} has;
	CLIENT_TEXTS;
	const char *issuer_id, *token, *token_type_hint;
};

static const struct field token_question_fields[] = {
	IN_ID(struct token_question, issuer_id, ID_PUBLIC_PROJECT, .in = IN_PATH),
	IN_STRING(struct token_question, token, .min = 1, .max = 8192, .flags = FIELD_REQUIRED | FIELD_SECRET),
	IN_STRING(struct token_question, token_type_hint, .max = 64, .description = "Not needed"),
	CLIENT_FIELDS(struct token_question),
	FIELDS_END,
};

/* The key that a token is bound to (RFC 9449 section 6.2). */
struct token_binding {
	const char *jkt;
};

static const struct field binding_fields[] = {
	OUT_STRING(struct token_binding, jkt),
	FIELDS_END,
};

struct token_answer {
	bool active;
	const char *iss, *sub, *aud, *client_id, *scope, *jti, *token_type, *project_id, *environment, *sid, *username;
	int64_t iat, exp;
	const struct token_binding *cnf;
};

static const struct field active_fields[] = {
	OUT_BOOL(struct token_answer, active),
	OUT_STRING(struct token_answer, iss),
	OUT_STRING(struct token_answer, sub),
	OUT_STRING(struct token_answer, aud),
	OUT_STRING(struct token_answer, client_id),
	OUT_STRING(struct token_answer, scope),
	OUT_STRING(struct token_answer, jti, .flags = FIELD_OPTIONAL),
	OUT_STRING(struct token_answer, token_type, .flags = FIELD_OPTIONAL),
	OUT_STRING(struct token_answer, project_id),
	OUT_STRING(struct token_answer, environment),
	OUT_STRING(struct token_answer, sid, .flags = FIELD_OPTIONAL, .description = "Of a person's token: the sign-in it comes from"),
	OUT_STRING(struct token_answer, username, .flags = FIELD_OPTIONAL),
	OUT_INT(struct token_answer, iat),
	OUT_INT(struct token_answer, exp),
	OUT_OBJECT(struct token_answer, cnf, binding_fields, .flags = FIELD_OPTIONAL, .description = "The key that must come along"),
	FIELDS_END,
};

/* Of a token that isn't worth anything nothing else is said. */
static const struct field inactive_fields[] = {
	OUT_BOOL(struct token_answer, active),
	FIELDS_END,
};

/* Who asks: a client, or a service key of the project. */
struct asker {
	const char *project_id, *environment;
	const char *client_id;	/* NULL: a key */
};

static enum err
find_client(const struct request *rq, struct tx *tx, struct oauth_client_row *ret)
{
	const struct token_question *in = rq->input;

	return oauth_client_find(rq, tx, in->issuer_id, CLIENT_INPUT_OF(in), ret);
}

static bool
is_refresh_token(const char *text)
{
	enum secret_kind kind;

	return secret_parse(text, &kind) && kind == SECRET_REFRESH_TOKEN;
}

static enum err
read_access_token(const struct request *rq, struct tx *tx, const char *project_id, struct oauth_token *ret)
{
	const struct token_question *in = rq->input;

	return oauth_token_read(rq, tx, project_id, oauth_issuer(rq, in->issuer_id), in->token, ret);
}

static enum err
read_refresh_token(const struct request *rq, struct tx *tx, const char *project_id, struct refresh_token_row *ret)
{
	const struct token_question *in = rq->input;

	return q_refresh_token_get(tx->db,
				   &(struct q_refresh_token_get){
				       .project_id = project_id,
				       .digest = sha256_bytes(rq->arena, in->token, strlen(in->token)),
				   },
				   ret);
}

static bool
was_issued_to(const struct oauth_client_row *client, const char *client_id)
{
	return strcmp(client_id, client->client_id) == 0;
}

/* ---- POST /oauth/introspect ---- */

static enum err
find_asking_client(const struct request *rq, struct tx *tx, struct asker *ret)
{
	struct oauth_client_row client;

	TRY(find_client(rq, tx, &client));
	if (client.is_public)
		return ERR_INVALID_CLIENT;
	*ret = (struct asker){ client.project_id, client.environment, client.client_id };
	return OK;
}

static enum err
find_asking_key(const struct request *rq, struct tx *tx, struct asker *ret)
{
	const struct token_question *in = rq->input;
	struct oauth_key_row key;

	TRY(oauth_key_find(rq, tx, in->issuer_id, PERM_TOKEN_INTROSPECT, &key));
	*ret = (struct asker){ key.project_id, key.environment, NULL };
	return OK;
}

static bool
is_itself(const struct asker *asker, const char *client_id)
{
	return asker->client_id == NULL || strcmp(asker->client_id, client_id) == 0;
}

/* Rule 29: a key sees all of its project, a client what was issued to it and what is for itself, whatever audiences it may ask for. */
static bool
concerns(const struct asker *asker, const struct access_token *token)
{
	return is_itself(asker, token->client_id) || is_itself(asker, token->audience);
}

/* Of a person: by what they are called, where the token may tell. */
static const char *
username_of(const struct oauth_token *read)
{
	if (read->token.grant_id == NULL)
		return NULL;
	if (read->state.username != NULL && scope_has(read->token.scope, "profile"))
		return read->state.username;
	return scope_has(read->token.scope, "email") ? read->state.email : NULL;
}

static const struct token_binding *
binding_of(struct arena *arena, const char *jkt)
{
	if (jkt == NULL)
		return NULL;
	return arena_copy(arena, &(struct token_binding){ .jkt = jkt }, sizeof(struct token_binding));
}

static struct token_answer
access_token_answer(struct arena *arena, const struct asker *asker, const struct oauth_token *read)
{
	const struct access_token *token = &read->token;

	return (struct token_answer){
		.active = true,
		.iss = token->issuer,
		.sub = token->subject,
		.aud = token->audience,
		.client_id = token->client_id,
		.scope = token->scope,
		.jti = token->jti,
		.token_type = token->jkt != NULL ? "DPoP" : "Bearer",
		.cnf = binding_of(arena, token->jkt),
		.project_id = asker->project_id,
		.environment = asker->environment,
		.sid = token->session_id,
		.username = username_of(read),
		.iat = token->issued_at / SECOND_MS,
		.exp = token->expires_at / SECOND_MS,
	};
}

/* Would it be taken now, and here? */
static bool
is_refresh_alive(const struct request *rq, const struct refresh_token_row *row)
{
	const struct token_question *in = rq->input;
	bool is_sign_in_over = row->session_alive_id == NULL || !PROJECT_SIGN_IN_LASTS(rq, row);

	return bytes_are(row->issuer, oauth_issuer(rq, in->issuer_id)) && row->used_at == NONE && row->idle_expires_at > rq->now_ms &&
	       row->grant_revoked_at == NONE && row->grant_expires_at > rq->now_ms && row->user_alive_id != NULL &&
	       (row->is_offline || !is_sign_in_over);
}

static struct token_answer
refresh_token_answer(struct arena *arena, const struct asker *asker, const struct refresh_token_row *row)
{
	return (struct token_answer){
		.active = true,
		.iss = arena_strndup(arena, (const char *)row->issuer.data, row->issuer.len),
		.sub = row->user_id,
		.aud = arena_strndup(arena, (const char *)row->resource.data, row->resource.len),
		.client_id = row->client_id,
		.scope = row->scopes,
		.project_id = asker->project_id,
		.environment = asker->environment,
		.sid = row->session_id,
		.iat = row->created_at / SECOND_MS,
		.exp = row->idle_expires_at / SECOND_MS,
	};
}

static enum err
judge_token(const struct request *rq, struct tx *tx, const struct asker *asker, struct token_answer *ret)
{
	const struct token_question *in = rq->input;
	struct refresh_token_row row;
	struct oauth_token read;

	*ret = (struct token_answer){ .active = false };
	if (!is_refresh_token(in->token)) {
		TRY(read_access_token(rq, tx, asker->project_id, &read));
		if (read.is_active && concerns(asker, &read.token))
			*ret = access_token_answer(rq->arena, asker, &read);
		return OK;
	}
	enum err e = read_refresh_token(rq, tx, asker->project_id, &row);
	if (e == OK && is_itself(asker, row.client_id) && is_refresh_alive(rq, &row))
		*ret = refresh_token_answer(rq->arena, asker, &row);
	return e == ERR_NO_ROW ? OK : e;
}

static enum verdict
token_introspect(const struct request *rq, struct tx *tx)
{
	struct asker asker;
	struct token_answer answer;
	enum err e = oauth_is_by_key(rq) ? find_asking_key(rq, tx, &asker) : find_asking_client(rq, tx, &asker);

	if (e == OK)
		e = judge_token(rq, tx, &asker, &answer);
	if (e != OK)
		return oauth_fail(rq, e);
	return reply(rq, 200, answer.active ? active_fields : inactive_fields, &answer);
}

/* ---- POST /oauth/revoke ---- */

struct nothing {
	char unused;
};

static const struct field nothing_fields[] = {
	FIELDS_END,
};

static enum err
revoke_access_token(const struct request *rq, struct tx *tx, const struct oauth_client_row *client)
{
	const struct token_question *in = rq->input;
	struct oauth_token read;

	TRY(read_access_token(rq, tx, client->project_id, &read));
	if (!read.is_active || !was_issued_to(client, read.token.client_id))
		return OK;
	if (console_is_token(in->token))
		return console_token_revoke(tx, client->project_id, in->token);
	return q_revoked_token_add(
	    tx->db,
	    &(struct q_revoked_token_add){ .project_id = client->project_id, .jti = read.token.jti, .expires_at = read.token.expires_at }, NULL);
}

struct revocation {
	struct tx *tx;
	const struct oauth_client_row *client;
	const char *grant_id;
};

static enum err
revoke_family(void *context)
{
	struct revocation *r = context;

	return grant_revoke(r->tx, EV_GRANT_REVOKED, r->client->org_id, r->client->project_id, r->grant_id, r->client->client_id);
}

/* Rule 30: a refresh token takes its grant along, and so the access tokens of it. */
static enum err
revoke_refresh_token(const struct request *rq, struct tx *tx, const struct oauth_client_row *client)
{
	struct refresh_token_row row;
	enum err e = read_refresh_token(rq, tx, client->project_id, &row);

	if (e == ERR_NO_ROW)
		return OK;
	TRY(e);
	if (!was_issued_to(client, row.client_id))
		return OK;
	return db_transact(tx->db, TX_WRITE, revoke_family, &(struct revocation){ .tx = tx, .client = client, .grant_id = row.grant_id });
}

/* 200 whatever the token was (RFC 7009 section 2.2); nothing is done to another client's. */
static enum verdict
token_revoke(const struct request *rq, struct tx *tx)
{
	const struct token_question *in = rq->input;
	struct oauth_client_row client;
	enum err e = find_client(rq, tx, &client);

	if (e == OK)
		e = is_refresh_token(in->token) ? revoke_refresh_token(rq, tx, &client) : revoke_access_token(rq, tx, &client);
	return e == OK ? reply(rq, 200, nothing_fields, &(struct nothing){ 0 }) : oauth_fail(rq, e);
}

#define QUESTION(word)                                                                                                 \
	.method = POST, .path = "/p/{issuer_id}/oauth/" word, .id = "oauth_" word, .auth = AUTH_PUBLIC,                \
	.site = SITE_AUTH, .tx = TX_SPLIT, .body_bytes_max = (size_t)16 * 1024,                  \
	.errors = { ERR_INVALID_CLIENT, ERR_INVALID_REQUEST }, INPUT(struct token_question, token_question_fields)

const struct route oauth_introspect_routes[] = {
	{
	    QUESTION("introspect"),
	    .summary = "Ask what a token is worth",
	    .flags = ROUTE_OAUTH,
	    .rate = RATE_OAUTH_INTROSPECT,
	    .output = active_fields,
	    .handler = token_introspect,
	},
	{
	    QUESTION("revoke"),
	    .summary = "End a token",
	    .flags = ROUTE_OAUTH | ROUTE_CORS,
	    .rate = RATE_OAUTH_TOKEN,
	    .output = nothing_fields,
	    .handler = token_revoke,
	},
	ROUTES_END,
};
