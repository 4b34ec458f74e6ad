/*
 * Registrations between RFC 7591's words and the columns of clients.
 */
#include "domain/registrations.h"

#include <string.h>

#include "domain/assets.h"
#include "domain/client_logos.h"
#include "domain/clients.h"
#include "domain/projects.h"
#include "lib/encode.h"
#include "lib/oauth.h"
#include "lib/permissions.h"
#include "sql/gen/queries.h"

#define OPENID_SCOPES "openid profile email phone offline_access"

enum err
registration_limits_read(struct tx *tx, const char *project_id, struct registration_limits *ret)
{
	struct q_resource_server_project_type_row project;
	struct q_resource_server_open_scopes_row *rows = NULL;
	struct buffer scopes = buffer_new(tx->arena);
	size_t count = 0;

	TRY(q_resource_server_open_scopes(tx->db, &(struct q_resource_server_open_scopes){ .project_id = project_id }, &rows, &count));
	TRY(q_resource_server_project_type(tx->db, &(struct q_resource_server_project_type){ .project_id = project_id }, &project));
	buffer_text(&scopes, OPENID_SCOPES);
	for (size_t i = 0; i < count; i++)
		buffer_printf(&scopes, " %s", rows[i].name);
	const char *all = buffer_string(&scopes);
	*ret = (struct registration_limits){
		.grants = project_grant_types(project.type),
		/* Two resource servers may call a scope the same. In the console nothing narrows what a person's role gives. */
		.scopes = project.is_console ? "" : scope_keep(tx->arena, all, all),
	};
	return OK;
}

/* ---- reading ---- */

static struct registration
of_row(struct arena *arena, const struct client_row *row)
{
	return (struct registration){
		.client_id = row->id,
		.client_id_issued_at = row->created_at / SECOND_MS,
		.client_secret_expires_at = NONE,
		.client_name = row->name,
		.redirect_uris = row->redirect_uris != NULL ? row->redirect_uris : "",
		.post_logout_redirect_uris = row->post_logout_redirect_uris != NULL ? row->post_logout_redirect_uris : "",
		.token_endpoint_auth_method = row->token_endpoint_auth_method,
		.grant_types = registration_grant_types(arena, row->grant_types),
		.response_types = scope_has(row->grant_types, "authorization_code") ? "code" : "",
		.application_type = registration_application_type(row->type),
		.scope = row->scopes[0] != '\0' ? row->scopes : NULL,
		.client_uri = row->client_uri,
		.logo_uri = row->logo_uri,
		.tos_uri = row->tos_uri,
		.policy_uri = row->policy_uri,
		.backchannel_logout_uri = row->backchannel_logout_uri,
		.jwks = row->jwks,
		.jwks_uri = row->jwks_uri,
		.id_token_signed_response_alg = row->id_token_alg,
		.require_pushed_authorization_requests = row->require_par,
		.dpop_bound_access_tokens = row->dpop_bound,
	};
}

enum err
registration_read(struct tx *tx, const char *project_id, const char *client_id, struct registration *ret)
{
	struct client_row row;

	TRY(q_client_get(tx->db, &(struct q_client_get){ .project_id = project_id, .client_id = client_id }, &row));
	*ret = of_row(tx->arena, &row);
	return OK;
}

/* ---- writing ---- */

static bool
has_secret(const struct registration *r)
{
	return scope_has("client_secret_basic client_secret_post", r->token_endpoint_auth_method);
}

static enum err
write_lists(struct tx *tx, const struct registrant *who, const struct registration *r)
{
	TRY(client_set_uris(tx, who->project_id, r->client_id, CLIENT_URI_REDIRECT, scopes_split(tx->arena, r->redirect_uris)));
	return client_set_uris(tx, who->project_id, r->client_id, CLIENT_URI_LOGOUT,
			       scopes_split(tx->arena, r->post_logout_redirect_uris));
}

/* The one it had works no more. */
static enum err
write_secret(struct tx *tx, const struct registrant *who, struct registration *r)
{
	int64_t expires_at = tx->now_ms + REGISTRATION_SECRET_LIFE_MS;

	if (!has_secret(r))
		return q_client_secret_delete_all(
		    tx->db, &(struct q_client_secret_delete_all){ .project_id = who->project_id, .client_id = r->client_id }, NULL);
	TRY(client_make_secret_until(tx, who->project_id, r->client_id, expires_at, &r->client_secret));
	r->client_secret_expires_at = expires_at / SECOND_MS;
	return OK;
}

static enum err
record_registration(struct tx *tx, enum event event, const struct registrant *who, const struct registration *before,
		    const struct registration *after)
{
	const struct registration *r = after != NULL ? after : before;

	return record(tx, &(struct record){
			      .event = event,
			      .org_id = who->org_id,
			      .project_id = who->project_id,
			      .target_id = r->client_id,
			      .target_label = r->client_name,
			      .fields = registration_fields,
			      .before = before,
			      .after = after,
		      });
}

/* The words of RFC 7591 for what the row has by the project's words. */
static void
finish(struct tx *tx, struct registration *r, int64_t issued_at)
{
	r->client_id_issued_at = issued_at / SECOND_MS;
	r->grant_types = registration_grant_types(tx->arena, r->grant_types);
}

