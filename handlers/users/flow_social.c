/*
 * Sign-in with a provider (users.md rule 25): the way there, with state, nonce and PKCE bound to the flow, and the way back.
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/job_queue.h"
#include "domain/social_providers.h"
#include "handlers/routes.h"
#include "lib/jose.h"
#include "lib/secrets.h"
#include "lib/sign_in_methods.h"

#define TEXT_MAX 4096
/* A provider's form waits so long for the browser to come back with its cookie. */
#define HANDLE_LIFE_MS (10 * MINUTE_MS)

/* More than people can choose from. */
#define PROVIDERS_MAX 30

enum err
flow_read_providers(struct tx *tx, struct flow *flow)
{
	struct social_provider_row *rows = NULL;
	size_t count = 0, ready = 0;

	if ((flow_methods(&flow->settings, flow->row.auth_methods) & METHOD_BIT(METHOD_SOCIAL)) == 0)
		return OK;
	TRY(q_social_provider_list(
	    tx->db, &(struct q_social_provider_list){ .project_id = flow->row.project_id, .limit = PROVIDERS_MAX }, &rows,
	    &count));
	const char **keys = ARENA_ARRAY(tx->arena, count, const char *);
	for (size_t i = 0; i < count; i++) {
		struct social_provider provider = { .is_enabled = rows[i].is_enabled,
						    .secret_sealed = rows[i].secret_sealed };

		if (social_settings_parse(tx->arena, rows[i].provider, rows[i].body, &provider.settings) &&
		    social_provider_is_ready(tx->arena, &provider))
			keys[ready++] = rows[i].provider;
	}
	flow->providers = (struct strings){ keys, ready };
	return OK;
}

/* ---- POST /flows/{flow_id}/social ---- */

/* "prj_….flw_….{random}": the ids find the flow, the random part proves that we sent the browser. */
static const char *
state_of(const struct request *rq, const struct flow *flow)
{
	return arena_printf(rq->arena, "%s.%s.%s", flow->row.project_id, flow->row.id, flow->data.social_state);
}

static enum err
find_ready(struct tx *tx, const char *project_id, const char *key, struct social_provider *ret)
{
	if (social_kind_find(key) == NULL)
		return ERR_METHOD_DISABLED;
	enum err e = social_provider_read(tx, project_id, key, ret);
	if (e == ERR_NO_ROW || (e == OK && !social_provider_is_ready(tx->arena, ret)))
		return ERR_METHOD_DISABLED;
	return e;
}

static enum err
send_away(const struct request *rq, struct tx *tx, struct flow *flow, const char *key, const char **ret_url)
{
	struct social_provider provider;
	struct social_endpoints endpoints;

	TRY(find_ready(tx, flow->row.project_id, key, &provider));
	if (!social_endpoints_of(rq->arena, &provider.settings, &endpoints))
		return ERR_METHOD_DISABLED;
	TRY(secret_make_cookie(rq->arena, &flow->data.social_state));
	TRY(secret_make_cookie(rq->arena, &flow->data.social_nonce));
	TRY(secret_make_cookie(rq->arena, &flow->data.social_verifier));
	flow->data.social = key;
	flow->data.error_code = NULL;
	*ret_url = social_authorize_address(rq->arena, &provider.settings, &endpoints,
					    &(struct social_asking){
						.redirect_uri = social_callback_url(tx, flow->row.project_id),
						.state = state_of(rq, flow),
						.nonce = flow->data.social_nonce,
						.verifier = flow->data.social_verifier,
						.login_hint = flow->data.email,
					    });
	return flow_advance(tx, flow, FLOW_CODE_SENT);
}

enum verdict
flow_social(const struct request *rq, struct tx *tx)
{
	const struct flow_social_input *in = rq->input;
	struct flow flow;
	const char *url = NULL;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_SOCIAL, &flow);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = send_away(rq, tx, &flow, in->provider, &url);
	return e == OK ? flow_reply_away(rq, &flow, url) : flow_end(rq, tx, &flow, e);
}

/* ---- GET and POST /social/callback ---- */

struct callback_input {
	struct {
		bool state, code, error, iss, user, handle;
	} has;
	const char *state, *code, *error, *iss, *user, *handle;
};

#define OF_PROVIDER(member) \
	IN_STRING(struct callback_input, member, .in = IN_QUERY, .max = TEXT_MAX, .flags = FIELD_RAW)

static const struct field callback_input[] = {
	OF_PROVIDER(state),
	OF_PROVIDER(code),
	OF_PROVIDER(error),
	OF_PROVIDER(iss),
	OF_PROVIDER(user),
	OF_PROVIDER(handle),
	FIELDS_END,
};

