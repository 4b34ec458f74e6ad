/*
 * POST /oauth/device_authorization and the claim of its code (RFC 8628, oauth.md rule 25): a device without a browser gets two codes, shows one
 * and keeps the other; whoever types the first in a browser decides there, on the consent page.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/clients.h"
#include "domain/throttle.h"
#include "handlers/oauth/ask.h"
#include "handlers/oauth/oauth.h"
#include "lib/codes.h"
#include "lib/encode.h"
#include "lib/secrets.h"

#define DEVICE_LIFE_MS (10 * MINUTE_MS)
#define INTERVAL_S     INT64_C(5)
#define CODE_TRIES     3	/* at a code that no other device shows */

/* ---- the device ---- */

struct device_input {
	struct {
		CLIENT_HAS;
		bool issuer_id, scope, resource;
	} has;
	CLIENT_TEXTS;
	const char *issuer_id, *scope, *resource;
};

static const struct field device_input_fields[] = {
	IN_ID(struct device_input, issuer_id, ID_PUBLIC_PROJECT, .in = IN_PATH),
	CLIENT_FIELDS(struct device_input),
	IN_STRING(struct device_input, scope, .min = 1, .max = 2000),
	IN_STRING(struct device_input, resource, .min = 1, .max = 255, .description = "One of the client's audiences; the first when absent"),
	FIELDS_END,
};

struct device_view {
	const char *device_code, *user_code, *verification_uri, *verification_uri_complete;
	int64_t expires_in, interval;
};

static const struct field device_fields[] = {
	OUT_STRING(struct device_view, device_code, .flags = FIELD_SECRET, .description = "Polled with at the token endpoint"),
	OUT_STRING(struct device_view, user_code, .flags = FIELD_SECRET, .description = "Shown to the person: XXXX-XXXX"),
	OUT_STRING(struct device_view, verification_uri),
	OUT_STRING(struct device_view, verification_uri_complete, .flags = FIELD_SECRET),
	OUT_INT(struct device_view, expires_in, .description = "Seconds"),
	OUT_INT(struct device_view, interval, .description = "Seconds between two polls"),
	FIELDS_END,
};

/* The client has proven itself; what it asks is judged as an app's request is. */
static enum err
judge(const struct request *rq, struct tx *tx, struct oauth_app_row *app, struct ask *ask)
{
	const struct device_input *in = rq->input;
	const struct ask_input what = { .scope = in->scope, .resource = in->resource };
	struct oauth_client_row client;

	TRY(oauth_client_find(rq, tx, in->issuer_id, CLIENT_INPUT_OF(in), &client));
	if (!client_has_grant(client.grant_types, client.project_type, "device_code"))
		return ERR_UNAUTHORIZED_CLIENT;
	TRY(ask_find_app(rq, tx, in->issuer_id, client.client_id, app));
	/* Where the browser is when all is said. */
	ask->redirect_uri = oauth_page(rq, in->issuer_id, "device");
	ask->asked_from = rq->ip_text[0] != '\0' ? rq->ip_text : NULL;
	const char *problem = ask_judge_what(tx, app, &what, ask);
	if (problem == NULL)
		return OK;
	return strcmp(problem, "invalid_target") == 0  ? ERR_INVALID_TARGET
	       : strcmp(problem, "invalid_scope") == 0 ? ERR_INVALID_SCOPE
						       : ERR_BUSY;
}

static enum err
keep_request(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, const struct ask *ask, const char **ret_id)
{
	TRY(tx_make_id(tx, ID_OAUTH_REQUEST, ret_id));
	return q_oauth_request_insert(tx->db,
				      &(struct q_oauth_request_insert){
					  .project_id = app->project_id,
					  .id = *ret_id,
					  .kind = "device",
					  .client_id = app->client_id,
					  .params = ask_text(rq->arena, ask),
					  .status = "flow",
					  .scopes = ask->scope,
					  .expires_at = rq->now_ms + DEVICE_LIFE_MS,
				      },
				      NULL);
}

