/*
 * What the request works on (conventions.md section 5), judged from the row that authenticate.c found, and whether it may.
 */
#include "fcgi/pipeline.h"

#include <string.h>

#include "lib/lifetimes.h"

#include "sql/gen/queries.h"

static bool
is_project_tenant(enum tenant tenant)
{
	return tenant == TENANT_PROJECT || tenant == TENANT_PROJECT_IN_PATH;
}

static bool
differ(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) != 0;
}

/* Ids that a token or key may name beside its own organization. Sessions were judged with their row. */
static enum err
judge_org(struct exchange *x)
{
	const struct request *rq = &x->rq;

	if (rq->credential.kind == CREDENTIAL_SESSION)
		return OK;
	if (differ(x->in.path_org_id, rq->org.id))
		return ERR_NOT_FOUND;
	if (differ(x->in.org_id, rq->org.id))
		return rq->credential.kind == CREDENTIAL_SERVICE_KEY ? ERR_AMBIGUOUS_ORG : ERR_ORG_MISMATCH;
	return OK;
}

/* A pinned key's project is always the tenant; another id in a header has no effect, in the path it is a 404 (TN-03). */
static enum err
judge_project_ids(struct exchange *x)
{
	const struct request *rq = &x->rq;
	const char *pin = rq->credential.pinned_project_id;

	if (rq->credential.kind == CREDENTIAL_SESSION)
		return OK;
	if (pin != NULL)
		return differ(x->in.path_project_id, pin) ? ERR_NOT_FOUND : OK;
	if ((x->in.project_id != NULL || x->in.path_project_id != NULL) && rq->project.id == NULL)
		return ERR_NOT_FOUND;
	if (differ(x->in.path_project_id, x->in.project_id))
		return ERR_AMBIGUOUS_PROJECT;
	return OK;
}

static enum err
environment_mismatch(struct exchange *x)
{
	const struct request *rq = &x->rq;
	const char *key = rq->credential.environment, *project = rq->project.environment;
	struct buffer details = buffer_new(x->arena);

	x->response.message = arena_printf(x->arena,
					   "This is a %s key, but the project is a %s project. Use a %s key or "
					   "choose a %s project.",
					   key, project, project, key);
	buffer_text(&details, "{\"key_environment\":");
	buffer_json_string(&details, key);
	buffer_text(&details, ",\"project_environment\":");
	buffer_json_string(&details, project);
	buffer_text(&details, ",\"project_id\":");
	buffer_json_string(&details, rq->project.id);
	buffer_char(&details, '}');
	x->response.details = buffer_string(&details);
	x->response.reason = "environments differ";
	return ERR_UNAUTHORIZED;
}

static enum err
judge_project(struct exchange *x)
{
	struct request *rq = &x->rq;
	bool is_key = rq->credential.kind == CREDENTIAL_SERVICE_KEY;

	/* No service key works on the console, and a personal token only reads there (conventions.md section 2). */
	if (rq->project.is_console && is_key)
		return ERR_NOT_FOUND;
	if (!is_project_tenant(rq->route->tenant))
		return OK;
	if (rq->project.id == NULL)
		return (rq->route->flags & ROUTE_AUTH_REQUEST) != 0 ? ERR_UNAUTHORIZED : ERR_NOT_FOUND;
	if (is_key && strcmp(rq->credential.environment, rq->project.environment) != 0)
		return environment_mismatch(x);	/* rule 29 */
	return OK;
}

/* Rule 21: an organization without a default project gets one, once; then the statement is asked again. */
static enum err
make_default_project(struct exchange *x)
{
	struct request *rq = &x->rq;
	struct tx tx = {
		.db = x->worker->db,
		.arena = x->arena,
		.now_ms = rq->now_ms,
		.config = rq->config,
		.keyring = rq->keyring,
		.actor = { .kind = "system", .id = rq->id, .label = "gatehoused" },
		.request_id = rq->id,
		.user_agent = "",
		.console_id = rq->console_id,
	};

	TRY(gatehouse_make_default_project(&tx, rq->org.id));
	memset(&rq->credential, 0, sizeof(rq->credential));
	memset(&rq->project, 0, sizeof(rq->project));
	return authenticate(x);
}

