/*
 * /api/v1/oauth_requests: what the consent page shows of an app's request, and what the person says to it (oauth.md rules 11 to 13).
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/assets.h"
#include "domain/clients.h"
#include "domain/oauth_resources.h"
#include "handlers/oauth/ask.h"
#include "handlers/oauth/console.h"
#include "handlers/oauth/oauth.h"
#include "lib/secrets.h"
#include "lib/text.h"

bool
oauth_request_is_of_browser(const struct request *rq, const struct oauth_request_row *row)
{
	const char *project_id;
	struct bytes binding;

	return flow_cookie(rq, &project_id, &binding) && strcmp(project_id, row->project_id) == 0 &&
	       row->flow_digest.len == binding.len && secret_equal(row->flow_digest.data, binding.data, binding.len);
}

enum err
oauth_request_find(const struct request *rq, struct tx *tx, const char *id, struct oauth_request_row *ret)
{
	struct oauth_request_row row;
	const char *project_id;
	struct bytes binding;

	if (!flow_cookie(rq, &project_id, &binding))
		return ERR_NO_ROW;
	TRY(q_oauth_request_get(tx->db, &(struct q_oauth_request_get){ .project_id = project_id, .id = id }, &row));
	if (!oauth_request_is_of_browser(rq, &row))
		return ERR_NO_ROW;
	if (row.expires_at <= rq->now_ms)
		return ERR_REQUEST_EXPIRED;
	*ret = row;
	return OK;
}

/* ---- how it is shown ---- */

struct request_client {
	const char *name, *host, *logo_url, *source, *redirect_host;
	bool is_loopback_only;
};

struct request_scope {
	const char *name, *description;
	bool required;
};

struct request_view {
	const char *id, *kind, *status, *flow_id;
	const struct request_client *client;
	const char *resource;
	struct field_list scopes;
	struct field_list organizations;
	const char *login_hint, *asked_from;
	int64_t expires_at;
};

static const char *const STATUSES[] = { "fetching", "failed", "flow", "consent", "ready", "denied", NULL };
static const char *const KINDS[] = { "code", "device", NULL };

static const struct field client_fields[] = {
	OUT_STRING(struct request_client, name),
	OUT_STRING(struct request_client, host, .flags = FIELD_NULLABLE, .description = "Of the client's own page"),
	OUT_STRING(struct request_client, logo_url, .flags = FIELD_NULLABLE),
	OUT_STRING(struct request_client, source),
	OUT_STRING(struct request_client, redirect_host, .description = "Where the answer goes"),
	OUT_BOOL(struct request_client, is_loopback_only, .description = "The answer goes to a program on the person's own machine"),
	FIELDS_END,
};

static const struct field scope_fields[] = {
	OUT_STRING(struct request_scope, name),
	OUT_STRING(struct request_scope, description),
	OUT_BOOL(struct request_scope, required, .description = "Can't be unticked"),
	FIELDS_END,
};

static const struct field org_fields[] = {
	OUT_ID(struct q_oauth_request_orgs_row, id, ID_ORG),
	OUT_STRING(struct q_oauth_request_orgs_row, name),
	OUT_STRING(struct q_oauth_request_orgs_row, slug),
	OUT_STRING(struct q_oauth_request_orgs_row, role),
	FIELDS_END,
};

const struct field oauth_request_fields[] = {
	OUT_ID(struct request_view, id, ID_OAUTH_REQUEST),
	OUT_ENUM(struct request_view, kind, KINDS),
	OUT_ENUM(struct request_view, status, STATUSES),
	OUT_ID(struct request_view, flow_id, ID_FLOW, .flags = FIELD_NULLABLE, .description = "The sign-in begun for it"),
	OUT_OBJECT(struct request_view, client, client_fields),
	OUT_STRING(struct request_view, resource),
	OUT_LIST(struct request_view, scopes, scope_fields, struct request_scope),
	OUT_LIST(struct request_view, organizations, org_fields, struct q_oauth_request_orgs_row,
		 .description = "Of the console's, those among which the person chooses one"),
	OUT_STRING(struct request_view, login_hint, .flags = FIELD_NULLABLE),
	OUT_STRING(struct request_view, asked_from, .flags = FIELD_NULLABLE, .description = "The address of a device that asks"),
	OUT_TIME(struct request_view, expires_at),
	FIELDS_END,
};