/* Nothing is known of the flow: the page that says so. */
static enum verdict
go_nowhere(const struct request *rq, const char *reason)
{
	request_reason(rq, reason);
	return reply_see_other(rq, arena_printf(rq->arena, "%s/error?code=link_invalid&request_id=%s",
						rq->config->public_url, rq->id));
}

/* The hosted page that goes on with the flow. */
static enum verdict
go_on_with(const struct request *rq, const struct flow *flow)
{
	const char *page = flow_page_url(rq, flow->row.project_id, flow->row.default_client_id, "callback");

	return reply_see_other(rq, arena_printf(rq->arena, "%s#%s", page, flow->row.id));
}

/* Up to the next dot; NULL when there is none. */
static const char *
next_part(struct arena *arena, const char **at)
{
	const char *dot = strchr(*at, '.');

	if (dot == NULL)
		return NULL;
	const char *part = arena_strndup(arena, *at, (size_t)(dot - *at));
	*at = dot + 1;
	return part;
}

static bool
is_used(const struct request *rq, const struct flow *flow, const char *random)
{
	const char *own = flow->data.social_state;

	return own == NULL || strlen(own) != strlen(random) || !secret_equal(own, random, strlen(own)) ||
	       !flow_allows(flow->kind, flow->state, FLOW_DO_SOCIAL) || flow->row.expires_at <= rq->now_ms;
}

/* The flow of a state that we gave out and that was never used; in whichever browser. */
static bool
find_by_state(const struct request *rq, struct tx *tx, const char *state, struct flow *ret)
{
	const char *at = state != NULL ? state : "";
	const char *project_id = next_part(rq->arena, &at);
	const char *flow_id = project_id != NULL ? next_part(rq->arena, &at) : NULL;
	struct flow flow;

	if (flow_id == NULL || !id_is_valid(ID_PROJECT, project_id) || !id_is_valid(ID_FLOW, flow_id) ||
	    !flow_is_served_here(rq, project_id) || flow_load(rq, tx, project_id, flow_id, &flow) != OK ||
	    is_used(rq, &flow, at))
		return false;
	*ret = flow;
	return true;
}

/* What the provider sent, by itself or by way of a form that was kept. */
struct provider_answer {
	const char *code, *error, *iss, *name;
};

/* Apple, at the first sign-in alone: {"name": {"firstName", "lastName"}}. */
static const char *
name_of(const struct request *rq, const char *user)
{
	struct json object;

	if (user == NULL || json_parse(rq->arena, user, strlen(user), &object, NULL) != OK ||
	    object.type != JSON_OBJECT)
		return NULL;
	const struct json *name = json_member(&object, "name");
	if (name == NULL || name->type != JSON_OBJECT)
		return NULL;
	const char *first = json_text(name, "firstName");
	const char *last = json_text(name, "lastName");
	if (first == NULL || last == NULL)
		return first != NULL ? first : last;
	return arena_printf(rq->arena, "%s %s", first, last);
}

static void
add_member(struct buffer *json, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buffer_char(json, json->len == 0 ? '{' : ',');
	buffer_json_string(json, name);
	buffer_char(json, ':');
	buffer_json_string(json, value);
}

/* RFC 9207: where the provider names itself, it must be the one we sent the browser to (mix-up). */
static bool
is_from_other_issuer(const struct request *rq, struct tx *tx, const struct flow *flow, const char *iss)
{
	struct social_provider provider;
	struct social_endpoints endpoints;

	if (social_provider_read(tx, flow->row.project_id, flow->data.social, &provider) != OK ||
	    !social_endpoints_of(rq->arena, &provider.settings, &endpoints))
		return true;
	if (iss == NULL)
		return provider.settings.found.names_itself != NULL;
	/* A provider that isn't asked for ID tokens has no issuer to compare; its state is what binds it. */
	return endpoints.issuer != NULL && strstr(endpoints.issuer, "{tenantid}") == NULL &&
	       strcmp(iss, endpoints.issuer) != 0;
}

static enum err
queue_exchange(const struct request *rq, struct tx *tx, struct flow *flow, const struct provider_answer *answer)
{
	struct buffer payload = buffer_new(rq->arena);

	add_member(&payload, "provider", flow->data.social);
	add_member(&payload, "code", answer->code);
	add_member(&payload, "verifier", flow->data.social_verifier);
	add_member(&payload, "nonce", flow->data.social_nonce);
	add_member(&payload, "redirect_uri", social_callback_url(tx, flow->row.project_id));
	add_member(&payload, "name", answer->name);
	buffer_char(&payload, '}');
	arena_wipe_later(rq->arena, payload.data, payload.len);
	return job_queue(tx, flow->row.project_id, JOB_SOCIAL_EXCHANGE, buffer_string(&payload), &flow->data.wait_job);
}

