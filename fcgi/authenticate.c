/*
 * Who is asking. One statement finds the credential and all it works on (security.md TN-*, conventions.md sections 4 and 5);
 * tenant.c then judges organization, project and environment.
 */
#include "fcgi/pipeline.h"

#include <string.h>

#include "fcgi/project_token.h"
#include "lib/encode.h"
#include "lib/oauth.h"
#include "lib/resources.h"
#include "lib/secrets.h"
#include "sql/gen/queries.h"
#include "sys/log.h"

enum err
authenticate_unauthorized(struct exchange *x, const char *reason)
{
	x->response.reason = reason;
	return ERR_UNAUTHORIZED;
}

/* ---- the row's parts ---- */

static enum credential_kind
kind_of(const struct credential_row *r)
{
	if (r->kind == NULL)
		return CREDENTIAL_SESSION;
	if (strcmp(r->kind, "oauth") == 0)
		return CREDENTIAL_OAUTH;
	return strcmp(r->kind, "personal") == 0 ? CREDENTIAL_PERSONAL_TOKEN : CREDENTIAL_SERVICE_KEY;
}

static struct credential
credential_of(const struct credential_row *r)
{
	enum credential_kind kind = kind_of(r);

	return (struct credential){
		.kind = kind,
		.id = r->id,
		.name = r->name,
		.prefix = r->prefix,
		.last4 = r->last4,
		.environment = r->environment,
		.scopes = kind == CREDENTIAL_SERVICE_KEY || kind == CREDENTIAL_OAUTH ? r->scopes : NULL,
		.expires_at = r->expires_at,
		.pinned_project_id = r->pinned_project_id,
		.rate_limit_per_minute = r->rate_limit_per_minute,
		.authenticated_at = r->authenticated_at,
	};
}

static struct caller_user
user_of(const struct credential_row *r)
{
	if (r->user_id == NULL)
		return (struct caller_user){ .id = NULL };
	return (struct caller_user){
		.id = r->user_id,
		.project_id = r->console_id,
		.project_org_id = r->operator_org_id,
		.email = r->email,
		.email_verified = r->email_verified_at != NONE,
		.name = r->user_name,
		.username = r->username,
		.locale = r->locale,
		.created_at = r->user_created_at,
	};
}

static struct caller_org
org_of(const struct credential_row *r)
{
	if (r->org_id == NULL)
		return (struct caller_org){ .id = NULL };
	return (struct caller_org){
		.id = r->org_id,
		.name = r->org_name,
		.slug = r->org_slug,
		.status = r->org_status,
		.default_project_id = r->default_project_id,
		.role = r->user_id == NULL ? ROLE_NONE : role_parse(r->org_role),
		.is_operator = strcmp(r->org_id, r->operator_org_id) == 0,
	};
}

static struct caller_project
project_of(const struct credential_row *r)
{
	if (r->project_id == NULL)
		return (struct caller_project){ .id = NULL };
	return (struct caller_project){
		.id = r->project_id,
		.client_id = r->client_id,
		.name = r->project_name,
		.slug = r->project_slug,
		.environment = r->project_environment,
		.is_console = strcmp(r->project_id, r->console_id) == 0,
		.has_rate_limit = r->requests_per_minute != NONE,
		.requests_per_minute = r->requests_per_minute,
		.meters_full_until = r->meters_full_until,
		.override_role = role_parse(r->override_role),
	};
}

void
authenticate_take_row(struct request *rq, const struct credential_row *r)
{
	rq->credential = credential_of(r);
	rq->user = user_of(r);
	rq->org = org_of(r);
	rq->project = project_of(r);
	rq->console_id = r->console_id;
}

/* ---- keys and tokens ---- */

const char *
authenticate_asked_project(const struct exchange *x)
{
	return x->in.path_project_id != NULL ? x->in.path_project_id : x->in.project_id;
}

