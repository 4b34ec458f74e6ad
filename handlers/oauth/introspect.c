/*
 * POST /oauth/introspect and /oauth/revoke: what a token is worth now, and ending it (RFC 7662, RFC 7009; oauth.md rules 29 and 30).
 */
#include "handlers/routes.h"

#include <string.h>

#include "handlers/oauth/oauth.h"

struct token_question {
	struct {
		bool issuer_id, token, token_type_hint, client_id, client_secret;
	} has;
	const char *issuer_id, *token, *token_type_hint, *client_id, *client_secret;
};

static const struct field token_question_fields[] = {
	IN_ID(struct token_question, issuer_id, ID_PUBLIC_PROJECT, .in = IN_PATH),
	IN_STRING(struct token_question, token, .min = 1, .max = 8192, .flags = FIELD_REQUIRED | FIELD_SECRET),
	IN_STRING(struct token_question, token_type_hint, .max = 64, .description = "Not needed"),
	IN_STRING(struct token_question, client_id, .min = 1, .max = 64),
	IN_STRING(struct token_question, client_secret, .min = 1, .max = 128, .flags = FIELD_SECRET),
	FIELDS_END,
};

struct token_answer {
	bool active;
	const char *iss, *sub, *aud, *client_id, *scope, *jti, *token_type, *project_id, *environment;
	int64_t iat, exp;
};

static const struct field active_fields[] = {
	OUT_BOOL(struct token_answer, active),
	OUT_STRING(struct token_answer, iss),
	OUT_STRING(struct token_answer, sub),
	OUT_STRING(struct token_answer, aud),
	OUT_STRING(struct token_answer, client_id),
	OUT_STRING(struct token_answer, scope),
	OUT_STRING(struct token_answer, jti),
	OUT_STRING(struct token_answer, token_type),
	OUT_STRING(struct token_answer, project_id),
	OUT_STRING(struct token_answer, environment),
	OUT_INT(struct token_answer, iat),
	OUT_INT(struct token_answer, exp),
	FIELDS_END,
};

/* Of a token that isn't worth anything nothing else is said. */
static const struct field inactive_fields[] = {
	OUT_BOOL(struct token_answer, active),
	FIELDS_END,
};

/*
 * The client, and the token if it is one that this client may ask about: issued to it, or for an audience of its own. *ret_is_active
 * false otherwise.
 */
static enum err
read_question(const struct request *rq, struct tx *tx, bool (*may)(struct arena *, const struct oauth_client_row *, const struct access_token *),
	      struct oauth_client_row *ret_client, bool *ret_is_active, struct access_token *ret_token)
{
	const struct token_question *in = rq->input;
	struct client_input asks = { .client_id = in->client_id, .client_secret = in->client_secret };

	TRY(oauth_client_find(rq, tx, in->issuer_id, &asks, ret_client));
	TRY(oauth_token_read(rq, tx, ret_client->project_id, oauth_issuer(rq, in->issuer_id), in->token, ret_is_active,
			     ret_token));
	*ret_is_active = *ret_is_active && may(rq->arena, ret_client, ret_token);
	return OK;
}

static bool
was_issued_to(struct arena *arena, const struct oauth_client_row *client, const struct access_token *issued)
{
	(void)arena;
	return strcmp(issued->client_id, client->client_id) == 0;
}

static bool
concerns(struct arena *arena, const struct oauth_client_row *client, const struct access_token *issued)
{
	return was_issued_to(arena, client, issued) || oauth_client_has_audience(arena, client, issued->audience);
}

static enum verdict
token_introspect(const struct request *rq, struct tx *tx)
{
	struct oauth_client_row client;
	struct access_token token;
	bool is_active = false;
	enum err e = read_question(rq, tx, concerns, &client, &is_active, &token);

	if (e == OK && client.is_public)
		e = ERR_INVALID_CLIENT;
	if (e != OK)
		return fail_err(rq, e);
	if (!is_active)
		return reply(rq, 200, inactive_fields, &(struct token_answer){ .active = false });
	return reply(rq, 200, active_fields,
		     &(struct token_answer){
			 .active = true,
			 .iss = token.issuer,
			 .sub = token.subject,
			 .aud = token.audience,
			 .client_id = token.client_id,
			 .scope = token.scope,
			 .jti = token.jti,
			 .token_type = "Bearer",
			 .project_id = client.project_id,
			 .environment = client.environment,
			 .iat = token.issued_at / SECOND_MS,
			 .exp = token.expires_at / SECOND_MS,
		     });
}

struct nothing {
	char unused;
};

static const struct field nothing_fields[] = {
	FIELDS_END,
};

/* 200 whatever the token was (RFC 7009 section 2.2); nothing is done to another client's. */
static enum verdict
token_revoke(const struct request *rq, struct tx *tx)
{
	struct oauth_client_row client;
	struct access_token token;
	bool is_active = false;
	enum err e = read_question(rq, tx, was_issued_to, &client, &is_active, &token);

	if (e == OK && is_active)
		e = q_revoked_token_add(tx->db,
					&(struct q_revoked_token_add){
					    .project_id = client.project_id,
					    .jti = token.jti,
					    .expires_at = token.expires_at,
					},
					NULL);
	return e == OK ? reply(rq, 200, nothing_fields, &(struct nothing){ 0 }) : fail_err(rq, e);
}

#define QUESTION(word)                                                                                                 \
	.method = POST, .path = "/p/{issuer_id}/oauth/" word, .id = "oauth_" word, .auth = AUTH_PUBLIC,                \
	.site = SITE_AUTH, .tx = TX_SPLIT, .flags = ROUTE_OAUTH, .body_bytes_max = (size_t)16 * 1024,                  \
	.errors = { ERR_INVALID_CLIENT, ERR_INVALID_REQUEST }, INPUT(struct token_question, token_question_fields)

const struct route oauth_introspect_routes[] = {
	{
	    QUESTION("introspect"),
	    .summary = "Ask what a token is worth",
	    .rate = RATE_OAUTH_INTROSPECT,
	    .output = active_fields,
	    .handler = token_introspect,
	},
	{
	    QUESTION("revoke"),
	    .summary = "End a token",
	    .rate = RATE_OAUTH_TOKEN,
	    .output = nothing_fields,
	    .handler = token_revoke,
	},
	ROUTES_END,
};
