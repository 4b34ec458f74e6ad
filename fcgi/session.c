/*
 * A browser that is signed in: a person of the console on HOST, or a project's own user, whose
 * project has a cookie of its own. A project's user is a credential kind of its own and takes no
 * organization, so that no route of the console ever mistakes one for a person of it.
 */
#include "fcgi/pipeline.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/lifetimes.h"
#include "lib/secrets.h"
#include "sql/gen/queries.h"

/* ---- the cookie: tokens joined by '.', the active account's first ---- */

#define TOKEN_LEN ((size_t)43)

static const char *
cookie_name(struct arena *arena, const char *client_id)
{
	return client_id == NULL ? SESSION_COOKIE
				 : arena_printf(arena, "%s-%s", SESSION_COOKIE, client_id);
}

static struct strings
find_cookies(const struct exchange *x, const char *name)
{
	struct strings found = { .count = 0 };

	for (size_t i = 0; i < x->in.cookie_headers.count; i++)
		http_find_cookies(x->arena, x->in.cookie_headers.items[i], name, &found);
	return found;
}

/* False for what we never set. */
static bool
split_tokens(struct arena *arena, const char *value, struct browser *browser)
{
	for (const char *at = value;; at += TOKEN_LEN + 1) {
		if (browser->count == BROWSER_ACCOUNTS_MAX || strcspn(at, ".") != TOKEN_LEN)
			return false;
		browser->tokens[browser->count++] = arena_strndup(arena, at, TOKEN_LEN);
		if (at[TOKEN_LEN] == '\0')
			return true;
	}
}

struct browser
request_browser(const struct request *rq, const char *client_id)
{
	const struct exchange *x = exchange_of(rq);
	struct browser browser = { .cookie_name = cookie_name(rq->arena, client_id) };
	struct strings found = find_cookies(x, browser.cookie_name);

	if (found.count != 1 || !split_tokens(rq->arena, found.items[0], &browser))
		browser.count = 0;
	return browser;
}

void
browser_drop_active(struct browser *browser)
{
	for (size_t i = 1; i < browser->count; i++)
		browser->tokens[i - 1] = browser->tokens[i];
	if (browser->count > 0)
		browser->count--;
}

void
browser_reply(const struct request *rq, const struct browser *browser,
	      const struct session_policy *policy)
{
	struct buffer value = buffer_new(rq->arena);

	for (size_t i = 0; i < browser->count; i++) {
		if (i > 0)
			buffer_char(&value, '.');
		buffer_text(&value, browser->tokens[i]);
	}
	arena_wipe_later(rq->arena, value.data, value.len);
	reply_cookie(rq, browser->cookie_name, buffer_string(&value),
		     browser->count == 0 ? 0 : policy->max_ms / SECOND_MS);
}

const char *
request_cookie(const struct request *rq, const char *name)
{
	struct strings found = find_cookies(exchange_of(rq), name);

	return found.count == 1 ? found.items[0] : NULL;
}

const char *
request_own_url(const struct request *rq)
{
	return rq->site == SITE_AUTH ? rq->config->auth_url : rq->config->public_url;
}

bool
session_is_of_projects(const struct exchange *x)
{
	return x->in.site == SITE_AUTH || strcmp(x->rq.config->public_url, x->rq.config->auth_url) == 0;
}

enum err
session_read_cookie(struct exchange *x)
{
	const char *client_id = x->in.header[HEADER_X_CLIENT_ID];
	unsigned auth = x->rq.route->auth;

	if ((auth & AUTH_PROJECT_USER) != 0 && client_id != NULL && session_is_of_projects(x)) {
		if (!id_is_valid(ID_PUBLIC_PROJECT, client_id)) {
			x->response.message = "X-Client-Id isn't a well-formed id of a project.";
			return ERR_INVALID_ID;
		}
		if (x->rq.own_issuer != NULL && strcmp(client_id, x->rq.own_client_id) != 0)
			return ERR_NOT_FOUND;
		x->in.session_client_id = client_id;
	} else if (x->in.site != SITE_MAIN ||
		   (auth & (AUTH_SESSION | AUTH_PUBLIC)) == AUTH_PUBLIC) {
		return OK; /* no project owns AUTH_HOST */
	}
	x->in.session_cookie_name = cookie_name(x->arena, x->in.session_client_id);
	x->in.session_cookies = find_cookies(x, x->in.session_cookie_name);
	return OK;
}

/* ---- the proof that our own page asks ---- */

enum err
csrf_token(const struct request *rq, const char **ret_token)
{
	uint8_t mac[32];

	TRY(keyring_mac(
	    rq->keyring, "csrf",
	    (struct bytes){ (const uint8_t *)rq->credential.id, strlen(rq->credential.id) }, mac));
	*ret_token = base64url_encode(rq->arena, (struct bytes){ mac, sizeof(mac) });
	return OK;
}