struct scope_words {
	struct q_oauth_resource_words_row *rows;
	size_t count;
	bool is_console;	/* whose scopes are permissions */
	bool is_own_api;	/* Gatehouse's own, for accounts */
};

/* "project_member.write": "Change project members" */
static const char *
describe_permission(struct arena *arena, const char *name)
{
	static const struct {
		const char *verb, *says;
	} VERBS[] = {
		{ "read", "See" }, { "write", "Change" }, { "create", "Make" }, { "delete", "Delete" }, { "export", "Export" }, { "import", "Import" },
	};
	const char *dot = strchr(name, '.');
	char *noun = arena_strndup(arena, name, (size_t)(dot - name));
	const char *says = NULL;

	for (char *at = noun; *at != '\0'; at++)
		*at = *at == '_' ? ' ' : *at;
	for (size_t i = 0; i < ARRAY_LEN(VERBS); i++)
		if (strcmp(VERBS[i].verb, dot + 1) == 0)
			says = VERBS[i].says;
	if (says == NULL)
		return name;
	const char *plural = noun[strlen(noun) - 1] == 's' || strcmp(noun, "audit") == 0 || strcmp(noun, "mail") == 0 ? "" : "s";
	return arena_printf(arena, "%s %s%s", says, strcmp(noun, "org") == 0 ? "the organization" : noun, strcmp(noun, "org") == 0 ? "" : plural);
}

/* As its resource server does; what no server describes is said by its name. */
static const char *
describe_scope(struct arena *arena, const char *name, const struct scope_words *there)
{
	static const struct {
		const char *name, *description;
	} KNOWN[] = {
		{ "openid", "Know who you are" },
		{ "profile", "See your name and username" },
		{ "email", "See your e-mail address" },
		{ "phone", "See your phone number" },
		{ "offline_access", "Stay connected when you aren't using it" },
	};

	for (size_t i = 0; i < ARRAY_LEN(KNOWN); i++)
		if (strcmp(KNOWN[i].name, name) == 0)
			return KNOWN[i].description;
	for (size_t i = 0; i < there->count; i++)
		if (strcmp(there->rows[i].name, name) == 0 && there->rows[i].description[0] != '\0')
			return there->rows[i].description;
	if (there->is_own_api && strcmp(name, ACCOUNT_SCOPE) == 0)
		return "See your account, change your profile, and end sessions and connections";
	return there->is_console && permission_parse(name) != PERM_NONE ? describe_permission(arena, name) : name;
}

/* OpenID Connect without openid would be another request than the app's. */
static bool
is_required(const char *scope)
{
	return strcmp(scope, "openid") == 0;
}

static struct field_list
scopes_of(struct arena *arena, const char *words, const struct scope_words *there)
{
	struct request_scope *scopes = ARENA_ARRAY(arena, strlen(words) / 2 + 1, struct request_scope);
	size_t count = 0;

	for (const char *at = words; *at != '\0';) {
		size_t len = strcspn(at, " ");
		const char *name = arena_strndup(arena, at, len);

		scopes[count++] =
		    (struct request_scope){ .name = name, .description = describe_scope(arena, name, there), .required = is_required(name) };
		at += len + (at[len] == ' ');
	}
	return (struct field_list){ .items = scopes, .count = count };
}

struct request_path {
	struct {
		bool id;
	} has;
	const char *id;
};

static const struct field path_fields[] = {
	IN_ID(struct request_path, id, ID_OAUTH_REQUEST, .in = IN_PATH),
	FIELDS_END,
};

