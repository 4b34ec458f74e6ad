/*
 * The console as an issuer: resources, scopes, organizations, and tokens that are stored.
 */
#include "handlers/oauth/console.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/oauth.h"
#include "lib/resources.h"
#include "lib/secrets.h"

bool
oauth_is_console(const struct tx *tx, const char *project_id)
{
	return strcmp(project_id, tx->console_id) == 0;
}

/* ---- what is asked for ---- */

const char *
console_resource(const struct tx *tx, const char *asked)
{
	static const char *const RESOURCES[] = { "api", "mcp" };

	for (size_t i = 0; asked != NULL && i < ARRAY_LEN(RESOURCES); i++) {
		const char *resource = arena_printf(tx->arena, "%s/%s", tx->config->public_url, RESOURCES[i]);

		if (strcmp(asked, resource) == 0)
			return resource;
	}
	return NULL;
}

const char *
console_api_scopes(struct arena *arena)
{
	bool is_asked_for[PERM_COUNT] = { false };
	struct buffer scopes = buffer_new(arena);

	for (size_t i = 0; route_at(i) != NULL; i++)
		if ((route_at(i)->auth & AUTH_OAUTH) != 0)
			is_asked_for[route_at(i)->permission] = true;
	for (size_t i = PERM_IN_HANDLER + 1; i < PERM_COUNT; i++) {
		if (!is_asked_for[i])
			continue;
		if (scopes.len > 0)
			buffer_char(&scopes, ' ');
		buffer_text(&scopes, permission_name((enum permission)i));
	}
	return buffer_string(&scopes);
}

const char *
console_all_scopes(struct arena *arena)
{
	return arena_printf(arena, PERSON_SCOPES " %s", console_api_scopes(arena));
}

const char *
console_scope(struct arena *arena, const struct oauth_app_row *app, const char *asked)
{
	const char *all = console_all_scopes(arena);
	const char *ceiling = app->scopes[0] != '\0' ? scope_keep(arena, all, app->scopes) : all;

	if (asked == NULL)
		asked = app->is_first_party ? "openid profile email" : console_api_scopes(arena);
	return scope_keep(arena, asked, ceiling);
}

/* ---- in which organization ---- */

enum err
console_membership(struct tx *tx, const char *org_id, const char *user_id)
{
	struct q_oauth_membership_row row;
	enum err e = q_oauth_membership(tx->db, &(struct q_oauth_membership){ .org_id = org_id, .user_id = user_id }, &row);

	if (e == ERR_NO_ROW)
		return ERR_INVALID_GRANT;
	TRY(e);
	return strcmp(row.status, "active") == 0 ? OK : ERR_INVALID_GRANT;
}

/* ---- tokens ---- */

enum err
console_token_make(struct tx *tx, const struct oauth_client_row *client, const struct console_grant *grant, const char **ret_token)
{
	struct secret secret;
	const char *id;

	TRY(console_membership(tx, grant->org_id, grant->user_id));
	TRY(secret_make(tx->arena, SECRET_ACCESS_TOKEN, &secret));
	TRY(tx_make_id(tx, ID_ACCESS_TOKEN, &id));
	TRY(q_access_token_insert(tx->db,
				  &(struct q_access_token_insert){
				      .project_id = client->project_id,
				      .digest = { secret.digest, sizeof(secret.digest) },
				      .id = id,
				      .grant_id = grant->grant_id,
				      .resource = grant->resource,
				      .scopes = grant->scope,
				      .dpop_jkt = grant->jkt,
				      .expires_at = tx->now_ms + client->access_token_ttl_s * SECOND_MS,
				  },
				  NULL));
	*ret_token = secret.text;
	return OK;
}

bool
console_is_token(const char *text)
{
	enum secret_kind kind;

	return secret_parse(text, &kind) && kind == SECRET_ACCESS_TOKEN;
}

static struct bytes
digest_of(struct arena *arena, const char *text)
{
	return sha256_bytes(arena, text, strlen(text));
}

static struct oauth_token
token_of(struct arena *arena, const char *project_id, const char *issuer, const struct access_token_row *row)
{
	return (struct oauth_token){
		.is_active = true,
		.token = {
			.issuer = issuer,
			.subject = row->user_id,
			.audience = arena_strndup(arena, (const char *)row->resource.data, row->resource.len),
			.client_id = row->client_id,
			.scope = row->scopes,
			.jti = row->id,
			.grant_id = row->grant_id,
			.project_id = project_id,
			.org_id = row->org_id,
			.jkt = row->dpop_jkt,
			.issued_at = row->created_at,
			.expires_at = row->expires_at,
		},
		.state = {
			.client_id = row->client_id,
			.grant_id = row->grant_id,
			.user_id = row->user_id,
			.email = row->email,
			.email_verified_at = row->email_verified_at,
			.phone = row->phone,
			.phone_verified_at = row->phone_verified_at,
			.username = row->username,
			.name = row->name,
			.locale = row->locale,
			.user_updated_at = row->user_updated_at,
		},
	};
}

enum err
console_token_read(const struct request *rq, struct tx *tx, const char *project_id, const char *issuer, const char *text,
		   struct oauth_token *ret)
{
	struct access_token_row row;
	enum err e = q_access_token_get(
	    tx->db, &(struct q_access_token_get){ .project_id = project_id, .digest = digest_of(rq->arena, text) }, &row);

	if (e == ERR_NO_ROW)
		return OK;
	TRY(e);
	e = console_membership(tx, row.org_id, row.user_id);
	if (e == ERR_INVALID_GRANT)
		return OK;
	TRY(e);
	*ret = token_of(rq->arena, project_id, issuer, &row);
	return OK;
}

enum err
console_token_revoke(struct tx *tx, const char *project_id, const char *text)
{
	return q_access_token_revoke(
	    tx->db, &(struct q_access_token_revoke){ .project_id = project_id, .digest = digest_of(tx->arena, text) }, NULL);
}