/*
 * users.md rule 5, SE-09: the exact origin, the browser's own word where it gives one, and the
 * session's token. The sign-in pages have no such token: their routes demand the exact origin of
 * everybody, and a token of the flow.
 */
static enum err
check_csrf(struct exchange *x)
{
	const char *sent = x->in.header[HEADER_X_CSRF_TOKEN], *token;
	bool is_sign_in_page = (x->rq.route->flags & ROUTE_EXACT_ORIGIN) != 0 &&
			       (x->rq.route->auth & AUTH_PUBLIC) != 0;

	if (x->rq.route->method == GET || is_sign_in_page)
		return OK;
	if (x->rq.origin == NULL || strcmp(x->rq.origin, request_own_url(&x->rq)) != 0) {
		x->response.reason = "Origin isn't our own address";
		return ERR_CSRF_FAILED;
	}
	if (x->in.sec_fetch_site != NULL && strcmp(x->in.sec_fetch_site, "same-origin") != 0) {
		x->response.reason = "Sec-Fetch-Site isn't same-origin";
		return ERR_CSRF_FAILED;
	}
	TRY(csrf_token(&x->rq, &token));
	if (sent == NULL || strlen(sent) != strlen(token) ||
	    !secret_equal(sent, token, strlen(token))) {
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
					   .project_id = authenticate_asked_project(x),
					   .org_id = org_id,
					   .idle_since = x->rq.now_ms - SESSION_IDLE_MS,
				       },
				       ret_row);
}

/* A session whose last organization is gone works in the person's oldest one: two statements more,
 * once. */
static enum err
find_session_in_oldest_org(struct exchange *x, const uint8_t digest[SECRET_DIGEST_LEN],
			   struct credential_row *row)
{
	struct q_session_oldest_org_row oldest;
	enum err e = q_session_oldest_org(
	    x->worker->db,
	    &(struct q_session_oldest_org){ .project_id = row->console_id, .user_id = row->user_id },
	    &oldest);

	if (e == ERR_NO_ROW)
		return OK;
	TRY(e);
	return find_session(x, digest, oldest.org_id, row);
}

/* TN-01: what isn't the person's looks like what isn't there; ids that are both theirs but disagree
 * are a 400. */
static enum err
judge_asked_ids(struct exchange *x, const struct credential_row *row, const char *org_id)
{
	if (authenticate_asked_project(x) != NULL &&
	    (row->asked_project_id == NULL || row->asked_project_member_id == NULL))
		return ERR_NOT_FOUND;
	if (org_id != NULL && row->org_id == NULL)
		return ERR_NOT_FOUND;
	if (org_id != NULL && row->asked_project_org_id != NULL &&
	    strcmp(org_id, row->asked_project_org_id) != 0)
		return ERR_AMBIGUOUS_ORG;
	if (x->in.path_org_id != NULL && x->in.org_id != NULL &&
	    strcmp(x->in.path_org_id, x->in.org_id) != 0)
		return ERR_AMBIGUOUS_ORG;
	if (x->in.path_project_id != NULL && x->in.project_id != NULL &&
	    strcmp(x->in.path_project_id, x->in.project_id) != 0)
		return ERR_AMBIGUOUS_PROJECT;
	return OK;
}

static enum err
judge_policy(struct exchange *x, const char *settings_body, int64_t created_at,
	     int64_t last_seen_at)
{
	x->rq.credential.policy = session_policy_parse(x->arena, settings_body);
	if (!session_policy_allows(&x->rq.credential.policy, created_at, last_seen_at,
				   x->rq.now_ms))
		return authenticate_unauthorized(
		    x, "the session is older than the project's policy allows");
	return OK;
}

static enum err
authenticate_console(struct exchange *x, const uint8_t digest[SECRET_DIGEST_LEN])
{
	const char *org_id = x->in.path_org_id != NULL ? x->in.path_org_id : x->in.org_id;
	struct credential_row row;
	enum err e = find_session(x, digest, org_id, &row);

	if (e == ERR_NO_ROW)
		return authenticate_unauthorized(x, "unknown, expired or ended session");
	TRY(e);
	if (row.org_id == NULL && org_id == NULL && authenticate_asked_project(x) == NULL)
		TRY(find_session_in_oldest_org(x, digest, &row));
	authenticate_take_row(&x->rq, &row);
	TRY(judge_policy(x, row.settings_body, row.session_created_at, row.last_seen_at));
	TRY(check_csrf(x));
	if ((x->rq.route->auth & AUTH_SESSION) == 0)
		return OK; /* authenticate() says what is allowed */
	return judge_asked_ids(x, &row, org_id);
}

