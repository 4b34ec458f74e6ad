/*
 * Clients between the table and the API: rows become clients, changes are put in place.
 */
#include "handlers/clients/clients.h"

#include <string.h>

#include "domain/assets.h"
#include "lib/permissions.h"
#include "lib/text.h"

/* ---- reading ---- */

/* The column holds a JSON list; a client without any audience has itself (oauth.md section 3). */
static const char *
audiences_of(struct arena *arena, const struct client_row *row)
{
	struct buffer words = buffer_new(arena);
	struct json list;

	if (json_parse(arena, row->audiences, strlen(row->audiences), &list, NULL) != OK || list.type != JSON_ARRAY)
		return row->id;
	for (size_t i = 0; i < list.count; i++)
		if (list.items[i].type == JSON_STRING)
			buffer_printf(&words, "%s%s", words.len > 0 ? " " : "", list.items[i].string);
	return words.len > 0 ? buffer_string(&words) : row->id;
}

struct client
client_of_row(const struct request *rq, const struct client_row *row)
{
	bool is_console = strcmp(rq->project.id, rq->console_id) == 0;

	return (struct client){
		.id = row->id,
		.name = row->name,
		.type = row->type,
		.source = row->source,
		.first_party = row->first_party,
		.redirect_uris = row->redirect_uris != NULL ? row->redirect_uris : "",
		.post_logout_redirect_uris = row->post_logout_redirect_uris != NULL ? row->post_logout_redirect_uris : "",
		.origins = row->origins != NULL ? row->origins : "",
		.audiences = audiences_of(rq->arena, row),
		.auth_methods = row->auth_methods,
		.grant_types = row->grant_types,
		.scopes = row->scopes,
		.token_endpoint_auth_method = row->token_endpoint_auth_method,
		.jwks = row->jwks,
		.jwks_uri = row->jwks_uri,
		.require_pkce = row->require_pkce,
		.require_par = row->require_par,
		.dpop_bound = row->dpop_bound,
		.direct_flow = row->direct_flow,
		.access_token_ttl_s = row->access_token_ttl_s,
		.refresh_token_idle_s = row->refresh_token_idle_s,
		.refresh_token_max_s = row->refresh_token_max_s,
		.refresh_reuse_grace_s = row->refresh_reuse_grace_s,
		.id_token_alg = row->id_token_alg,
		.id_jag_targets = row->id_jag_targets,
		.token_claims = row->token_claims,
		.backchannel_logout_uri = row->backchannel_logout_uri,
		.logo_uri = row->logo_uri,
		.logo_url = asset_url(rq->arena, rq->config, rq->project.client_id, is_console, row->logo_digest),
		.client_uri = row->client_uri,
		.tos_uri = row->tos_uri,
		.policy_uri = row->policy_uri,
		.is_active = row->is_active,
		.created_at = row->created_at,
		.updated_at = row->updated_at,
		.last_used_at = row->last_used_at,
		.version = row->version,
	};
}

/* Itself alone is what an empty list says, too: a client that is being made has no id yet. */
const char *
client_audiences_text(struct arena *arena, const struct client *client)
{
	struct strings list = scopes_split(arena, client->audiences);
	struct buffer text = buffer_new(arena);

	buffer_char(&text, '[');
	for (size_t i = 0; i < list.count; i++) {
		if (i > 0)
			buffer_char(&text, ',');
		buffer_json_string(&text, list.items[i]);
	}
	buffer_char(&text, ']');
	return buffer_string(&text);
}

enum err
client_read(const struct request *rq, struct tx *tx, const char *client_id, struct client *ret)
{
	struct client_secret_row *secrets;
	struct client_row row;
	size_t count;

	TRY(q_client_get(tx->db, &(struct q_client_get){ .project_id = rq->project.id, .client_id = client_id }, &row));
	TRY(q_client_secret_list(
	    tx->db, &(struct q_client_secret_list){ .project_id = rq->project.id, .client_id = client_id }, &secrets, &count));
	*ret = client_of_row(rq, &row);
	ret->secrets = (struct field_list){ secrets, count };
	return OK;
}

/* ---- changing ---- */

static const char *
text_of(struct arena *arena, const struct json *tree)
{
	struct buffer text = buffer_new(arena);

	if (tree == NULL)
		return NULL;
	json_render(&text, tree);
	return buffer_string(&text);
}

static void
put_lists(struct arena *arena, struct client *client, const struct client_change *change)
{
	if (change->has.redirect_uris)
		client->redirect_uris = words_join(arena, change->redirect_uris);
	if (change->has.post_logout_redirect_uris)
		client->post_logout_redirect_uris = words_join(arena, change->post_logout_redirect_uris);
	if (change->has.origins)
		client->origins = words_join(arena, change->origins);
	if (change->has.audiences)
		client->audiences = words_join(arena, change->audiences);
	if (change->has.auth_methods)
		client->auth_methods = change->auth_methods.count > 0 ? words_join(arena, change->auth_methods) : NULL;
	if (change->has.grant_types)
		client->grant_types = words_join(arena, change->grant_types);
	if (change->has.scopes)
		client->scopes = words_join(arena, change->scopes);
	if (change->has.token_claims)
		client->token_claims = words_join(arena, change->token_claims);
}

static void
put_proof(struct arena *arena, struct client *client, const struct client_change *change)
{
	if (change->has.token_endpoint_auth_method)
		client->token_endpoint_auth_method = change->token_endpoint_auth_method;
	if (change->has.jwks)
		client->jwks = text_of(arena, change->jwks);
	if (change->has.jwks_uri)
		client->jwks_uri = change->jwks_uri;
	if (change->has.require_pkce)
		client->require_pkce = change->require_pkce;
	if (change->has.require_par)
		client->require_par = change->require_par;
	if (change->has.dpop_bound)
		client->dpop_bound = change->dpop_bound;
	if (change->has.direct_flow)
		client->direct_flow = change->direct_flow;
}

static void
put_tokens(struct arena *arena, struct client *client, const struct client_change *change)
{
	if (change->has.access_token_ttl_s)
		client->access_token_ttl_s = change->access_token_ttl_s;
	if (change->has.refresh_token_idle_s)
		client->refresh_token_idle_s = change->refresh_token_idle_s;
	if (change->has.refresh_token_max_s)
		client->refresh_token_max_s = change->refresh_token_max_s;
	if (change->has.refresh_reuse_grace_s)
		client->refresh_reuse_grace_s = change->refresh_reuse_grace_s;
	if (change->has.id_token_alg)
		client->id_token_alg = change->id_token_alg;
	if (change->has.id_jag_targets)
		client->id_jag_targets = text_of(arena, change->id_jag_targets);
}

static void
put_pages(struct client *client, const struct client_change *change)
{
	if (change->has.backchannel_logout_uri)
		client->backchannel_logout_uri = change->backchannel_logout_uri;
	if (change->has.logo_uri)
		client->logo_uri = change->logo_uri;
	if (change->has.client_uri)
		client->client_uri = change->client_uri;
	if (change->has.tos_uri)
		client->tos_uri = change->tos_uri;
	if (change->has.policy_uri)
		client->policy_uri = change->policy_uri;
}

struct client
client_with(struct arena *arena, const struct client *before, const struct client_change *change)
{
	struct client client = *before;

	if (change->has.name)
		client.name = change->name;
	if (change->has.first_party)
		client.first_party = change->first_party;
	put_lists(arena, &client, change);
	put_proof(arena, &client, change);
	put_tokens(arena, &client, change);
	put_pages(&client, change);
	return client;
}
