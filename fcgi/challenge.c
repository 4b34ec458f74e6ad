/*
 * WWW-Authenticate (RFC 6750 section 3, RFC 9449 section 7.1, RFC 9728 section 5.1; oauth.md rule 42): where a program learns who issues
 * tokens for what it called, and which scopes it needs. Both ways to send a token are offered; an error stands with the one that was tried.
 */
#include "fcgi/pipeline.h"

#include <string.h>

#include "lib/dpop.h"
#include "lib/resources.h"

/* What a program asks for that knows nothing yet. */
#define FIRST_SCOPES "org.read project.read"

static const char *
resource_metadata(const struct exchange *x)
{
	bool is_mcp = x->is_inner || (x->rq.route->flags & ROUTE_MCP) != 0;

	return arena_printf(x->arena, "resource_metadata=\"%s/.well-known/oauth-protected-resource/%s\"", x->rq.config->public_url,
			    is_mcp ? "mcp" : "api");
}

/* Where to ask for a token, and for what; an app of a project knows its issuer already. */
static const char *
wanted(const struct exchange *x)
{
	if ((x->rq.route->auth & AUTH_OAUTH) == 0)
		return "scope=\"" ACCOUNT_SCOPE "\"";
	return arena_printf(x->arena, "%s, scope=\"" FIRST_SCOPES "\"", resource_metadata(x));
}

static bool
has_sent_token(const struct exchange *x)
{
	return x->in.header[HEADER_AUTHORIZATION] != NULL || x->in.header[HEADER_X_AUTH_TOKEN] != NULL;
}

const char *
challenge_of_unauthorized(const struct exchange *x)
{
	const struct route *route = x->rq.route;

	if (route == NULL || (route->auth & (AUTH_OAUTH | AUTH_USER_TOKEN)) == 0)
		return route != NULL && (route->flags & ROUTE_OAUTH) != 0 ? "Basic realm=\"Gatehouse\"" : "Bearer realm=\"Gatehouse\"";
	return challenge_of_token(x, has_sent_token(x) ? "invalid_token" : NULL);
}

const char *
challenge_of_token(const struct exchange *x, const char *error)
{
	const char *said = error != NULL ? arena_printf(x->arena, ", error=\"%s\"", error) : "";

	return arena_printf(x->arena, "Bearer realm=\"Gatehouse\"%s, %s, DPoP algs=\"" DPOP_ALGORITHMS "\"%s",
			    x->in.is_dpop ? "" : said, wanted(x), x->in.is_dpop ? said : "");
}

/* What the token has goes along, so that the next one can do no less. */
const char *
challenge_of_scope(const struct request *rq, enum permission permission)
{
	const char *has = rq->credential.scopes;

	return arena_printf(rq->arena, "%s realm=\"Gatehouse\", error=\"insufficient_scope\", %s, scope=\"%s%s%s\"",
			    exchange_of(rq)->in.is_dpop ? "DPoP" : "Bearer", resource_metadata(exchange_of(rq)), has, has[0] != '\0' ? " " : "", permission_name(permission));
}

const char *
challenge_of_account_scope(const struct exchange *x)
{
	return arena_printf(x->arena, "%s realm=\"Gatehouse\", error=\"insufficient_scope\", %s", x->in.is_dpop ? "DPoP" : "Bearer",
			    wanted(x));
}