/* ---- a project's own user ---- */

const char *
project_user_label(const char *email, const char *username, const char *phone, const char *id)
{
	return email != NULL ? email : username != NULL ? username : phone != NULL ? phone : id;
}

/* How audit rows name them; whoever acts in their name is named too (users.md rule 32). */
static const char *
label_of(struct exchange *x, const struct project_session_row *r)
{
	const char *own = project_user_label(r->email, r->username, r->phone, r->user_id);

	if (r->impersonator_id == NULL)
		return own;
	return arena_printf(x->arena, "%s (by %s)", own,
			    r->impersonator_email != NULL ? r->impersonator_email
							  : r->impersonator_id);
}

static void
take_project_user(struct exchange *x, const struct project_session_row *r)
{
	x->rq.credential = (struct credential){
		.kind = CREDENTIAL_PROJECT_USER,
		.id = r->id,
		.expires_at = r->expires_at,
		.rate_limit_per_minute = NONE,
		.authenticated_at = r->authenticated_at,
		.impersonator_id = r->impersonator_id,
		.impersonator_email = r->impersonator_email,
	};
	x->rq.user = (struct caller_user){
		.id = r->user_id,
		.project_id = r->project_id,
		.project_org_id = r->org_id,
		.label = label_of(x, r),
		.email = r->email,
		.email_verified = r->email_verified_at != NONE,
		.name = r->user_name,
		.username = r->username,
		.locale = r->locale,
		.created_at = r->user_created_at,
	};
	x->rq.console_id = r->console_id;
}

/* One statement: the digest must be of a session of the very project that the cookie's name says.
 */
static enum err
authenticate_project_user(struct exchange *x, const uint8_t digest[SECRET_DIGEST_LEN])
{
	struct project_session_row row;
	enum err e = q_credential_by_project_session(x->worker->db,
						     &(struct q_credential_by_project_session){
							 .digest = { digest, SECRET_DIGEST_LEN },
							 .client_id = x->in.session_client_id,
						     },
						     &row);

	if (e == ERR_NO_ROW)
		return authenticate_unauthorized(
		    x, "unknown, expired or ended session of this project");
	TRY(e);
	take_project_user(x, &row);
	TRY(judge_policy(x, row.settings_body, row.session_created_at, row.last_seen_at));
	return check_csrf(x);
}

enum err
authenticate_session(struct exchange *x)
{
	uint8_t digest[SECRET_DIGEST_LEN];

	x->rq.browser = request_browser(&x->rq, x->in.session_client_id);
	if (x->rq.browser.count == 0)
		return authenticate_unauthorized(x, "malformed session cookie");
	secret_digest(x->rq.browser.tokens[0], digest);
	return x->in.session_client_id == NULL ? authenticate_console(x, digest)
					       : authenticate_project_user(x, digest);
}

/* ---- a visitor of a site on another host ---- */

static bool
may_lead_to_sign_in(const struct exchange *x)
{
	const struct name_values *pairs = &x->in.query_pairs;

	for (size_t i = 0; i < pairs->count; i++)
		if (strcmp(pairs->items[i].name, "redirect") == 0)
			return x->in.visited_uri != NULL &&
			       strcmp(pairs->items[i].value, "true") == 0;
	return false;
}

static enum err
refuse_visitor(struct exchange *x, const char *reason)
{
	if (may_lead_to_sign_in(x))
		reply_header(&x->rq, "X-Gatehouse-Sign-In",
			     arena_printf(x->arena, "/_gatehouse/sign_in?return_to=%s",
					  percent_encode(x->arena, x->in.visited_uri)));
	return authenticate_unauthorized(x, reason);
}

enum err
authenticate_site_visitor(struct exchange *x)
{
	const char *token = request_cookie(&x->rq, SITE_COOKIE);
	struct project_session_row row;
	uint8_t digest[SECRET_DIGEST_LEN];
	enum err e;

	if (token == NULL || x->in.client_id == NULL || strlen(token) != TOKEN_LEN)
		return refuse_visitor(x, "no credential");
	secret_digest(token, digest);
	e = q_credential_by_site_session(
	    x->worker->db,
	    &(struct q_credential_by_site_session){ .digest = { digest, SECRET_DIGEST_LEN },
						    .client_id = x->in.client_id },
	    &row);
	if (e == ERR_NO_ROW)
		return refuse_visitor(x, "unknown, expired or ended session at this site");
	TRY(e);
	take_project_user(x, &row);
	x->rq.project = (struct caller_project){ .id = row.project_id, .client_id = x->in.client_id };
	e = judge_policy(x, row.settings_body, row.session_created_at, row.last_seen_at);
	return e == ERR_UNAUTHORIZED ? refuse_visitor(x, x->response.reason) : e;
}