static enum err
keep_codes(const struct request *rq, struct tx *tx, const struct oauth_app_row *app, const char *request_id, const char *device_code,
	   const char **ret_user_code)
{
	const char *issuer = oauth_issuer(rq, app->issuer_client_id);

	for (unsigned tries = 1;; tries++) {
		TRY(user_code_make(rq->arena, ret_user_code));
		enum err e = q_device_insert(tx->db,
					     &(struct q_device_insert){
						 .project_id = app->project_id,
						 .device_digest = sha256_bytes(rq->arena, device_code, strlen(device_code)),
						 .user_code_digest = sha256_bytes(rq->arena, *ret_user_code, strlen(*ret_user_code)),
						 .request_id = request_id,
						 .issuer = { (const uint8_t *)issuer, strlen(issuer) },
						 .interval_s = INTERVAL_S,
						 .expires_at = rq->now_ms + DEVICE_LIFE_MS,
					     },
					     NULL);
		if (e != ERR_DUPLICATE || tries == CODE_TRIES)
			return e;
	}
}

struct beginning {
	const struct request *rq;
	struct tx *tx;
	struct oauth_app_row app;
	struct ask ask;
	struct device_view view;
};

static enum err
keep(void *context)
{
	struct beginning *b = context;
	const char *request_id;

	TRY(keep_request(b->rq, b->tx, &b->app, &b->ask, &request_id));
	return keep_codes(b->rq, b->tx, &b->app, request_id, b->view.device_code, &b->view.user_code);
}

static enum verdict
device_authorize(const struct request *rq, struct tx *tx)
{
	struct beginning b = {
		.rq = rq,
		.tx = tx,
		.ask = { .max_age_s = NONE },
		.view = { .expires_in = DEVICE_LIFE_MS / SECOND_MS, .interval = INTERVAL_S },
	};
	struct device_view *view = &b.view;
	enum err e = judge(rq, tx, &b.app, &b.ask);

	if (e == OK)
		e = secret_make_cookie(rq->arena, &view->device_code);
	if (e == OK)
		e = db_transact(tx->db, TX_WRITE, keep, &b);
	if (e != OK)
		return oauth_fail(rq, e);
	view->verification_uri = b.ask.redirect_uri;
	view->verification_uri_complete = arena_printf(rq->arena, "%s?user_code=%s", b.ask.redirect_uri, view->user_code);
	return reply(rq, 200, device_fields, view);
}

/* ---- the person ---- */

struct claim_input {
	struct {
		bool user_code;
	} has;
	const char *user_code;
};

static const struct field claim_fields[] = {
	IN_STRING(struct claim_input, user_code, .min = 1, .max = 32, .flags = FIELD_REQUIRED | FIELD_SECRET,
		  .description = "As the device shows it; case and hyphen don't matter"),
	FIELDS_END,
};

static enum err
find_device(const struct request *rq, struct tx *tx, struct q_device_find_row *ret)
{
	const struct claim_input *in = rq->input;
	const char *code = user_code_clean(rq->arena, in->user_code);

	if (code == NULL)
		return ERR_CODE_NOT_FOUND;
	enum err e = q_device_find(tx->db,
				   &(struct q_device_find){
				       .project_id = rq->user.project_id,
				       .user_code_digest = sha256_bytes(rq->arena, code, strlen(code)),
				   },
				   ret);
	return e == ERR_NO_ROW ? ERR_CODE_NOT_FOUND : e;
}

/* The first who types it; from then on nobody else (DV-03). */
static enum err
claim(const struct request *rq, struct tx *tx, const struct q_device_find_row *device)
{
	uint64_t matched = 0;
	struct bytes binding;

	TRY(q_device_claim(tx->db,
			   &(struct q_device_claim){
			       .user_id = rq->user.id,
			       .project_id = rq->user.project_id,
			       .device_digest = device->device_digest,
			   },
			   &matched));
	if (matched == 0)
		return ERR_CODE_CLAIMED;
	TRY(flow_take_cookie(rq, rq->user.project_id, &binding));
	TRY(q_oauth_request_claim(tx->db,
				  &(struct q_oauth_request_claim){
				      .flow_digest = binding,
				      .session_id = rq->credential.id,
				      .user_id = rq->user.id,
				      .project_id = rq->user.project_id,
				      .id = device->request_id,
				  },
				  &matched));
	return matched == 1 ? OK : ERR_CODE_NOT_FOUND;
}

