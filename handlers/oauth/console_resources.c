/*
 * What Gatehouse's own API and MCP server say of themselves as protected resources (RFC 9728; security.md MD-04): who issues tokens for
 * them, and for what.
 */
#include "handlers/routes.h"

#include "fcgi/request.h"
#include "handlers/oauth/console.h"
#include "lib/dpop.h"
#include "lib/oauth.h"

#define CACHE_S INT64_C(300)

static void
add_list(struct buffer *b, const char *name, const char *words)
{
	buffer_printf(b, ",\"%s\":", name);
	buffer_json_words(b, words);
}

static enum verdict
show(const struct request *rq, const char *resource, const char *name)
{
	struct buffer b = buffer_new(rq->arena);

	buffer_text(&b, "{\"resource\":");
	buffer_json_string(&b, arena_printf(rq->arena, "%s/%s", rq->config->public_url, resource));
	buffer_text(&b, ",\"resource_name\":");
	buffer_json_string(&b, name);
	add_list(&b, "authorization_servers", rq->config->public_url);
	add_list(&b, "scopes_supported", console_api_scopes(rq->arena));
	add_list(&b, "bearer_methods_supported", "header");
	add_list(&b, "dpop_signing_alg_values_supported", DPOP_ALGORITHMS);
	buffer_char(&b, '}');
	reply_cache_for(rq, CACHE_S);
	return reply_text(rq, "application/json; charset=utf-8", &b);
}

static enum verdict
api_show(const struct request *rq, struct tx *tx)
{
	(void)tx;
	return show(rq, "api", "Gatehouse API");
}

static enum verdict
mcp_show(const struct request *rq, struct tx *tx)
{
	(void)tx;
	return show(rq, "mcp", "Gatehouse MCP server");
}

#define DOCUMENT(word)                                                                                                 \
	.id = "protected_resource_" word, .path = "/.well-known/oauth-protected-resource/" word, .method = GET,        \
	.auth = AUTH_PUBLIC, .tx = TX_NONE, .flags = ROUTE_OAUTH | ROUTE_TEXT | ROUTE_CORS

const struct route oauth_console_resource_routes[] = {
	{ DOCUMENT("api"), .summary = "Who issues tokens for the API", .handler = api_show },
	{ DOCUMENT("mcp"), .summary = "Who issues tokens for the MCP server", .handler = mcp_show },
	ROUTES_END,
};