/* The state is used up, whatever comes of it. */
static enum err
take_answer(const struct request *rq, struct tx *tx, struct flow *flow, const struct provider_answer *answer)
{
	bool is_known = flow->state == FLOW_FIRST_FACTOR;
	bool is_refusal = answer->error != NULL || answer->code == NULL ||
			  is_from_other_issuer(rq, tx, flow, answer->iss);

	if (!is_refusal)
		TRY(queue_exchange(rq, tx, flow, answer));
	flow->data.social_state = flow->data.social_nonce = flow->data.social_verifier = NULL;
	if (is_refusal) {
		flow->data.error_code = answer->error != NULL ? "provider_canceled" : "provider_refused";
		return flow_advance(tx, flow, FLOW_CODE_SENT);
	}
	flow->data.wait_since = rq->now_ms;
	flow->data.wait_known = is_known ? "1" : NULL;
	return flow_advance(tx, flow, FLOW_WAITS);
}

static enum err
open_handle(const struct request *rq, struct tx *tx, const struct flow *flow, const char *handle,
	    struct provider_answer *ret)
{
	struct json kept;

	if (!id_is_valid(ID_JOB, handle))
		return ERR_NO_ROW;
	TRY(job_answer_read(tx, flow->row.project_id, handle, &kept));
	TRY(job_answer_drop(tx, flow->row.project_id, handle));
	*ret = (struct provider_answer){
		.code = json_text(&kept, "code"),
		.error = json_text(&kept, "error"),
		.iss = json_text(&kept, "iss"),
		.name = name_of(rq, json_text(&kept, "user")),
	};
	return OK;
}

static enum verdict
social_callback(const struct request *rq, struct tx *tx)
{
	const struct callback_input *in = rq->input;
	struct provider_answer answer = { .code = in->code, .error = in->error, .iss = in->iss };
	struct bytes binding;
	const char *project_id;
	struct flow flow;

	if (!find_by_state(rq, tx, in->state, &flow))
		return go_nowhere(rq, "no flow has this state");
	/* Another browser's: somebody wants this one to be signed in as them (login CSRF). */
	if (!flow_cookie(rq, &project_id, &binding) || !flow_is_bound_to(&flow, binding))
		return go_nowhere(rq, "the state is another browser's");
	enum err e = in->handle != NULL ? open_handle(rq, tx, &flow, in->handle, &answer) : OK;
	if (e == ERR_NO_ROW)
		return go_nowhere(rq, "the form's handle is used up");
	if (e == OK)
		e = take_answer(rq, tx, &flow, &answer);
	if (e == ERR_FLOW_STATE_CONFLICT)
		return go_on_with(rq, &flow);
	return e == OK ? go_on_with(rq, &flow) : fail_err(rq, e);
}

/*
 * A form from the provider's page comes without our Lax cookie. It is kept under a handle, with which the browser comes again on
 * its own.
 */
static enum verdict
social_callback_post(const struct request *rq, struct tx *tx)
{
	const struct callback_input *in = rq->input;
	struct buffer kept = buffer_new(rq->arena);
	const char *handle;
	struct flow flow;

	if (!find_by_state(rq, tx, in->state, &flow))
		return go_nowhere(rq, "no flow has this state");
	add_member(&kept, "code", in->code);
	add_member(&kept, "error", in->error);
	add_member(&kept, "iss", in->iss);
	add_member(&kept, "user", in->user);
	buffer_text(&kept, kept.len == 0 ? "{}" : "}");
	enum err e = tx_make_id(tx, ID_JOB, &handle);
	if (e == OK)
		e = job_answer(tx, flow.row.project_id, handle, buffer_string(&kept), rq->now_ms + HANDLE_LIFE_MS);
	if (e != OK)
		return fail_err(rq, e);
	return reply_see_other(rq, arena_printf(rq->arena, "%s?state=%s&handle=%s", social_callback_url(tx, flow.row.project_id),
						in->state, handle));
}

#define OF_A_PROVIDER                                                                              \
	.path = "/api/v1/social/callback", .auth = AUTH_PUBLIC, .site = SITE_BOTH, .tx = TX_WRITE, \
	.rate = RATE_FLOW_ACTION, .status = 303, .flags = ROUTE_FOREIGN | ROUTE_NO_IDEMPOTENCY,    \
	INPUT(struct callback_input, callback_input)

const struct route social_callback_routes[] = {
	{
	    OF_A_PROVIDER,
	    .id = "social_callback",
	    .method = GET,
	    .summary = "Come back from a sign-in provider",
	    .description = "Sends the browser on to the hosted callback page, or to the error page.",
	    .handler = social_callback,
	},
	{
	    OF_A_PROVIDER,
	    .id = "social_callback_post",
	    .method = POST,
	    .summary = "Come back from a sign-in provider with a form",
	    .description = "Sends the browser on to the same address with a handle that works once, so that its cookie comes along.",
	    .handler = social_callback_post,
	},
	ROUTES_END,
};
