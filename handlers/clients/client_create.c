/*
 * POST /clients: a new application of the project.
 */
#include "handlers/clients/clients.h"

#include "domain/caps.h"
#include "domain/client_logos.h"
#include "domain/clients.h"
#include "domain/oauth_settings.h"
#include "domain/projects.h"

#define MONTH_S	     (30 * DAY_MS / SECOND_MS)
#define YEAR_S	     (365 * DAY_MS / SECOND_MS)
#define ALL_CLAIMS   "email plan role features custom_claims workspace"

/* Where nothing is said (oauth.md section 3). */
static struct client
defaults(const struct request *rq, const char *type, const char *project_grants)
{
	return (struct client){
		.type = type,
		.source = "dashboard",
		.first_party = true,
		.redirect_uris = "",
		.post_logout_redirect_uris = "",
		.origins = "",
		.audiences = "",
		.grant_types = client_default_grants(rq->arena, type, project_grants),
		.scopes = "",
		.token_endpoint_auth_method = client_default_auth_method(type),
		.require_pkce = true,
		.refresh_token_idle_s = MONTH_S,
		.refresh_token_max_s = YEAR_S,
		.id_token_alg = "RS256",
		.id_jag_targets = "[]",
		.token_claims = ALL_CLAIMS,
		.is_active = true,
		.last_used_at = NONE,
	};
}

/* In the project, and in what the organization's plan allows. */
static enum verdict
check_room(const struct request *rq, struct tx *tx)
{
	struct q_client_count_row row;
	struct cap cap;
	enum err e = q_client_count(tx->db, &(struct q_client_count){ .project_id = rq->project.id, .source = "dashboard" }, &row);

	if (e == OK && row.total >= CLIENTS_MAX)
		return fail(rq, ERR_PLAN_LIMIT_REACHED, "A project has at most %d clients from the dashboard.", CLIENTS_MAX);
	if (e == OK)
		e = cap_check(tx, rq->org.id, CAP_CLIENTS, 1, &cap);
	if (e == ERR_PLAN_LIMIT_REACHED)
		return fail_details(rq, e, cap_details(rq->arena, &cap), "%s", cap_message(rq->arena, &cap));
	return e == OK ? go_on(rq) : fail_err(rq, e);
}

static enum err
insert(const struct request *rq, struct tx *tx, const struct client *client)
{
	return q_client_add(tx->db,
			    &(struct q_client_add){
				.project_id = rq->project.id,
				.id = client->id,
				.name = client->name,
				.type = client->type,
				.source = client->source,
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
			    NULL);
}

static enum err
add(const struct request *rq, struct tx *tx, const struct client *client, const struct client_change *change,
    const char **ret_secret)
{
	TRY(insert(rq, tx, client));
	TRY(client_logo_follow(tx, rq->project.id, client->id, NULL, client->logo_uri));
	TRY(client_set_uris(tx, rq->project.id, client->id, CLIENT_URI_REDIRECT, change->redirect_uris));
	TRY(client_set_uris(tx, rq->project.id, client->id, CLIENT_URI_LOGOUT, change->post_logout_redirect_uris));
	TRY(client_set_uris(tx, rq->project.id, client->id, CLIENT_URI_ORIGIN, change->origins));
	return client_has_secret(client) ? client_make_secret(tx, rq->project.id, client->id, 0, ret_secret) : OK;
}

static enum err
record_new(const struct request *rq, struct tx *tx, const struct client *client)
{
	struct record r = request_record(rq, EV_CLIENT_CREATED, client->id, client->name);

	r.fields = client_fields;
	r.after = client;
	return record(tx, &r);
}

static enum err
begin(const struct request *rq, struct tx *tx, const struct client_change *change, struct client *ret)
{
	struct oauth_settings settings;
	struct project_row project;

	TRY(request_guard(rq, tx));
	TRY(q_project_get(
	    tx->db, &(struct q_project_get){ .project_id = rq->project.id, .org_id = rq->org.id, .user_id = NULL }, &project));
	TRY(oauth_settings_read(tx, rq->project.id, &settings));
	struct client plain = defaults(rq, change->has.type ? change->type : "web", project_grant_types(project.type));
	plain.access_token_ttl_s = settings.access_token_ttl_s;
	*ret = client_with(rq->arena, &plain, change);
	return OK;
}

enum verdict
client_create(const struct request *rq, struct tx *tx)
{
	const struct client_change *change = rq->input;
	const char *secret = NULL;
	struct client client;
	enum err e = begin(rq, tx, change, &client);

	if (e != OK)
		return fail_err(rq, e);
	enum verdict bad = check_room(rq, tx);
	if (bad == VERDICT_GO_ON)
		bad = client_check(rq, tx, &client, change);
	if (bad != VERDICT_GO_ON)
		return bad;
	e = tx_make_id(tx, ID_CLIENT, &client.id);
	if (e == OK)
		e = add(rq, tx, &client, change, &secret);
	if (e == OK)
		e = client_read(rq, tx, client.id, &client);
	if (e == OK)
		e = record_new(rq, tx, &client);
	if (e != OK)
		return fail_err(rq, e);
	client.client_secret = secret;
	reply_etag_without_304(rq, client.version);
	return reply(rq, 201, client_fields, &client);
}