static enum err
authenticate_key(struct exchange *x, const uint8_t digest[SECRET_DIGEST_LEN])
{
	struct credential_row row;
	enum err e = q_credential_by_key(x->worker->db,
				&(struct q_credential_by_key){
				    .digest = { digest, SECRET_DIGEST_LEN },
				    .project_id = authenticate_asked_project(x),
				    .client_id = x->in.client_id,
				},
				&row);
	if (e == ERR_NO_ROW)
		return authenticate_unauthorized(x, "unknown, expired or revoked key");
	TRY(e);
	if (row.user_id != NULL && (row.org_role == NULL || row.user_status == NULL ||
				    strcmp(row.user_status, "active") != 0))
		return authenticate_unauthorized(x, "the token's person isn't a member any more");
	if (row.pinned_project_id != NULL && row.project_id == NULL)
		return authenticate_unauthorized(x, "the key's project is deleted");
	authenticate_take_row(&x->rq, &row);
	return OK;
}

/* ---- access tokens of the console ---- */

/* A token for the API isn't one for the MCP server, nor the other way round (rule 42). */
static bool
is_for_this_resource(const struct exchange *x, struct bytes resource)
{
	bool is_mcp = (x->rq.route->flags & ROUTE_MCP) != 0 || x->is_inner;
	const char *wanted = arena_printf(x->arena, "%s/%s", x->rq.config->public_url, is_mcp ? "mcp" : "api");

	return bytes_are(resource, wanted);
}

/* As the client must have called it: by our own name, without what a query may add (RFC 9449 section 4.3). */
static const char *
called_url(const struct exchange *x)
{
	return arena_printf(x->arena, "%s%s", request_own_url(&x->rq), x->in.path);
}

static enum err
refuse_proof(struct exchange *x, enum err e)
{
	if (e != ERR_INVALID_DPOP_PROOF && e != ERR_USE_DPOP_NONCE)
		return e;
	x->response.challenge = challenge_of_token(x, error_oauth_code(e));
	return authenticate_unauthorized(x, arena_printf(x->arena, "the proof of possession: %s", error_oauth_code(e)));
}

/* DP-02: a bound token comes with its key's proof and as "DPoP", any other as "Bearer". */
enum err
authenticate_possession(struct exchange *x, const struct possession *of, const char *bound_to)
{
	struct possession asked = *of;
	const char *jkt;

	asked.url = called_url(x);
	if (x->in.is_dpop != (bound_to != NULL))
		return authenticate_unauthorized(x, "a bound token as Bearer, or one that isn't as DPoP");
	if (!x->in.is_dpop || x->is_inner)
		return OK;	/* what is called inside was proven outside */
	enum err e = request_possession_find(&x->rq, &asked, &jkt);
	if (e == OK && jkt == NULL)
		e = ERR_INVALID_DPOP_PROOF;
	if (e != OK)
		return refuse_proof(x, e);
	return strcmp(jkt, bound_to) == 0 ? OK : authenticate_unauthorized(x, "the proof is another key's");
}

static enum err
authenticate_access_token(struct exchange *x, const char *text, const uint8_t digest[SECRET_DIGEST_LEN])
{
	struct credential_row row;
	enum err e = q_credential_by_access_token(x->worker->db,
						  &(struct q_credential_by_access_token){
						      .digest = { digest, SECRET_DIGEST_LEN },
						      .project_id = authenticate_asked_project(x),
						  },
						  &row);

	if (e == ERR_NO_ROW)
		return authenticate_unauthorized(x, "unknown, expired or revoked access token, or nobody's any more");
	TRY(e);
	if (!is_for_this_resource(x, row.resource))
		return authenticate_unauthorized(x, "the access token is for another resource");
	const struct possession asked = {
		.project_id = row.console_id,
		.access_token = text,
		.wants_nonce = row.dpop_require_nonce,
	};
	TRY(authenticate_possession(x, &asked, row.dpop_jkt));
	authenticate_take_row(&x->rq, &row);
	return OK;
}