static enum verdict
show(const struct request *rq, const struct oauth_request_row *row, const struct oauth_app_row *app, const struct ask *ask,
     const struct scope_words *there, struct field_list orgs)
{
	struct request_client client = {
		.name = app->name,
		.host = client_host(rq->arena, app->metadata_url, app->client_uri),
		.logo_url = asset_url(rq->arena, rq->config, app->issuer_client_id, strcmp(app->project_id, rq->console_id) == 0, app->logo_digest),
		.source = app->source,
		.redirect_host = url_host(rq->arena, ask->redirect_uri),
		/* A device's leads to a page of ours. */
		.is_loopback_only = strcmp(row->kind, "code") == 0 && url_is_loopback(ask->redirect_uri),
	};

	return reply(rq, 200, oauth_request_fields,
		     &(struct request_view){
			 .id = row->id,
			 .kind = row->kind,
			 .status = row->status,
			 .flow_id = row->flow_id,
			 .client = &client,
			 .resource = ask->resource,
			 .scopes = scopes_of(rq->arena, ask->scope, there),
			 .organizations = orgs,
			 .login_hint = ask->login_hint,
			 .asked_from = ask->asked_from,
			 .expires_at = row->expires_at,
		     });
}

/* ERR_NO_ROW while it isn't known whose request it is. */
static enum err
read_app(const struct request *rq, struct tx *tx, const struct oauth_request_row *row, struct oauth_app_row *app, struct ask *ask)
{
	if (row->client_id == NULL)
		return ERR_NO_ROW;
	TRY(q_oauth_app(tx->db, &(struct q_oauth_app){ .client_id = row->client_id }, app));
	return ask_parse(rq->arena, row->params, ask);
}

/* Another account of this browser may have been asked, or nobody yet. */
static bool
is_asked(const struct request *rq, const struct oauth_request_row *row)
{
	return rq->credential.id != NULL && strcmp(row->project_id, rq->user.project_id) == 0 && row->session_id != NULL &&
	       strcmp(row->session_id, rq->credential.id) == 0;
}

static enum err
read_orgs(const struct request *rq, struct tx *tx, struct field_list *ret)
{
	struct q_oauth_request_orgs_row *rows = NULL;
	size_t count = 0;

	TRY(q_oauth_request_orgs(
	    tx->db, &(struct q_oauth_request_orgs){ .console_id = rq->console_id, .user_id = rq->user.id }, &rows, &count));
	*ret = (struct field_list){ .items = rows, .count = count };
	return OK;
}

enum verdict
oauth_request_show(const struct request *rq, struct tx *tx, const struct oauth_request_row *row, const struct oauth_app_row *app,
		   const struct ask *ask)
{
	struct scope_words there = { .count = 0 };
	struct field_list orgs = { .count = 0 };
	enum err e = q_oauth_resource_words(tx->db,
					    &(struct q_oauth_resource_words){
						.project_id = app->project_id,
						.identifier = { (const uint8_t *)ask->resource, strlen(ask->resource) },
					    },
					    &there.rows, &there.count);

	there.is_own_api = strcmp(ask->resource, oauth_own_api(tx->arena, tx->config)) == 0;
	there.is_console = e == OK && oauth_is_console(tx, app->project_id);
	if (there.is_console && is_asked(rq, row))
		e = read_orgs(rq, tx, &orgs);
	return e == OK ? show(rq, row, app, ask, &there, orgs) : fail_err(rq, e);
}

/* Nothing is known yet but whom to ask. */
static enum verdict
show_fetching(const struct request *rq, struct tx *tx, const struct oauth_request_row *row)
{
	const char *url = arena_strndup(rq->arena, (const char *)row->client_url.data, row->client_url.len);
	struct request_client client = {
		.name = url_host(rq->arena, url), .host = url_host(rq->arena, url), .source = "cimd", .redirect_host = ""
	};
	const char *status = NULL;
	enum err e = fetching_status(tx, row, &status);

	if (e != OK)
		return fail_err(rq, e);
	return reply(rq, 200, oauth_request_fields,
		     &(struct request_view){
			 .id = row->id,
			 .kind = "code",
			 .status = status,
			 .client = &client,
			 .resource = "",
			 .scopes = { .count = 0 },
			 .expires_at = row->expires_at,
		     });
}

static enum verdict
show_known(const struct request *rq, struct tx *tx, const struct oauth_request_row *row)
{
	struct oauth_app_row app;
	struct ask ask;
	enum err e = read_app(rq, tx, row, &app, &ask);

	return e == OK ? oauth_request_show(rq, tx, row, &app, &ask) : fail_err(rq, e);
}

static enum verdict
oauth_request_get(const struct request *rq, struct tx *tx)
{
	const struct request_path *in = rq->input;
	struct oauth_request_row row;
	enum err e = oauth_request_find(rq, tx, in->id, &row);

	if (e != OK)
		return fail_err(rq, e);
	return row.client_id == NULL ? show_fetching(rq, tx, &row) : show_known(rq, tx, &row);
}

