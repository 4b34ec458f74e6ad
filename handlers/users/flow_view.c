/*
 * A flow as its browser sees it: nothing here may tell whether the person exists (users.md rule 6).
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/assets.h"
#include "lib/sign_in_methods.h"

struct option_view {
	const char *action, *method, *provider;
};

struct client_view {
	const char *client_id, *name, *logo_url;
};

struct result_view {
	const char *redirect_to, *code, *state;
};

struct flow_view {
	const char *id, *kind, *transport, *state;
	struct field_list options;
	const struct client_view *client;
	const char *identifier_hint;
	int64_t resend_at, tries_left;
	const char *error_code;
	const char *flow_token;
	int64_t expires_at;
	const char *provider_url;
	const struct result_view *result;
	const struct totp_begun *totp;
	const char *passkey_options;
	struct strings backup_codes;
	const struct flow_offer *plan_page;
};

static const char *const TRANSPORTS[] = { "cookie", "code", NULL };

static const struct field option_fields[] = {
	OUT_ENUM(struct option_view, action, flow_action_names),
	OUT_STRING(struct option_view, method, .flags = FIELD_NULLABLE),
	OUT_STRING(struct option_view, provider, .flags = FIELD_OPTIONAL, .description = "Of social: one option each"),
	FIELDS_END,
};

static const struct field client_fields[] = {
	OUT_ID(struct client_view, client_id, ID_ANY_CLIENT),
	OUT_STRING(struct client_view, name),
	OUT_STRING(struct client_view, logo_url, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

static const struct field result_fields[] = {
	OUT_STRING(struct result_view, redirect_to),
	OUT_STRING(struct result_view, code, .flags = FIELD_OPTIONAL | FIELD_SECRET,
		   .description = "Of transport code: to be redeemed at /oauth/token"),
	OUT_STRING(struct result_view, state, .flags = FIELD_OPTIONAL),
	FIELDS_END,
};

const struct field flow_fields[] = {
	OUT_ID(struct flow_view, id, ID_FLOW),
	OUT_ENUM(struct flow_view, kind, flow_kind_names, .description = "What the person is doing now"),
	OUT_ENUM(struct flow_view, transport, TRANSPORTS),
	OUT_ENUM(struct flow_view, state, flow_state_names),
	OUT_LIST(struct flow_view, options, option_fields, struct option_view,
		 .description = "What is possible now, the same for known and unknown people"),
	OUT_OBJECT(struct flow_view, client, client_fields),
	OUT_STRING(struct flow_view, identifier_hint, .flags = FIELD_NULLABLE),
	OUT_TIME(struct flow_view, resend_at, .flags = FIELD_NULLABLE),
	OUT_INT(struct flow_view, tries_left, .flags = FIELD_NULLABLE),
	OUT_STRING(struct flow_view, error_code, .flags = FIELD_NULLABLE),
	OUT_STRING(struct flow_view, flow_token, .flags = FIELD_SECRET,
		   .description = "To be sent back as X-Flow-Token"),
	OUT_TIME(struct flow_view, expires_at),
	OUT_STRING(struct flow_view, provider_url, .flags = FIELD_OPTIONAL | FIELD_SECRET,
		   .description = "Only from social and choose: where the browser goes first"),
	OUT_OBJECT(struct flow_view, result, result_fields, .flags = FIELD_NULLABLE),
	OUT_OBJECT(struct flow_view, totp, totp_begun_fields, .flags = FIELD_OPTIONAL,
		   .description = "Shown once, by totp_start"),
	OUT_JSON(struct flow_view, passkey_options, .flags = FIELD_OPTIONAL,
		 .description = "For navigator.credentials, by passkey_options and passkey_register_options"),
	OUT_STRINGS(struct flow_view, backup_codes, .flags = FIELD_OPTIONAL | FIELD_SECRET,
		    .description = "Shown once, when a second factor was set up"),
	OUT_OBJECT(struct flow_view, plan_page, flow_offer_fields, .flags = FIELD_OPTIONAL,
		   .description = "In the state plan: what there is to choose from"),
	FIELDS_END,
};

/* As the proof decides it: a guest is in already, and becomes somebody while the door is shut to newcomers. */
static bool
offers_sign_up(const struct flow *flow)
{
	if (flow->settings.sign_up == SIGN_UP_OPEN)
		return true;
	if (flow->data.invitation != NULL)
		return flow->settings.sign_up == SIGN_UP_INVITE_ONLY;
	return flow->kind == FLOW_UPGRADE;
}

/* The name of the only method that the action rests on; NULL when it is one of several, or none. */
static const char *
method_of(const struct flow *flow, enum flow_action action)
{
	unsigned needed = flow_methods_needed(flow->state, action) &
			  flow_methods_reaching(flow, action) &
			  flow_methods(&flow->settings, flow->row.auth_methods);

	for (enum sign_in_method method = 0; method < METHOD_COUNT; method++)
		if (needed == METHOD_BIT(method))
			return sign_in_method_names[method];
	return NULL;
}