static bool
lacks_default_project(const struct exchange *x)
{
	const struct request *rq = &x->rq;

	return rq->org.id != NULL && rq->org.default_project_id == NULL && rq->project.id == NULL &&
	       rq->credential.pinned_project_id == NULL && x->in.project_id == NULL &&
	       x->in.path_project_id == NULL && strcmp(rq->org.status, "active") == 0;
}

static void
set_role(struct request *rq, enum role org_role, enum role override_role)
{
	rq->org.role = org_role;
	rq->project.override_role = override_role;
	rq->role = is_project_tenant(rq->route->tenant) ? role_effective(org_role, override_role) : org_role;
}

/*
 * A project's user works on their own account, is looked at where they visit a site, and asks about themselves in their own project, on routes
 * that take them.
 */
static enum err
resolve_project_user(struct request *rq)
{
	if (rq->route->tenant == TENANT_NONE || (rq->route->flags & ROUTE_AUTH_REQUEST) != 0)
		return OK;
	if (rq->route->tenant != TENANT_PROJECT || rq->user.id == NULL)
		return ERR_NOT_FOUND;
	rq->project.id = rq->user.project_id;
	rq->org.id = rq->user.project_org_id;
	return OK;
}

enum err
tenant_resolve(struct exchange *x)
{
	struct request *rq = &x->rq;
	enum tenant tenant = rq->route->tenant;

	if (rq->credential.kind == CREDENTIAL_NONE)
		return OK;
	if (rq->credential.kind == CREDENTIAL_PROJECT_USER || rq->credential.kind == CREDENTIAL_PROJECT_TOKEN)
		return resolve_project_user(rq);
	TRY(judge_org(x));
	if (lacks_default_project(x))
		TRY(make_default_project(x));
	TRY(judge_project_ids(x));
	TRY(judge_project(x));
	if (tenant == TENANT_NONE)
		return OK;
	if (rq->org.id == NULL)
		return ERR_NOT_FOUND;
	if (strcmp(rq->org.status, "suspended") == 0 && (rq->route->flags & ROUTE_SUSPENDED_OK) == 0)
		return ERR_ORG_SUSPENDED;
	set_role(rq, rq->org.role, rq->project.override_role);
	return OK;
}

enum role
role_effective(enum role org_role, enum role override_role)
{
	return org_role == ROLE_OWNER || override_role == ROLE_NONE ? org_role : override_role;
}

static enum err
read_role_again(struct exchange *x)
{
	struct request *rq = &x->rq;
	struct q_credential_role_row row;
	enum err e;

	/* Neither has a role. */
	if (rq->credential.kind == CREDENTIAL_SERVICE_KEY || rq->credential.kind == CREDENTIAL_CLIENT)
		return OK;
	e = q_credential_role(x->worker->db,
			      &(struct q_credential_role){
				  .org_id = rq->org.id,
				  .user_id = rq->user.id,
				  .project_id = rq->project.id,
			      },
			      &row);
	if (e == ERR_NO_ROW)
		return request_is_session(rq) ? ERR_NOT_FOUND : ERR_UNAUTHORIZED;
	TRY(e);
	set_role(rq, role_parse(row.org_role), role_parse(row.override_role));
	return permission_check(x);
}

enum err
request_guard(const struct request *rq, struct tx *tx)
{
	uint64_t matched = 0;

	TRY(q_org_guard(tx->db, &(struct q_org_guard){ .org_id = rq->org.id }, &matched));
	return matched == 1 ? read_role_again(exchange_of(rq)) : ERR_NOT_FOUND;
}

bool
request_is_session(const struct request *rq)
{
	return rq->credential.kind == CREDENTIAL_SESSION;
}

bool
request_is_signed_in(const struct request *rq)
{
	return request_is_session(rq) || rq->credential.kind == CREDENTIAL_PROJECT_USER;
}

