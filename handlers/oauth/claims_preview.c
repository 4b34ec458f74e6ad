/*
 * GET /api/v1/clients/{id}/claims: what a client's tokens would say of somebody now, made as the token endpoint makes them. Nothing is signed
 * or stored.
 */
#include "handlers/routes.h"

#include "domain/claims.h"
#include "domain/oauth_resources.h"
#include "handlers/oauth/console.h"
#include "handlers/oauth/token.h"
#include "lib/oauth.h"

#include <string.h>

struct preview_input {
	struct {
		bool id, user_id, scope, resource;
	} has;
	const char *id, *user_id, *scope, *resource;
};

static const struct field preview_input[] = {
	IN_ID(struct preview_input, id, ID_ANY_CLIENT, .in = IN_PATH),
	IN_ID(struct preview_input, user_id, ID_USER, .in = IN_QUERY, .flags = FIELD_REQUIRED),
	IN_STRING(struct preview_input, scope, .min = 1, .max = 2000, .in = IN_QUERY, .description = "As the client asks for it; absent: what it gets by itself"),
	IN_STRING(struct preview_input, resource, .min = 1, .max = 255, .in = IN_QUERY, .description = "What the access token is for; absent: the client's first audience"),
	FIELDS_END,
};

struct preview_view {
	const char *scope, *resource, *access_token, *id_token;
};

static const struct field preview_fields[] = {
	OUT_WORDS(struct preview_view, scope, .description = "What is left of what is asked for"),
	OUT_STRING(struct preview_view, resource, .flags = FIELD_NULLABLE),
	OUT_JSON(struct preview_view, access_token, .flags = FIELD_NULLABLE,
		 .description = "Its claims; jti and gid are another's each time. null: the console's are opaque"),
	OUT_JSON(struct preview_view, id_token, .flags = FIELD_NULLABLE, .description = "Its claims, but nonce and at_hash. null without the scope openid"),
	FIELDS_END,
};

static enum err
find_client(const struct request *rq, struct tx *tx, const char *id, struct oauth_client_row *ret)
{
	struct oauth_client_row client;

	TRY(q_oauth_client(tx->db, &(struct q_oauth_client){ .client_id = id }, &client));
	if (strcmp(client.project_id, rq->project.id) != 0)
		return ERR_NO_ROW;
	*ret = client;
	return OK;
}

static enum err
find_person(const struct request *rq, struct tx *tx, const char *user_id, struct token_person *ret)
{
	struct q_oauth_previewed_user_row row;

	TRY(q_oauth_previewed_user(tx->db, &(struct q_oauth_previewed_user){ .project_id = rq->project.id, .user_id = user_id }, &row));
	*ret = (struct token_person){
		.user_id = row.user_id,
		.session_id = row.session_id,
		.strength = row.strength,
		.session_class = row.session_class,
		.amr = row.amr,
		.level = row.level,
		.authenticated_at = row.authenticated_at,
		.token_version = row.token_version,
		.email = row.email,
		.name = row.name,
		.email_verified = row.email_verified_at != NONE,
	};
	return tx_make_id(tx, ID_GRANT, &ret->grant_id);
}

/* What would be granted, as the authorization endpoint decides it (rules 5 and 7). INVALID_TARGET, INVALID_SCOPE. */
static enum err
settle(struct tx *tx, const struct oauth_client_row *client, const struct preview_input *in, struct token_person *person)
{
	struct resource_asker asker = RESOURCE_ASKER_OF(client);

	TRY(oauth_resource_find_for_person(tx, client->project_id, &asker, in->resource, &person->resource));
	TRY(claims_told(tx, client->project_id, person->user_id, &person->claims));
	person->scope = resource_scope_for_person(tx->arena, &person->resource.resource, &asker, person->claims.plan, in->scope);
	return person->scope[0] == '\0' && in->scope != NULL ? ERR_INVALID_SCOPE : OK;
}

static enum err
preview_access_token(const struct request *rq, struct tx *tx, const struct oauth_client_row *client, const struct token_person *person,
		     const char **ret_claims)
{
	struct token_target target = token_target_of(client, &person->resource, NULL);
	struct access_token token = token_of_person(rq, client, &target, person);

	TRY(tx_make_id(tx, ID_ACCESS_TOKEN, &token.jti));
	*ret_claims = access_token_claims(rq->arena, &token);
	return OK;
}

static const char *
preview_id_token(const struct request *rq, const struct oauth_client_row *client, const struct token_person *person, bool is_console)
{
	struct id_token token = token_id_of_person(rq, client, person);

	if (is_console)
		token.issuer = rq->config->public_url;
	return id_token_claims(rq->arena, &token);
}

static enum err
preview(const struct request *rq, struct tx *tx, struct preview_view *ret)
{
	const struct preview_input *in = rq->input;
	bool is_console = oauth_is_console(tx, rq->project.id);
	struct preview_view view = { .access_token = NULL };
	struct oauth_client_row client;
	struct token_person person;

	TRY(find_client(rq, tx, in->id, &client));
	TRY(find_person(rq, tx, in->user_id, &person));
	if (is_console) {
		person.scope = scope_keep(rq->arena, in->scope != NULL ? in->scope : PERSON_SCOPES, PERSON_SCOPES);
	} else {
		TRY(settle(tx, &client, in, &person));
		TRY(preview_access_token(rq, tx, &client, &person, &view.access_token));
		view.resource = person.resource.resource.identifier;
	}
	if (scope_has(person.scope, "openid"))
		view.id_token = preview_id_token(rq, &client, &person, is_console);
	view.scope = person.scope;
	*ret = view;
	return OK;
}

static enum verdict
client_claims_get(const struct request *rq, struct tx *tx)
{
	struct preview_view view;
	enum err e = preview(rq, tx, &view);

	if (e == ERR_INVALID_TARGET)
		return fail_field(rq, "resource", "unknown", "The client may not ask for a token for it.");
	if (e == ERR_INVALID_SCOPE)
		return fail_field(rq, "scope", "unknown", "The client may ask for none of them there.");
	return e == OK ? reply(rq, 200, preview_fields, &view) : fail_err(rq, e);
}

const struct route oauth_claims_preview_routes[] = {
	{
	    .id = "client_claims_get",
	    .method = GET,
	    .path = "/api/v1/clients/{id}/claims",
	    .summary = "Get what a client's tokens would say of a user",
	    .description = "As the token endpoint would make them now, of the newest sign-in that lasts; nothing is signed or stored.",
	    .auth = AUTH_SESSION | AUTH_PERSONAL_TOKEN | AUTH_SERVICE_KEY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USER_READ,
	    .tx = TX_READ_SNAPSHOT,
	    INPUT(struct preview_input, preview_input),
	    .output = preview_fields,
	    .handler = client_claims_get,
	},
	ROUTES_END,
};
