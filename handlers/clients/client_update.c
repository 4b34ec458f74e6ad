/*
 * PATCH /clients/{id}: what was named is put in place, the whole is judged, then written.
 */
#include "handlers/clients/clients.h"

#include <string.h>

#include "domain/client_logos.h"
#include "domain/clients.h"

/* How a client proves itself is a credential: programs don't touch those (oauth.md 4.2). */
static bool
touches_credentials(const struct client_change *change)
{
	return change->has.token_endpoint_auth_method || change->has.jwks || change->has.jwks_uri;
}

static enum err
write_row(const struct request *rq, struct tx *tx, const struct client *client)
{
	uint64_t matched = 0;

	TRY(q_client_update(tx->db,
			    &(struct q_client_update){
				.project_id = rq->project.id,
				.id = client->id,
				.name = client->name,
				.first_party = client->first_party,
				.token_endpoint_auth_method = client->token_endpoint_auth_method,
				.grant_types = client->grant_types,
				.scopes = client->scopes,
				.audiences = client_audiences_text(rq->arena, client),
				.auth_methods = client->auth_methods,
				.jwks = client->jwks,
				.jwks_uri = client->jwks_uri,
				.require_pkce = client->require_pkce,
				.require_par = client->require_par,
				.dpop_bound = client->dpop_bound,
				.direct_flow = client->direct_flow,
				.access_token_ttl_s = client->access_token_ttl_s,
				.refresh_token_idle_s = client->refresh_token_idle_s,
				.refresh_token_max_s = client->refresh_token_max_s,
				.refresh_reuse_grace_s = client->refresh_reuse_grace_s,
				.id_token_alg = client->id_token_alg,
				.token_claims = client->token_claims,
				.id_jag_targets = client->id_jag_targets,
				.backchannel_logout_uri = client->backchannel_logout_uri,
				.logo_uri = client->logo_uri,
				.client_uri = client->client_uri,
				.tos_uri = client->tos_uri,
				.policy_uri = client->policy_uri,
			    },
			    &matched));
	return matched == 1 ? OK : ERR_NO_ROW;
}

/* The project shows its default client's redirect URIs, so its ETag moves too. */
static enum err
write_uris(const struct request *rq, struct tx *tx, const char *client_id, const struct client_change *change)
{
	const char *project_id = rq->project.id;

	if (change->has.redirect_uris) {
		TRY(client_set_uris(tx, project_id, client_id, CLIENT_URI_REDIRECT, change->redirect_uris));
		TRY(q_project_touch(
		    tx->db, &(struct q_project_touch){ .org_id = rq->org.id, .project_id = project_id }, NULL));
	}
	if (change->has.post_logout_redirect_uris)
		TRY(client_set_uris(tx, project_id, client_id, CLIENT_URI_LOGOUT, change->post_logout_redirect_uris));
	if (change->has.origins)
		TRY(client_set_uris(tx, project_id, client_id, CLIENT_URI_ORIGIN, change->origins));
	return OK;
}

static enum err
record_change(const struct request *rq, struct tx *tx, const struct client *before, const struct client *after)
{
	struct record r = request_record(rq, EV_CLIENT_UPDATED, after->id, after->name);

	r.fields = client_fields;
	r.before = before;
	r.after = after;
	return record(tx, &r);
}

static enum err
write(const struct request *rq, struct tx *tx, const struct client *before, const struct client *client,
      struct client *ret_after)
{
	TRY(write_row(rq, tx, client));
	TRY(write_uris(rq, tx, client->id, rq->input));
	TRY(client_logo_follow(tx, rq->project.id, client->id, before->logo_uri, client->logo_uri));
	/* What it proved itself by before is worth nothing any more. */
	if (client_has_secret(before) && !client_has_secret(client))
		TRY(q_client_secret_delete_all(
		    tx->db,
		    &(struct q_client_secret_delete_all){ .project_id = rq->project.id, .client_id = client->id }, NULL));
	TRY(client_read(rq, tx, client->id, ret_after));
	return record_change(rq, tx, before, ret_after);
}

enum verdict
client_update(const struct request *rq, struct tx *tx)
{
	const struct client_change *change = rq->input;
	struct client before, client, after;

	if (touches_credentials(change) && !request_is_session(rq))
		return fail_err(rq, ERR_CREDENTIAL_NOT_ALLOWED);
	enum err e = request_guard(rq, tx);
	if (e == OK)
		e = client_read(rq, tx, change->id, &before);
	if (e == OK && !precondition_holds(rq, before.version))
		e = ERR_PRECONDITION_FAILED;
	if (e != OK)
		return fail_err(rq, e);
	client = client_with(rq->arena, &before, change);
	enum verdict bad = client_check(rq, tx, &client, change);
	if (bad != VERDICT_GO_ON)
		return bad;
	if (before.redirect_uris[0] != '\0' && client.redirect_uris[0] == '\0')
		return fail_err(rq, ERR_LAST_REDIRECT_URI);
	e = write(rq, tx, &before, &client, &after);
	if (e != OK)
		return fail_err(rq, e);
	reply_etag_without_304(rq, after.version);
	return reply(rq, 200, client_fields, &after);
}
