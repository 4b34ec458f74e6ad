/*
 * Pages of other origins: what a browser asks before it lets them call (the Fetch standard's CORS protocol). Routes say by a flag that
 * they may; credentials of the browser are never let in. Screens of an app's own are let in by the handler, which knows the app.
 */
#include "fcgi/pipeline.h"

#include <string.h>

/* oauth.md rule 39 */
#define OPEN_HEADERS "Authorization, Content-Type, DPoP, MCP-Protocol-Version, Mcp-Method, Mcp-Name"

static bool
is_for_screens(const struct exchange *x)
{
	return x->rq.route != NULL && (x->rq.route->flags & ROUTE_OWN_SCREENS) != 0;
}

static bool
is_open(const struct exchange *x)
{
	return x->rq.route != NULL && (x->rq.route->flags & ROUTE_CORS) != 0;
}

bool
cors_is_preflight(struct exchange *x)
{
	enum route_match match;
	enum method method;

	if (strcmp(x->in.method_text, "OPTIONS") != 0 || x->in.asked_method == NULL)
		return false;
	method = method_parse(x->in.asked_method);
	if (issuer_find_route(x, method, &match) != OK || match != MATCH_FOUND || !(is_open(x) || is_for_screens(x))) {
		x->rq.route = NULL;
		x->response.allow = NULL;
		return false;
	}
	x->response.is_preflight = true;
	x->response.status = 204;
	reply_header(&x->rq, "Access-Control-Allow-Methods", method_name(method));
	reply_header(&x->rq, "Access-Control-Allow-Headers", is_open(x) ? OPEN_HEADERS : "Content-Type, X-Flow-Token");
	/* Whose screens they are can't be known yet; the answer itself says it. */
	if (is_for_screens(x))
		reply_header(&x->rq, "Access-Control-Allow-Origin", x->rq.origin);
	reply_header(&x->rq, "Access-Control-Max-Age", "600");
	return true;
}

void
cors_add_headers(struct exchange *x)
{
	if (!is_open(x))
		return;
	reply_header(&x->rq, "Access-Control-Allow-Origin", "*");
	reply_header(&x->rq, "Access-Control-Expose-Headers", "WWW-Authenticate, DPoP-Nonce");
}