static enum err
authenticate_token(struct exchange *x, const char *text)
{
	uint8_t digest[SECRET_DIGEST_LEN];
	enum secret_kind kind;

	if (!secret_parse(text, &kind))
		return authenticate_unauthorized(x, "malformed token or wrong checksum");
	secret_digest(text, digest);
	if (kind == SECRET_ACCESS_TOKEN)
		return authenticate_access_token(x, text, digest);
	if (x->in.is_dpop)
		return authenticate_unauthorized(x, "neither keys nor personal tokens are bound to a key");
	if (kind == SECRET_PERSONAL_TOKEN || kind == SECRET_SERVICE_LIVE || kind == SECRET_SERVICE_TEST)
		return authenticate_key(x, digest);
	return authenticate_unauthorized(x, "not a token for this API");
}

/* ---- which of them ---- */

/* Authorization decides alone when it is there; X-Auth-Token is for proxies that strip it (conventions.md section 4). */
static enum err
find_token(struct exchange *x, const char **ret_token)
{
	const char *header = x->in.header[HEADER_AUTHORIZATION];
	enum authorization_scheme scheme;

	*ret_token = NULL;
	if (header == NULL) {
		*ret_token = x->in.header[HEADER_X_AUTH_TOKEN];
		return OK;
	}
	if (http_parse_authorization(x->arena, header, &scheme, ret_token) != OK ||
	    (scheme != AUTHORIZATION_BEARER && scheme != AUTHORIZATION_DPOP))
		return authenticate_unauthorized(x, "Authorization is neither a bearer token nor a bound one");
	x->in.is_dpop = scheme == AUTHORIZATION_DPOP;
	return OK;
}

static unsigned
kind_bit(enum credential_kind kind)
{
	switch (kind) {
	case CREDENTIAL_SESSION:
		return AUTH_SESSION;
	case CREDENTIAL_PROJECT_USER:
		return AUTH_PROJECT_USER;
	case CREDENTIAL_PERSONAL_TOKEN:
		return AUTH_PERSONAL_TOKEN;
	case CREDENTIAL_SERVICE_KEY:
		return AUTH_SERVICE_KEY;
	case CREDENTIAL_OAUTH:
		return AUTH_OAUTH;
	case CREDENTIAL_CLIENT:
		return AUTH_CLIENT;
	case CREDENTIAL_PROJECT_TOKEN:
		return AUTH_USER_TOKEN;
	case CREDENTIAL_NONE:
		break;
	}
	return 0;
}

bool
request_may_call(const struct request *rq, const struct route *route)
{
	return (route->auth & kind_bit(rq->credential.kind)) != 0;
}

static enum err
check_kind(struct exchange *x)
{
	const struct route *route = x->rq.route;
	const struct credential *c = &x->rq.credential;

	if ((route->auth & kind_bit(c->kind)) == 0)
		return ERR_CREDENTIAL_NOT_ALLOWED;
	if ((route->flags & ROUTE_UNPINNED_KEY) != 0 && c->pinned_project_id != NULL) {
		x->response.message = "A key that is pinned to a project can't do that.";
		return ERR_CREDENTIAL_NOT_ALLOWED;
	}
	return OK;
}

static void
forget_caller(struct exchange *x)
{
	x->response.reason = NULL;
	x->rq.credential = (struct credential){ .kind = CREDENTIAL_NONE };
	x->rq.browser = (struct browser){ .count = 0 };
	x->rq.user = (struct caller_user){ .id = NULL };
	x->rq.org = (struct caller_org){ .id = NULL };
	x->rq.project = (struct caller_project){ .id = NULL };
}

static enum err
authenticate_public(struct exchange *x)
{
	enum err e;

	if (x->in.session_cookies.count != 1)
		return OK;
	e = authenticate_session(x);
	if (e == ERR_UNAUTHORIZED || e == ERR_CSRF_FAILED) {
		forget_caller(x);	/* as nobody */
		return OK;
	}
	return e;
}

bool
request_is_of_own_page(const struct request *rq)
{
	return rq->origin != NULL && strcmp(rq->origin, request_own_url(rq)) == 0;
}