/* ---- the decision ---- */

struct decision_input {
	struct {
		bool id, approve, scopes, org_id;
	} has;
	const char *id, *org_id;
	bool approve;
	struct strings scopes;
};

static const struct field decision_fields[] = {
	IN_ID(struct decision_input, id, ID_OAUTH_REQUEST, .in = IN_PATH),
	IN_BOOL(struct decision_input, approve, .flags = FIELD_REQUIRED),
	IN_STRINGS(struct decision_input, scopes, .min = 1, .max = 255, .items_max = 100, .flags = FIELD_DISTINCT,
		   .description = "Those of the request that the person agrees to; all of them when absent"),
	IN_ID(struct decision_input, org_id, ID_ORG, .description = "In the console: the organization that the app may work in"),
	FIELDS_END,
};

struct decision_view {
	const char *continue_url;
};

static const struct field decision_view_fields[] = {
	OUT_STRING(struct decision_view, continue_url, .description = "Where the browser goes next"),
	FIELDS_END,
};

/* Rule 13: taken from what was asked, never beyond it, and with what can't be left out. */
static bool
choose_scopes(struct arena *arena, const struct decision_input *in, const char *asked, const char **ret_scopes)
{
	const char *chosen = in->has.scopes ? words_join(arena, in->scopes) : asked;

	if (!scope_is_within(chosen, asked) || (scope_has(asked, "openid") && !scope_has(chosen, "openid")) ||
	    (chosen[0] == '\0' && asked[0] != '\0'))
		return false;
	*ret_scopes = scope_keep(arena, asked, chosen);
	return true;
}

static enum err
record_decision(struct tx *tx, enum event event, const struct oauth_app_row *app, const char *user_id)
{
	struct buffer data = buffer_new(tx->arena);

	buffer_text(&data, "{\"client_id\":");
	buffer_json_string(&data, app->client_id);
	buffer_text(&data, ",\"user_id\":");
	buffer_json_string(&data, user_id);
	buffer_char(&data, '}');
	return record(tx, &(struct record){
			      .event = event,
			      .org_id = app->org_id,
			      .project_id = app->project_id,
			      .target_id = user_id,
			      .target_label = app->name,
			      .changes = "{}",
			      .data = buffer_string(&data),
		      });
}

/* Rule 13: in the console one of the person's own, elsewhere none. *ret_error: what the database said. */
static bool
has_right_org(const struct request *rq, struct tx *tx, const struct oauth_request_row *row, const char *org_id, enum err *ret_error)
{
	*ret_error = OK;
	if (!oauth_is_console(tx, row->project_id) || org_id == NULL)
		return org_id == NULL && !oauth_is_console(tx, row->project_id);
	enum err e = console_membership(tx, org_id, rq->user.id);
	*ret_error = e == ERR_INVALID_GRANT ? OK : e;
	return e == OK;
}

/* A device comes for its tokens by itself: what they hang on is made here. */
static enum err
approve_device(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, const struct ask *asked,
	       const struct oauth_request_row *row, const char *scopes)
{
	struct oauth_session_row session;
	struct ask ask = *asked;
	uint64_t matched = 0;
	const char *grant_id;
	enum err e = oauth_session_find(rq, tx, app, &session);

	/* Who asks is signed in: the client doesn't take how. */
	if (e == ERR_NO_ROW)
		return ERR_METHOD_DISABLED;
	if (e == OK && strcmp(session.id, rq->credential.id) != 0)
		return ERR_NOT_FOUND;
	TRY(e);
	ask.org_id = ((const struct decision_input *)rq->input)->org_id;
	TRY(ask_add_grant(rq, tx, app, &ask, &session, scopes, &grant_id));
	TRY(q_device_set_grant(
	    tx->db, &(struct q_device_set_grant){ .grant_id = grant_id, .project_id = row->project_id, .request_id = row->id }, &matched));
	return matched == 1 ? record_decision(tx, EV_OAUTH_DEVICE_APPROVED, app, rq->user.id) : ERR_REQUEST_EXPIRED;
}

