/*
 * What a project's resource servers say of themselves (RFC 9728): the document that an API or MCP server of the customer's own gives out,
 * ready to copy.
 */
#include "handlers/routes.h"

#include <string.h>

#include "handlers/oauth/oauth.h"
#include "lib/resources.h"

#define CACHE_S INT64_C(300)

struct resource_input {
	struct {
		bool issuer_id, resource;
	} has;
	const char *issuer_id, *resource;
};

static const struct field resource_input_fields[] = {
	IN_ID(struct resource_input, issuer_id, ID_PUBLIC_PROJECT, .in = IN_PATH),
	IN_STRING(struct resource_input, resource, .in = IN_QUERY, .min = 1, .max = 255, .flags = FIELD_REQUIRED,
		  .description = "The identifier of a resource server"),
	FIELDS_END,
};

struct resource_view {
	const char *resource, *resource_name;
	const char *authorization_servers, *bearer_methods_supported, *scopes_supported;
};

static const struct field resource_fields[] = {
	OUT_STRING(struct resource_view, resource),
	OUT_WORDS(struct resource_view, authorization_servers),
	OUT_WORDS(struct resource_view, scopes_supported, .flags = FIELD_OPTIONAL),
	OUT_WORDS(struct resource_view, bearer_methods_supported),
	OUT_STRING(struct resource_view, resource_name),
	FIELDS_END,
};

static enum err
find_resource(const struct request *rq, struct tx *tx, struct q_oauth_protected_resource_row *ret)
{
	const struct resource_input *in = rq->input;
	const char *other = resource_other_spelling(rq->arena, in->resource);

	return q_oauth_protected_resource(tx->db,
					  &(struct q_oauth_protected_resource){
					      .client_id = in->issuer_id,
					      .identifier = { (const uint8_t *)in->resource, strlen(in->resource) },
					      .other_spelling = { (const uint8_t *)other, strlen(other) },
					  },
					  ret);
}

static enum verdict
protected_resource_show(const struct request *rq, struct tx *tx)
{
	const struct resource_input *in = rq->input;
	struct q_oauth_protected_resource_row row;
	enum err e = find_resource(rq, tx, &row);

	if (e == OK && strcmp(row.project_id, rq->console_id) == 0)
		e = ERR_NOT_FOUND;
	if (e != OK)
		return fail_err(rq, e);
	reply_cache_for(rq, CACHE_S);
	return reply(rq, 200, resource_fields,
		     &(struct resource_view){
			 .resource = arena_strndup(rq->arena, (const char *)row.identifier.data, row.identifier.len),
			 .resource_name = row.name,
			 .authorization_servers = oauth_issuer(rq, in->issuer_id),
			 .scopes_supported = row.scopes,
			 .bearer_methods_supported = "header",
		     });
}

const struct route oauth_protected_resource_routes[] = {
	{
	    .id = "oauth_protected_resource",
	    .method = GET,
	    .path = "/p/{issuer_id}/.well-known/oauth-protected-resource",
	    .summary = "Get what a resource server says of itself",
	    .description = "RFC 9728: what the API or MCP server of that identifier gives out at its own /.well-known/oauth-protected-resource.",
	    .auth = AUTH_PUBLIC,
	    .site = SITE_AUTH,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_OAUTH | ROUTE_CORS,
	    INPUT(struct resource_input, resource_input_fields),
	    .output = resource_fields,
	    .handler = protected_resource_show,
	},
	ROUTES_END,
};