enum err
registration_add(struct tx *tx, const struct registrant *who, struct registration *r)
{
	struct bytes url = { .data = NULL };

	if (who->metadata_url != NULL)
		url = (struct bytes){ (const uint8_t *)who->metadata_url, strlen(who->metadata_url) };
	TRY(tx_make_id(tx, ID_CLIENT, &r->client_id));
	TRY(q_registration_insert(tx->db,
				  &(struct q_registration_insert){
				      .project_id = who->project_id,
				      .id = r->client_id,
				      .name = r->client_name,
				      .type = registration_type(r),
				      .source = who->source,
				      .token_endpoint_auth_method = r->token_endpoint_auth_method,
				      .grant_types = r->grant_types,
				      .scopes = r->scope != NULL ? r->scope : "",
				      .jwks = r->jwks,
				      .jwks_uri = r->jwks_uri,
				      .require_par = r->require_pushed_authorization_requests,
				      .dpop_bound = r->dpop_bound_access_tokens,
				      .id_token_alg = r->id_token_signed_response_alg,
				      .backchannel_logout_uri = r->backchannel_logout_uri,
				      .logo_uri = r->logo_uri,
				      .client_uri = r->client_uri,
				      .tos_uri = r->tos_uri,
				      .policy_uri = r->policy_uri,
				      .registration_digest = who->registration_digest,
				      .metadata_url = url,
				      .url_digest = url.data != NULL ? sha256_bytes(tx->arena, who->metadata_url, url.len) : url,
				  },
				  NULL));
	TRY(write_lists(tx, who, r));
	TRY(write_secret(tx, who, r));
	TRY(client_logo_follow(tx, who->project_id, r->client_id, NULL, r->logo_uri));
	finish(tx, r, tx->now_ms);
	return record_registration(tx, EV_CLIENT_REGISTERED, who, NULL, r);
}

static bool
differs(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a != b : strcmp(a, b) != 0;
}

/* security.md CR-05: who looks otherwise is asked for again; who signs with other keys is somebody else. */
static enum err
end_what_was_agreed(struct tx *tx, const struct registrant *who, const struct registration *before, const struct registration *after)
{
	bool has_other_keys = differs(before->jwks, after->jwks) || differs(before->jwks_uri, after->jwks_uri) ||
			      differs(before->token_endpoint_auth_method, after->token_endpoint_auth_method);
	bool looks_otherwise = differs(before->client_name, after->client_name) || differs(before->logo_uri, after->logo_uri) ||
			       differs(before->redirect_uris, after->redirect_uris);

	if (has_other_keys)
		TRY(q_grant_end_of_client(
		    tx->db, &(struct q_grant_end_of_client){ .project_id = who->project_id, .client_id = after->client_id }, NULL));
	if (!looks_otherwise)
		return OK;
	return q_grant_forget_consent(
	    tx->db, &(struct q_grant_forget_consent){ .project_id = who->project_id, .client_id = after->client_id }, NULL);
}

static enum err
update_row(struct tx *tx, const struct registrant *who, const struct registration *r)
{
	uint64_t matched = 0;

	TRY(q_registration_update(tx->db,
				  &(struct q_registration_update){
				      .project_id = who->project_id,
				      .id = r->client_id,
				      .source = who->source,
				      .name = r->client_name,
				      .type = registration_type(r),
				      .token_endpoint_auth_method = r->token_endpoint_auth_method,
				      .grant_types = r->grant_types,
				      .scopes = r->scope != NULL ? r->scope : "",
				      .jwks = r->jwks,
				      .jwks_uri = r->jwks_uri,
				      .require_par = r->require_pushed_authorization_requests,
				      .dpop_bound = r->dpop_bound_access_tokens,
				      .id_token_alg = r->id_token_signed_response_alg,
				      .backchannel_logout_uri = r->backchannel_logout_uri,
				      .logo_uri = r->logo_uri,
				      .client_uri = r->client_uri,
				      .tos_uri = r->tos_uri,
				      .policy_uri = r->policy_uri,
				      .registration_digest = who->registration_digest,
				  },
				  &matched));
	return matched == 1 ? OK : ERR_NO_ROW;
}

enum err
registration_replace(struct tx *tx, const struct registrant *who, struct registration *r)
{
	struct registration before;

	TRY(registration_read(tx, who->project_id, r->client_id, &before));
	TRY(update_row(tx, who, r));
	TRY(write_lists(tx, who, r));
	TRY(write_secret(tx, who, r));
	TRY(client_logo_follow(tx, who->project_id, r->client_id, before.logo_uri, r->logo_uri));
	finish(tx, r, before.client_id_issued_at * SECOND_MS);
	/* The database says in which order addresses stand. */
	struct registration after;
	TRY(registration_read(tx, who->project_id, r->client_id, &after));
	TRY(end_what_was_agreed(tx, who, &before, &after));
	if (strcmp(fields_diff(tx->arena, registration_fields, &before, &after), "{}") == 0)
		return OK;
	return record_registration(tx, EV_CLIENT_METADATA_CHANGED, who, &before, &after);
}

enum err
registration_remove(struct tx *tx, const struct registrant *who, const struct registration *r)
{
	TRY(asset_remove_all(tx, who->project_id, r->client_id));
	TRY(q_client_delete(tx->db, &(struct q_client_delete){ .project_id = who->project_id, .client_id = r->client_id }, NULL));
	return record_registration(tx, EV_CLIENT_DELETED, who, r, NULL);
}