static struct field_list
options_of(const struct request *rq, const struct flow *flow)
{
	struct option_view *options =
	    ARENA_ARRAY(rq->arena, FLOW_ACTION_COUNT + flow->providers.count, struct option_view);
	size_t count = 0;

	for (enum flow_action action = 0; action < FLOW_ACTION_COUNT; action++) {
		if (!flow_allows(flow->kind, flow->state, action) ||
		    !flow_has_method_for(flow, action))
			continue;
		/*
		 * A door that is shut isn't shown; who knocks anyway learns of it when the address
		 * is proven (rule 8).
		 */
		if (action == FLOW_DO_SIGN_UP && !offers_sign_up(flow))
			continue;
		if (action == FLOW_DO_SOCIAL) {
			for (size_t i = 0; i < flow->providers.count; i++)
				options[count++] = (struct option_view){
				    .action = "social", .method = "social", .provider = flow->providers.items[i] };
			continue;
		}
		options[count++] = (struct option_view){ .action = flow_action_name(action),
							 .method = method_of(flow, action) };
	}
	return (struct field_list){ .items = options, .count = count };
}

static enum err
make_view(const struct request *rq, const struct flow *flow, struct flow_view *ret)
{
	bool is_waiting = flow->state == FLOW_VERIFICATION || flow->state == FLOW_FIRST_FACTOR || flow_is_at_factor(flow);
	bool has_code = is_waiting && flow->row.code_digest.data != NULL &&
			flow_allows(flow->kind, flow->state, FLOW_DO_VERIFY_CODE);
	struct client_view *client = ARENA_NEW(rq->arena, struct client_view);
	const char *token;

	TRY(flow_token(rq, flow, &token));
	*client = (struct client_view){
		.client_id = flow->row.client_id,
		.name = flow->row.client_name,
		.logo_url = asset_url(rq->arena, rq->config, flow->row.default_client_id, strcmp(flow->row.project_id, rq->console_id) == 0, flow->row.client_logo_digest),
	};
	*ret = (struct flow_view){
		.id = flow->row.id,
		.kind = flow_kind_name(flow->kind),
		.transport = flow_is_direct(flow) ? "code" : "cookie",
		.state = flow_state_name(flow->state),
		.options = options_of(rq, flow),
		.client = client,
		.identifier_hint = flow_identifier_hint(rq->arena, flow),
		.resend_at = is_waiting ? flow->data.resend_at : NONE,
		.tries_left = has_code ? FLOW_CODE_TRIES - flow->row.code_tries : NONE,
		.error_code = flow->data.error_code,
		.flow_token = token,
		.totp = flow->shown.totp,
		.passkey_options = flow->shown.passkey_options,
		.backup_codes = flow->shown.backup_codes,
		.plan_page = flow->state == FLOW_PLAN ? flow->offer : NULL,
		.expires_at = flow->row.expires_at,
	};
	return OK;
}

enum verdict
flow_reply(const struct request *rq, unsigned status, const struct flow *flow)
{
	struct flow_view view;
	enum err e = make_view(rq, flow, &view);

	return e == OK ? reply(rq, status, flow_fields, &view) : fail_err(rq, e);
}

enum verdict
flow_reply_result(const struct request *rq, const struct flow *flow, const char *redirect_to)
{
	return flow_reply_code(rq, flow, &(struct flow_code){ .redirect_to = redirect_to });
}

enum verdict
flow_reply_code(const struct request *rq, const struct flow *flow, const struct flow_code *code)
{
	struct result_view result = { .redirect_to = code->redirect_to, .code = code->code, .state = code->state };
	struct flow_view view;
	enum err e = make_view(rq, flow, &view);

	if (e != OK)
		return fail_err(rq, e);
	view.result = &result;
	return reply(rq, 200, flow_fields, &view);
}

enum verdict
flow_reply_away(const struct request *rq, const struct flow *flow, const char *provider_url)
{
	struct flow_view view;
	enum err e = make_view(rq, flow, &view);

	if (e != OK)
		return fail_err(rq, e);
	view.provider_url = provider_url;
	return reply(rq, 200, flow_fields, &view);
}

enum verdict
flow_show_current(const struct request *rq, struct tx *tx, const struct flow *ours)
{
	struct flow current;
	enum err e = flow_load(rq, tx, ours->row.project_id, ours->row.id, &current);

	if (e == OK && (flow_is_over(current.state) || !flow_is_bound_to(&current, ours->row.binding_digest)))
		e = ERR_FLOW_EXPIRED;
	return e == OK ? flow_reply(rq, 200, &current) : fail_err(rq, e);
}

/* 409 with the flow as somebody else has left it; 410 when they have finished it. */
static enum verdict
fail_conflict(const struct request *rq, struct tx *tx, const struct flow *ours)
{
	struct buffer details = buffer_new(rq->arena);
	struct flow_view view;
	struct flow current;
	enum err e = flow_load(rq, tx, ours->row.project_id, ours->row.id, &current);

	if (e != OK)
		return fail_err(rq, e);
	if (flow_is_over(current.state) || current.row.expires_at <= rq->now_ms)
		return fail_err(rq, ERR_FLOW_EXPIRED);
	/* A link that was opened elsewhere took the flow along. */
	if (!flow_is_bound_to(&current, ours->row.binding_digest))
		return fail_err(rq, ERR_NOT_FOUND);
	e = make_view(rq, &current, &view);
	if (e != OK)
		return fail_err(rq, e);
	buffer_text(&details, "{\"flow\":");
	fields_render(&details, flow_fields, &view, false);
	buffer_char(&details, '}');
	return fail_details(rq, ERR_FLOW_STATE_CONFLICT, buffer_string(&details),
			    "The sign-in has moved on meanwhile; details.flow is where it stands.");
}

enum verdict
flow_end(const struct request *rq, struct tx *tx, const struct flow *flow, enum err e)
{
	if (e == OK)
		return flow_reply(rq, 200, flow);
	if (e == ERR_FLOW_STATE_CONFLICT)
		return fail_conflict(rq, tx, flow);
	return fail_err(rq, e);
}
