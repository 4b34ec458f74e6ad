/*
 * /connector_tests (oauth.md 4.2): whether clients can connect to an MCP server, tried by a job worker and told step by step. Nothing is
 * called from here.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/connector_tests.h"
#include "fcgi/request.h"
#include "lib/jose.h"
#include "lib/uris.h"

static const char *const statuses[] = { "running", "waiting", "passed", "failed", NULL };

struct test_view {
	const char *id, *url, *status, *sign_in_url, *hops;
	int64_t created_at, expires_at;
};

static const struct field test_fields[] = {
	OUT_ID(struct test_view, id, ID_CONNECTOR_TEST),
	OUT_STRING(struct test_view, url),
	OUT_ENUM(struct test_view, status, statuses, .description = "waiting: for somebody to sign in at sign_in_url"),
	OUT_STRING(struct test_view, sign_in_url, .flags = FIELD_NULLABLE,
		   .description = "Of the server's authorization endpoint, which sends the person back to the dashboard"),
	OUT_JSON(struct test_view, hops,
		 .description = "Each step in order: step, verdict (ok, warning, failed, absent), request {method, url, headers, body}, reply "
				"{status, headers, body, took_ms} or null, problems [{code, message, remedy, detail}]. Secrets are masked."),
	OUT_TIME(struct test_view, created_at),
	OUT_TIME(struct test_view, expires_at),
	FIELDS_END,
};

/* The report's parts; none yet while the first walk is on its way. */
static enum err
view_of(struct arena *arena, const struct connector_test_row *row, struct test_view *ret)
{
	struct test_view view = {
		.id = row->id,
		.url = arena_strndup(arena, (const char *)row->url.data, row->url.len),
		.status = row->status,
		.hops = "[]",
		.created_at = row->created_at,
		.expires_at = row->expires_at,
	};
	struct json report;

	if (row->report != NULL) {
		struct buffer hops = buffer_new(arena);

		TRY(json_parse(arena, row->report, strlen(row->report), &report, NULL));
		json_render(&hops, json_member(&report, "hops"));
		view.hops = buffer_string(&hops);
		if (strcmp(row->status, "waiting") == 0)
			view.sign_in_url = json_text(&report, "sign_in_url");
	}
	*ret = view;
	return OK;
}

static enum verdict
show(const struct request *rq, struct tx *tx, unsigned status, const char *id)
{
	struct connector_test_row row;
	struct test_view view;
	enum err e = connector_test_read(tx, rq->project.id, id, &row);

	if (e == OK)
		e = view_of(rq->arena, &row, &view);
	return e == OK ? reply(rq, status, test_fields, &view) : fail_err(rq, e);
}

/* ---- POST ---- */

struct test_input {
	struct {
		bool url;
	} has;
	const char *url;
};

static const struct field test_input[] = {
	IN_STRING(struct test_input, url, .min = 1, .max = 2000, .check = https_url_check, .flags = FIELD_REQUIRED,
		  .description = "Of the MCP server, as clients are given it"),
	FIELDS_END,
};

static enum verdict
test_create(const struct request *rq, struct tx *tx)
{
	const struct test_input *in = rq->input;
	const char *id;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = connector_test_begin(tx, rq->project.id, in->url, &id);
	return e == OK ? show(rq, tx, 202, id) : fail_err(rq, e);
}

/* ---- GET /{id} ---- */

struct test_path {
	struct {
		bool id;
	} has;
	const char *id;
};

static const struct field test_path[] = {
	IN_ID(struct test_path, id, ID_CONNECTOR_TEST, .in = IN_PATH),
	FIELDS_END,
};

static enum verdict
test_get(const struct request *rq, struct tx *tx)
{
	const struct test_path *in = rq->input;

	return show(rq, tx, 200, in->id);
}

/* ---- POST /{id}/answer ---- */

struct answer_input {
	struct {
		bool id, state, code, iss, error, error_description;
	} has;
	const char *id, *state, *code, *iss, *error, *error_description;
};

static const struct field answer_input[] = {
	IN_ID(struct answer_input, id, ID_CONNECTOR_TEST, .in = IN_PATH),
	IN_STRING(struct answer_input, state, .min = 1, .max = 200, .flags = FIELD_REQUIRED | FIELD_SECRET),
	IN_STRING(struct answer_input, code, .min = 1, .max = 4000, .flags = FIELD_SECRET),
	IN_STRING(struct answer_input, iss, .min = 1, .max = 2000),
	IN_STRING(struct answer_input, error, .min = 1, .max = 200),
	IN_STRING(struct answer_input, error_description, .min = 1, .max = 1000),
	FIELDS_END,
};

