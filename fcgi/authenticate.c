/*
 * Who is asking. One statement finds the credential and all it works on (security.md TN-*, conventions.md sections 4 and 5);
 * tenant.c then judges organization, project and environment.
 */
#include "fcgi/pipeline.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/lifetimes.h"
#include "lib/secrets.h"
#include "sql/gen/queries.h"
#include "sys/log.h"

static enum err
unauthorized(struct exchange *x, const char *reason)
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
		.scopes = kind == CREDENTIAL_SERVICE_KEY ? r->scopes : NULL,
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
		.override_role = role_parse(r->override_role),
	};
}

static void
take_row(struct request *rq, const struct credential_row *r)
{
	rq->credential = credential_of(r);
	rq->user = user_of(r);
	rq->org = org_of(r);
	rq->project = project_of(r);
	rq->console_id = r->console_id;
}

/* ---- keys and tokens ---- */

static const char *
asked_project(const struct exchange *x)
{
	return x->in.path_project_id != NULL ? x->in.path_project_id : x->in.project_id;
}

static enum err
authenticate_key(struct exchange *x, const char *text)
{
	struct credential_row row;
	uint8_t digest[SECRET_DIGEST_LEN];
	enum secret_kind kind;
	enum err e;

	if (!secret_parse(text, &kind))
		return unauthorized(x, "malformed token or wrong checksum");
	if (kind != SECRET_PERSONAL_TOKEN && kind != SECRET_SERVICE_LIVE && kind != SECRET_SERVICE_TEST)
		return unauthorized(x, "not a token for this API");
	secret_digest(text, digest);
	e = q_credential_by_key(x->worker->db,
				&(struct q_credential_by_key){
				    .digest = { digest, sizeof(digest) },
				    .project_id = asked_project(x),
				    .client_id = x->in.client_id,
				},
				&row);
	if (e == ERR_NO_ROW)
		return unauthorized(x, "unknown, expired or revoked key");
	TRY(e);
	if (row.user_id != NULL && (row.org_role == NULL || row.user_status == NULL ||
				    strcmp(row.user_status, "active") != 0))
		return unauthorized(x, "the token's person isn't a member any more");
	if (row.pinned_project_id != NULL && row.project_id == NULL)
		return unauthorized(x, "the key's project is deleted");
	take_row(&x->rq, &row);
	return OK;
}

/* ---- sessions ---- */

enum err
csrf_token(const struct request *rq, const char **ret_token)
{
	uint8_t mac[32];

	TRY(keyring_mac(rq->keyring, "csrf",
			(struct bytes){ (const uint8_t *)rq->credential.id, strlen(rq->credential.id) }, mac));
	*ret_token = base64url_encode(rq->arena, (struct bytes){ mac, sizeof(mac) });
	return OK;
}

/*
 * users.md rule 5, SE-09: the exact origin, the browser's own word where it gives one, and the session's token. The sign-in pages have no such
 * token: their routes demand the exact origin of everybody, and a token of the flow.
 */
static enum err
check_csrf(struct exchange *x)
{
	const char *sent = x->in.header[HEADER_X_CSRF_TOKEN], *token;
	bool is_sign_in_page = (x->rq.route->flags & ROUTE_EXACT_ORIGIN) != 0 && (x->rq.route->auth & AUTH_PUBLIC) != 0;

	if (x->rq.route->method == GET || is_sign_in_page)
		return OK;
	if (x->rq.origin == NULL || strcmp(x->rq.origin, x->rq.config->public_url) != 0) {
		x->response.reason = "Origin isn't the public address";
		return ERR_CSRF_FAILED;
	}
	if (x->in.sec_fetch_site != NULL && strcmp(x->in.sec_fetch_site, "same-origin") != 0) {
		x->response.reason = "Sec-Fetch-Site isn't same-origin";
		return ERR_CSRF_FAILED;
	}
	TRY(csrf_token(&x->rq, &token));
	if (sent == NULL || strlen(sent) != strlen(token) || !secret_equal(sent, token, strlen(token))) {
		x->response.reason = "X-CSRF-Token is missing or of another session";
		return ERR_CSRF_FAILED;
	}
	return OK;
}

static enum err
find_session(struct exchange *x, const uint8_t digest[SECRET_DIGEST_LEN], const char *org_id,
	     struct credential_row *ret_row)
{
	return q_credential_by_session(x->worker->db,
				       &(struct q_credential_by_session){
					   .digest = { digest, SECRET_DIGEST_LEN },
					   .project_id = asked_project(x),
					   .org_id = org_id,
					   .idle_since = x->rq.now_ms - SESSION_IDLE_MS,
				       },
				       ret_row);
}

/* A session whose last organization is gone works in the person's oldest one: two statements more, once. */
static enum err
find_session_in_oldest_org(struct exchange *x, const uint8_t digest[SECRET_DIGEST_LEN],
			   struct credential_row *row)
{
	struct q_session_oldest_org_row oldest;
	enum err e = q_session_oldest_org(
	    x->worker->db,
	    &(struct q_session_oldest_org){ .project_id = row->console_id, .user_id = row->user_id }, &oldest);