/* The request belongs to the sign-in that was asked; of two decisions at once one hits. */
static enum err
decide(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, const struct ask *ask, const struct oauth_request_row *row,
       bool approve, const char *scopes)
{
	bool is_device = strcmp(row->kind, "device") == 0;
	uint64_t matched = 0;

	TRY(q_oauth_request_decide(tx->db,
				   &(struct q_oauth_request_decide){
				       .status = approve ? "ready" : "denied",
				       .scopes = scopes,
				       .org_id = approve ? ((const struct decision_input *)rq->input)->org_id : NULL,
				       .project_id = row->project_id,
				       .id = row->id,
				       .session_id = rq->credential.id,
				   },
				   &matched));
	if (matched == 0)
		return ERR_ALREADY_DECIDED;
	if (approve)
		return is_device ? approve_device(rq, tx, app, ask, row, scopes) : OK;
	return record_decision(tx, is_device ? EV_OAUTH_DEVICE_DENIED : EV_OAUTH_CONSENT_DENIED, app, rq->user.id);
}

/* Where the browser goes next: back to the app, or to a page that says how it is. */
static const char *
continue_url(const struct request *rq, const struct oauth_app_row *app, const struct oauth_request_row *row, bool approve)
{
	const char *issuer = oauth_issuer(rq, app->issuer_client_id);

	if (strcmp(row->kind, "device") == 0)
		return arena_printf(rq->arena, "%s?done=%s", oauth_page(rq, app->issuer_client_id, "device"), approve ? "approved" : "denied");
	return arena_printf(rq->arena, "%s/oauth/continue?request=%s", issuer, row->id);
}

static enum verdict
oauth_request_decision(const struct request *rq, struct tx *tx)
{
	const struct decision_input *in = rq->input;
	struct oauth_request_row row;
	struct oauth_app_row app;
	const char *scopes;
	struct ask ask;
	enum err e = oauth_request_find(rq, tx, in->id, &row);

	if (e == OK)
		e = read_app(rq, tx, &row, &app, &ask);

	if (e != OK)
		return fail_err(rq, e);
	if (!is_asked(rq, &row))
		return fail_err(rq, ERR_NOT_FOUND);
	if (!choose_scopes(rq->arena, in, ask.scope, &scopes))
		return fail_field(rq, "scopes", "not_asked", "Choose among the scopes of the request, openid included.");
	if (in->approve && !has_right_org(rq, tx, &row, in->org_id, &e))
		return e != OK ? fail_err(rq, e) : fail_field(rq, "org_id", "choice", "Choose one of your organizations; only the console has them.");
	e = decide(rq, tx, &app, &ask, &row, in->approve, scopes);
	if (e != OK)
		return fail_err(rq, e);
	return reply(rq, 200, decision_view_fields,
		     &(struct decision_view){
			 .continue_url = continue_url(rq, &app, &row, in->approve),
		     });
}

const struct route oauth_request_routes[] = {
	{
	    .id = "oauth_request_get",
	    .method = GET,
	    .path = "/api/v1/oauth_requests/{id}",
	    .summary = "Get what an app asks of this browser's person",
	    .auth = AUTH_PUBLIC | AUTH_ACCOUNT,
	    .site = SITE_BOTH,
	    .tx = TX_READ_SNAPSHOT,
	    .output = oauth_request_fields,
	    INPUT(struct request_path, path_fields),
	    .errors = { ERR_REQUEST_EXPIRED },
	    .handler = oauth_request_get,
	},
	{
	    .id = "oauth_request_decision",
	    .method = POST,
	    .path = "/api/v1/oauth_requests/{id}/decision",
	    .summary = "Agree to what an app asks, or refuse it",
	    .description = "Once; by the sign-in that was asked.",
	    .auth = AUTH_ACCOUNT,
	    .site = SITE_BOTH,
	    .tx = TX_WRITE,
	    .flags = ROUTE_NO_IDEMPOTENCY,
	    .output = decision_view_fields,
	    INPUT(struct decision_input, decision_fields),
	    .errors = { ERR_ALREADY_DECIDED, ERR_METHOD_DISABLED, ERR_REQUEST_EXPIRED },
	    .handler = oauth_request_decision,
	},
	ROUTES_END,
};