static enum verdict
test_answer(const struct request *rq, struct tx *tx)
{
	const struct answer_input *in = rq->input;
	const struct connector_answer answer = {
		.code = in->code, .iss = in->iss, .error = in->error, .error_description = in->error_description
	};
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = connector_test_resume(tx, rq->project.id, in->id, in->state, &answer);
	if (e == ERR_VALIDATION_FAILED)
		return fail_field(rq, "state", "unknown", "This isn't the state that the test sent there.");
	return e == OK ? show(rq, tx, 202, in->id) : fail_err(rq, e);
}

/* ---- who we are, for servers that take addresses for client ids ---- */

struct client_view {
	const char *client_id, *client_name, *client_uri;
	struct strings redirect_uris, grant_types, response_types;
	const char *token_endpoint_auth_method;
};

static const struct field client_fields[] = {
	OUT_STRING(struct client_view, client_id),
	OUT_STRING(struct client_view, client_name),
	OUT_STRING(struct client_view, client_uri),
	OUT_STRINGS(struct client_view, redirect_uris),
	OUT_STRINGS(struct client_view, grant_types),
	OUT_STRINGS(struct client_view, response_types),
	OUT_STRING(struct client_view, token_endpoint_auth_method),
	FIELDS_END,
};

static enum verdict
client_get(const struct request *rq, struct tx *tx)
{
	const char *redirect_uri = connector_redirect_uri(rq->arena, tx->config);
	static const char *const grants[] = { "authorization_code" }, *const responses[] = { "code" };
	const struct client_view view = {
		.client_id = connector_client_url(rq->arena, tx->config),
		.client_name = CONNECTOR_CLIENT_NAME,
		.client_uri = tx->config->public_url,
		.redirect_uris = { &redirect_uri, 1 },
		.grant_types = { grants, 1 },
		.response_types = { responses, 1 },
		.token_endpoint_auth_method = "none",
	};

	return reply(rq, 200, client_fields, &view);
}

const struct route connector_test_routes[] = {
	{
	    .id = "connector_test_create",
	    .method = POST,
	    .path = "/api/v1/connector_tests",
	    .summary = "Test whether clients can connect to an MCP server",
	    .description = "A job plays the client: it asks without a token, reads what the server and its authorization server say of themselves, and "
			   "registers. Then somebody signs in, and it goes on to the token and the tools. Only public addresses are called.",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_OAUTH_SETTINGS_WRITE,
	    .tx = TX_WRITE,
	    .status = 202,
	    .rate = RATE_CONNECTOR_TEST,
	    INPUT(struct test_input, test_input),
	    .output = test_fields,
	    .handler = test_create,
	},
	{
	    .id = "connector_test_get",
	    .method = GET,
	    .path = "/api/v1/connector_tests/{id}",
	    .summary = "Get what a test of a connector met",
	    .description = "Kept for a day.",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_OAUTH_SETTINGS_WRITE,
	    .tx = TX_READ_ONE,
	    INPUT(struct test_path, test_path),
	    .output = test_fields,
	    .handler = test_get,
	},
	{
	    .id = "connector_test_answer",
	    .method = POST,
	    .path = "/api/v1/connector_tests/{id}/answer",
	    .summary = "Go on with a test of a connector",
	    .description = "With the parameters with which the authorization server sent the person back, within 30 minutes.",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_OAUTH_SETTINGS_WRITE,
	    .tx = TX_WRITE,
	    .status = 202,
	    INPUT(struct answer_input, answer_input),
	    .output = test_fields,
	    .errors = { ERR_ALREADY_DECIDED, ERR_REQUEST_EXPIRED },
	    .handler = test_answer,
	},
	{
	    .id = "public_connector_client_get",
	    .method = GET,
	    .path = "/api/v1/public/connector_client",
	    .summary = "Get who tests connectors",
	    .description = "The metadata of the client that tests play, for authorization servers that take addresses for client ids.",
	    .auth = AUTH_PUBLIC,
	    .site = SITE_MAIN,
	    .tx = TX_READ_ONE,
	    .output = client_fields,
	    .handler = client_get,
	},
	ROUTES_END,
};
