/*
 * HOST is the console's issuer (oauth.md section 2): what every project has below /p/{proj_…} at AUTH_HOST the console has at the root of
 * HOST, by the same routes, and three of them under the short names that clients fall back to. So has a project at a host name of its own,
 * and there nothing else is an issuer.
 */
#include "fcgi/pipeline.h"

#include <string.h>

#include "sql/gen/queries.h"

enum err
issuer_load_console(struct worker *worker)
{
	struct q_credential_console_row row;

	if (worker->console_id[0] != '\0')
		return OK;
	enum err e = q_credential_console(worker->db, &row);
	if (e == ERR_NO_ROW)
		return OK;
	TRY(e);
	memcpy(worker->console_id, row.console_id, strnlen(row.console_id, ID_SIZE - 1));
	memcpy(worker->console_client_id, row.console_client_id, strnlen(row.console_client_id, ID_SIZE - 1));
	return OK;
}

const char *
request_issuer(const struct request *rq, const char *client_id)
{
	if (strcmp(client_id, rq->console_client_id) == 0)
		return rq->config->public_url;
	if (rq->own_issuer != NULL && strcmp(client_id, rq->own_client_id) == 0)
		return rq->own_issuer;
	return arena_printf(rq->arena, "%s/p/%s", rq->config->auth_url, client_id);
}

/* The path below the issuer; NULL: none of an issuer's. */
static const char *
path_at_root(struct arena *arena, const char *path)
{
	static const char *const ALIASES[] = { "/authorize", "/token", "/register" };
	static const char *const DOCUMENTS[] = { "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration",
						 "/.well-known/jwks.json" };

	for (size_t i = 0; i < ARRAY_LEN(ALIASES); i++)
		if (strcmp(path, ALIASES[i]) == 0)
			return arena_printf(arena, "/oauth%s", path);
	for (size_t i = 0; i < ARRAY_LEN(DOCUMENTS); i++)
		if (strcmp(path, DOCUMENTS[i]) == 0)
			return path;
	return strncmp(path, "/oauth/", strlen("/oauth/")) == 0 ? path : NULL;
}

static bool
is_of_issuer(const struct exchange *x)
{
	return x->in.path_pairs.count > 0 && strcmp(x->in.path_pairs.items[0].name, "issuer_id") == 0;
}

static enum route_match
find(struct exchange *x, enum method method, const char *path)
{
	return route_find(x->arena, method, path, &x->rq.route, &x->in.path_pairs, &x->response.allow);
}

/* Our pages stand below /p/{proj_…} there, too, and from there they lead on with a request. */
static bool
is_way_back(const struct exchange *x)
{
	return strcmp(x->rq.route->id, "oauth_continue") == 0 && strcmp(x->in.path_pairs.items[0].value, x->rq.own_client_id) == 0;
}

/* At a project's own host name. */
static void
find_at_own_host(struct exchange *x, enum method method, enum route_match *ret_match)
{
	static const char RESOURCES[] = "/.well-known/oauth-protected-resource";
	const char *below = strcmp(x->in.path, RESOURCES) == 0 ? RESOURCES : path_at_root(x->arena, x->in.path);

	if (below != NULL) {
		x->in.is_root_issuer = true;
		*ret_match = find(x, method, arena_printf(x->arena, "/p/%s%s", x->rq.own_client_id, below));
		return;
	}
	*ret_match = find(x, method, x->in.path);
	if (*ret_match == MATCH_FOUND && is_of_issuer(x) && !is_way_back(x)) {
		x->rq.route = NULL;
		*ret_match = MATCH_NO_PATH;
	}
}

enum err
issuer_find_route(struct exchange *x, enum method method, enum route_match *ret_match)
{
	if (x->rq.own_issuer != NULL) {
		find_at_own_host(x, method, ret_match);
		return OK;
	}
	const char *below = x->in.site == SITE_MAIN ? path_at_root(x->arena, x->in.path) : NULL;

	*ret_match = find(x, method, x->in.path);
	/* The console has no second issuer at AUTH_HOST. */
	if (*ret_match == MATCH_FOUND && is_of_issuer(x)) {
		TRY(issuer_load_console(x->worker));
		if (strcmp(x->in.path_pairs.items[0].value, x->worker->console_client_id) == 0) {
			x->rq.route = NULL;
			*ret_match = MATCH_NO_PATH;
		}
	}
	if (*ret_match != MATCH_NO_PATH || below == NULL)
		return OK;
	TRY(issuer_load_console(x->worker));
	if (x->worker->console_client_id[0] == '\0')
		return OK;
	x->in.is_root_issuer = true;
	*ret_match = find(x, method, arena_printf(x->arena, "/p/%s%s", x->worker->console_client_id, below));
	return OK;
}