const char *
request_session_id(const struct request *rq)
{
	return rq->credential.kind == CREDENTIAL_PROJECT_TOKEN ? rq->credential.token_session_id : rq->credential.id;
}

static bool
only_reads(enum permission permission)
{
	const char *name = permission_name(permission), *dot = strchr(name, '.');

	return dot != NULL && strcmp(dot, ".read") == 0;
}

static bool
is_operator(const struct request *rq)
{
	return request_is_session(rq) && rq->org.is_operator && rq->org.role >= ROLE_ADMIN;
}

/* What an OAuth token was granted narrows what its person may do; nothing else does. */
static bool
scopes_allow(const struct request *rq, enum permission permission)
{
	return rq->credential.kind != CREDENTIAL_OAUTH || scopes_contain(rq->credential.scopes, permission);
}

bool
request_may(const struct request *rq, enum permission permission)
{
	enum role role = permission_is_org_level(permission) ? rq->org.role : rq->role;

	if (rq->credential.kind == CREDENTIAL_CLIENT || rq->credential.kind == CREDENTIAL_PROJECT_USER ||
	    rq->credential.kind == CREDENTIAL_PROJECT_TOKEN)
		return permission == rq->route->permission;	/* what they were let in for */
	if (permission == PERM_INSTALLATION_WRITE)
		return is_operator(rq);
	if (is_project_tenant(rq->route->tenant) && rq->project.is_console && !only_reads(permission) &&
	    !is_operator(rq))
		return false;
	if (rq->credential.kind == CREDENTIAL_SERVICE_KEY)
		return scopes_contain(rq->credential.scopes, permission);
	return role_has(role, permission) && scopes_allow(rq, permission);
}

bool
request_may_in_org(const struct request *rq, enum permission permission)
{
	if (rq->credential.kind == CREDENTIAL_SERVICE_KEY)
		return rq->credential.pinned_project_id == NULL && scopes_contain(rq->credential.scopes, permission);
	return role_has(rq->org.role, permission) && scopes_allow(rq, permission);
}

enum err
request_may_not(const struct request *rq, enum permission permission)
{
	rq->response->message =
	    arena_printf(rq->arena, "This needs the permission %s.", permission_name(permission));
	if (rq->credential.kind == CREDENTIAL_SERVICE_KEY)
		return ERR_INSUFFICIENT_SCOPE;
	/* Who lacks the role gains nothing by asking for more scopes. */
	if (!role_has(permission_is_org_level(permission) ? rq->org.role : rq->role, permission) || scopes_allow(rq, permission))
		return ERR_FORBIDDEN;
	rq->response->challenge = challenge_of_scope(rq, permission);
	return ERR_INSUFFICIENT_SCOPE;
}

/* users.md rule 32: who acts in a user's name looks, and touches nothing that is the user's own to change or to take along. */
static bool
is_closed_to_impersonator(const struct request *rq)
{
	const struct route *route = rq->route;

	if (rq->credential.impersonator_id == NULL || (route->auth & AUTH_PUBLIC) != 0)
		return false;
	return (route->flags & ROUTE_RECENT_SIGN_IN) != 0 ||
	       (route->method != GET && (route->flags & ROUTE_IMPERSONATOR_OK) == 0);
}

enum err
permission_check(struct exchange *x)
{
	const struct route *route = x->rq.route;

	if (is_closed_to_impersonator(&x->rq))
		return ERR_NOT_WHILE_IMPERSONATING;

	if (route->permission != PERM_NONE && route->permission != PERM_IN_HANDLER &&
	    (route->flags & ROUTE_PERMISSION_ASKED) == 0 && !request_may(&x->rq, route->permission))
		return request_may_not(&x->rq, route->permission);
	if ((route->flags & ROUTE_RECENT_SIGN_IN) != 0 && request_is_signed_in(&x->rq) &&
	    x->rq.credential.authenticated_at < x->rq.now_ms - RECENT_SIGN_IN_MS)
		return ERR_REAUTHENTICATION_REQUIRED;
	return OK;
}