static enum verdict
show(const struct request *rq, struct tx *tx, const char *request_id)
{
	struct oauth_request_row row;
	struct oauth_app_row app;
	struct ask ask;
	enum err e =
	    q_oauth_request_get(tx->db, &(struct q_oauth_request_get){ .project_id = rq->user.project_id, .id = request_id }, &row);

	if (e == OK)
		e = q_oauth_app(tx->db, &(struct q_oauth_app){ .client_id = row.client_id }, &app);
	if (e == OK)
		e = ask_parse(rq->arena, row.params, &ask);
	return e == OK ? oauth_request_show(rq, tx, &row, &app, &ask) : fail_err(rq, e);
}

static enum verdict
device_claim(const struct request *rq, struct tx *tx)
{
	struct q_device_find_row device;
	struct throttle_answer tries;
	enum err e = throttle_count_device_code(tx, rq->user.project_id, rq->credential.id, &tries);

	if (e != OK)
		return fail_err(rq, e);
	if (tries.is_blocked) {
		reply_retry_after(rq, tries.wait_ms);
		return refuse(rq, ERR_TOO_MANY_ATTEMPTS, "Too many wrong codes. Wait before trying again.");
	}
	e = find_device(rq, tx, &device);
	if (e == OK)
		e = claim(rq, tx, &device);
	if (e == ERR_CODE_NOT_FOUND || e == ERR_CODE_CLAIMED)
		return refuse(rq, e, "%s", error_info(e)->title);
	if (e == OK)
		e = throttle_uncount_device_code(tx, rq->user.project_id, rq->credential.id);
	return e == OK ? show(rq, tx, device.request_id) : fail_err(rq, e);
}

const struct route oauth_device_routes[] = {
	{
	    .id = "oauth_device_authorization",
	    .method = POST,
	    .path = "/p/{issuer_id}/oauth/device_authorization",
	    .summary = "Ask for the codes of a device",
	    .auth = AUTH_PUBLIC,
	    .site = SITE_AUTH,
	    .tx = TX_SPLIT,	/* a proof that works once is used up by whatever is refused afterwards */
	    .flags = ROUTE_OAUTH | ROUTE_NO_IDEMPOTENCY | ROUTE_SHOWS_SECRET | ROUTE_CORS,
	    .rate = RATE_OAUTH_PUSH,
	    .body_bytes_max = (size_t)16 * 1024,
	    INPUT(struct device_input, device_input_fields),
	    .output = device_fields,
	    .errors = { ERR_INVALID_CLIENT, ERR_INVALID_REQUEST, ERR_INVALID_SCOPE, ERR_INVALID_TARGET, ERR_UNAUTHORIZED_CLIENT },
	    .handler = device_authorize,
	},
	{
	    .id = "device_authorization_claim",
	    .method = POST,
	    .path = "/api/v1/device_authorizations/claim",
	    .summary = "Type the code that a device shows",
	    .description = "Whoever is first decides, in the sign-in it was typed in. Five wrong codes in ten minutes, and the session and the "
			   "address wait.",
	    .auth = AUTH_ACCOUNT,
	    .site = SITE_BOTH,
	    .tx = TX_WRITE,
	    .flags = ROUTE_NO_IDEMPOTENCY,
	    .output = oauth_request_fields,
	    INPUT(struct claim_input, claim_fields),
	    .errors = { ERR_CODE_CLAIMED, ERR_CODE_NOT_FOUND, ERR_TOO_MANY_ATTEMPTS },
	    .handler = device_claim,
	},
	ROUTES_END,
};