/* "http://localhost:*" matches any port, anything else is exact; words with spaces between. */
static bool
is_listed(const char *list, const char *origin)
{
	for (const char *at = list; *at != '\0';) {
		size_t len = strcspn(at, " ");
		bool is_any_port = len > 2 && strncmp(at + len - 2, ":*", 2) == 0;
		size_t fixed = is_any_port ? len - 1 : len;

		if (strncmp(origin, at, fixed) == 0 &&
		    (is_any_port ? strspn(origin + fixed, "0123456789") == strlen(origin + fixed) : origin[fixed] == '\0'))
			return true;
		at += len + (at[len] == ' ');
	}
	return false;
}

/* Rule 43: a page elsewhere that has got hold of a token, or rebinds a name, stays outside. */
static enum err
check_mcp_origin(struct exchange *x)
{
	const char *origin = x->rq.origin;

	if ((x->rq.route->flags & ROUTE_MCP) == 0 || origin == NULL || request_is_of_own_page(&x->rq) ||
	    is_listed(x->rq.config->mcp.allowed_origins, origin))
		return OK;
	x->response.message = "Pages of this origin aren't allowed (mcp.allowed_origins).";
	return ERR_FORBIDDEN;
}

/* SE-10: pages of others can't start or end a sign-in here. */
static enum err
check_own_origin(struct exchange *x)
{
	if ((x->rq.route->flags & ROUTE_EXACT_ORIGIN) == 0 || (x->rq.route->flags & ROUTE_OWN_SCREENS) != 0)
		return OK;
	if (!request_is_of_own_page(&x->rq)) {
		x->response.reason = "Origin isn't ours";
		return ERR_CSRF_FAILED;
	}
	return OK;
}

/* Rule 22: what a project's app may do as its user, and nothing that only the person in their own browser may. */
static enum err
authenticate_app_of_user(struct exchange *x, const char *token)
{
	TRY(authenticate_user_token(x, token));
	TRY(check_kind(x));
	if (scope_has(x->rq.credential.scopes, ACCOUNT_SCOPE))
		return OK;
	x->response.message = "This needs the scope " ACCOUNT_SCOPE ".";
	x->response.challenge = challenge_of_account_scope(x);
	return ERR_INSUFFICIENT_SCOPE;
}

/* A public route that shows some callers more: who brings a credential is judged by it. */
static bool
comes_with_token(const struct exchange *x)
{
	return (x->rq.route->auth & AUTH_SERVICE_KEY) != 0 &&
	       (x->in.header[HEADER_AUTHORIZATION] != NULL || x->in.header[HEADER_X_AUTH_TOKEN] != NULL);
}

enum err
authenticate(struct exchange *x)
{
	const char *token;

	TRY(check_own_origin(x));
	TRY(check_mcp_origin(x));
	if (client_is_asking(x)) {
		TRY(authenticate_client(x));
		return check_kind(x);
	}
	TRY(authenticate_client_in_body(x));
	if (x->in.is_client_in_body)
		return OK;
	if ((x->rq.route->auth & AUTH_PUBLIC) != 0 && !comes_with_token(x))
		return authenticate_public(x);
	TRY(find_token(x, &token));
	/* What a page could make a browser send is no reason to act for its person. */
	if (token == NULL && (x->rq.route->flags & ROUTE_MCP) != 0)
		return authenticate_unauthorized(x, "no token");
	if (token != NULL && (x->rq.route->flags & ROUTE_AUTH_REQUEST) != 0 && project_token_is_one(token))
		return authenticate_project_token(x, token);
	if (token != NULL && (x->rq.route->auth & AUTH_PROJECT_USER) != 0 && project_token_is_one(token))
		return authenticate_app_of_user(x, token);
	if (token != NULL) {
		TRY(authenticate_token(x, token));
	} else if ((x->rq.route->flags & ROUTE_AUTH_REQUEST) != 0) {
		return authenticate_site_visitor(x);
	} else {
		if (x->in.session_cookies.count > 1) {
			reply_cookie(&x->rq, x->in.session_cookie_name, "", 0);	/* HT-05 */
			return authenticate_unauthorized(x, "two session cookies");
		}
		if (x->in.session_cookies.count == 0)
			return authenticate_unauthorized(x, "no credential");
		TRY(authenticate_session(x));
	}
	return check_kind(x);
}