	if (e == ERR_NO_ROW)
		return OK;
	TRY(e);
	return find_session(x, digest, oldest.org_id, row);
}

/* TN-01: what isn't the person's looks like what isn't there; ids that are both theirs but disagree are a 400. */
static enum err
judge_asked_ids(struct exchange *x, const struct credential_row *row, const char *org_id)
{
	if (asked_project(x) != NULL && (row->asked_project_id == NULL || row->asked_project_member_id == NULL))
		return ERR_NOT_FOUND;
	if (org_id != NULL && row->org_id == NULL)
		return ERR_NOT_FOUND;
	if (org_id != NULL && row->asked_project_org_id != NULL &&
	    strcmp(org_id, row->asked_project_org_id) != 0)
		return ERR_AMBIGUOUS_ORG;
	if (x->in.path_org_id != NULL && x->in.org_id != NULL && strcmp(x->in.path_org_id, x->in.org_id) != 0)
		return ERR_AMBIGUOUS_ORG;
	if (x->in.path_project_id != NULL && x->in.project_id != NULL &&
	    strcmp(x->in.path_project_id, x->in.project_id) != 0)
		return ERR_AMBIGUOUS_PROJECT;
	return OK;
}

static enum err
authenticate_session(struct exchange *x, const char *cookie)
{
	const char *org_id = x->in.path_org_id != NULL ? x->in.path_org_id : x->in.org_id;
	struct credential_row row;
	uint8_t digest[SECRET_DIGEST_LEN];
	enum err e;

	secret_digest(cookie, digest);
	e = find_session(x, digest, org_id, &row);
	if (e == ERR_NO_ROW)
		return unauthorized(x, "unknown, expired or ended session");
	TRY(e);
	if (row.org_id == NULL && org_id == NULL && asked_project(x) == NULL)
		TRY(find_session_in_oldest_org(x, digest, &row));
	take_row(&x->rq, &row);
	TRY(check_csrf(x));
	if ((x->rq.route->auth & AUTH_SESSION) == 0)
		return OK;	/* authenticate() says what is allowed */
	return judge_asked_ids(x, &row, org_id);
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
	    scheme != AUTHORIZATION_BEARER)
		return unauthorized(x, "Authorization isn't a bearer token");
	return OK;
}

static unsigned
kind_bit(enum credential_kind kind)
{
	switch (kind) {
	case CREDENTIAL_SESSION:
		return AUTH_SESSION;
	case CREDENTIAL_PERSONAL_TOKEN:
		return AUTH_PERSONAL_TOKEN;
	case CREDENTIAL_SERVICE_KEY:
		return AUTH_SERVICE_KEY;
	case CREDENTIAL_NONE:
		break;
	}
	return 0;
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
	x->rq.user = (struct caller_user){ .id = NULL };
	x->rq.org = (struct caller_org){ .id = NULL };
	x->rq.project = (struct caller_project){ .id = NULL };
}

static enum err
authenticate_public(struct exchange *x)
{
	enum err e;

	if ((x->rq.route->auth & AUTH_SESSION) == 0 || x->in.session_cookies.count != 1)
		return OK;
	e = authenticate_session(x, x->in.session_cookies.items[0]);
	if (e == ERR_UNAUTHORIZED || e == ERR_CSRF_FAILED) {
		forget_caller(x);	/* as nobody */
		return OK;
	}
	return e;
}

/* SE-10: pages of others can't start or end a sign-in here. */
static enum err
check_own_origin(struct exchange *x)
{
	const struct config *config = x->rq.config;
	const char *own = x->rq.site == SITE_AUTH ? config->auth_url : config->public_url;

	if ((x->rq.route->flags & ROUTE_EXACT_ORIGIN) == 0)
		return OK;
	if (x->rq.origin == NULL || strcmp(x->rq.origin, own) != 0) {
		x->response.reason = "Origin isn't ours";
		return ERR_CSRF_FAILED;
	}
	return OK;
}

enum err
authenticate(struct exchange *x)
{
	const char *token;

	TRY(check_own_origin(x));
	if ((x->rq.route->auth & AUTH_PUBLIC) != 0)
		return authenticate_public(x);
	TRY(find_token(x, &token));
	if (token != NULL) {
		TRY(authenticate_key(x, token));
	} else {
		if (x->in.session_cookies.count > 1) {
			reply_cookie(&x->rq, SESSION_COOKIE, "", 0);	/* HT-05 */
			return unauthorized(x, "two session cookies");
		}
		if (x->in.session_cookies.count == 0 || x->rq.site != SITE_MAIN)
			return unauthorized(x, "no credential");
		TRY(authenticate_session(x, x->in.session_cookies.items[0]));
	}
	return check_kind(x);
}
