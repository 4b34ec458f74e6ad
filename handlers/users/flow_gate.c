/*
 * Who may act on a flow: the browser that opened it, with its token, while it lives and offers the
 * action (users.md rules 3, 4 and 9).
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/secrets.h"
#include "lib/sign_in_methods.h"

bool
flow_is_bound_to(const struct flow *flow, struct bytes binding)
{
	const struct bytes *own = &flow->row.binding_digest;

	return own->len == binding.len && secret_equal(own->data, binding.data, binding.len);
}

bool
flow_is_served_here(const struct request *rq, const char *project_id)
{
	bool is_console = strcmp(project_id, rq->console_id) == 0;

	if (rq->own_project_id != NULL)
		return strcmp(project_id, rq->own_project_id) == 0;
	if (strcmp(rq->config->public_url, rq->config->auth_url) == 0)
		return true;
	return is_console == (rq->site == SITE_MAIN);
}

/* ---- the token ---- */

enum err
flow_token(const struct request *rq, const struct flow *flow, const char **ret_token)
{
	const char *said = arena_printf(rq->arena, "%s %s %s", flow->row.project_id, flow->row.id,
					hex_encode(rq->arena, flow->row.binding_digest));
	uint8_t mac[32];

	TRY(keyring_mac(rq->keyring, "flow",
			(struct bytes){ .data = (const uint8_t *)said, .len = strlen(said) }, mac));
	*ret_token = base64url_encode(rq->arena, (struct bytes){ .data = mac, .len = sizeof(mac) });
	/* Without a cookie it is the token that finds the project. */
	if (flow_is_direct(flow))
		*ret_token = arena_printf(rq->arena, "%s.%s", flow->row.project_id, *ret_token);
	return OK;
}

static enum err
check_token(const struct request *rq, const struct flow *flow)
{
	const char *token;

	TRY(flow_token(rq, flow, &token));
	if (rq->flow_token == NULL || strlen(rq->flow_token) != strlen(token) ||
	    !secret_equal(rq->flow_token, token, strlen(token)))
		return ERR_CSRF_FAILED;
	return OK;
}

/* ---- looking ---- */

/* Of an app's own screens: whoever has the token has the flow. */
static enum err
find_direct(const struct request *rq, struct tx *tx, const char *project_id, const char *flow_id, struct flow *ret)
{
	struct flow flow;

	TRY(flow_load(rq, tx, project_id, flow_id, &flow));
	if (!flow_is_direct(&flow) || check_token(rq, &flow) != OK)
		return ERR_NOT_FOUND;
	TRY(flow_direct_let_in(rq, tx, project_id, flow.row.client_id));
	*ret = flow;
	return OK;
}

static enum err
find(const struct request *rq, struct tx *tx, const char *flow_id, struct flow *ret)
{
	const char *project_id;
	struct bytes binding;
	struct flow flow;

	if (flow_direct_project(rq, &project_id))
		return find_direct(rq, tx, project_id, flow_id, ret);
	if (!flow_cookie(rq, &project_id, &binding))
		return ERR_NOT_FOUND;
	TRY(flow_load(rq, tx, project_id, flow_id, &flow));
	if (!flow_is_bound_to(&flow, binding))
		return ERR_NOT_FOUND;
	*ret = flow;
	return OK;
}

enum verdict
flow_look(const struct request *rq, struct tx *tx, const char *flow_id, struct flow *ret)
{
	struct flow flow;
	enum err e = find(rq, tx, flow_id, &flow);

	if (e != OK)
		return fail_err(rq, e);
	if (flow.row.expires_at <= rq->now_ms || flow_is_over(flow.state))
		return fail_err(rq, ERR_FLOW_EXPIRED);
	*ret = flow;
	return go_on(rq);
}

/* ---- acting ---- */

unsigned
flow_methods(const struct sign_in_settings *settings, const char *auth_methods)
{
	return settings->methods & sign_in_methods_parse(auth_methods);
}

/* The kinds of factors of which an action uses or makes one; 0: none. */
static unsigned
factors_needed(enum flow_action action)
{
	switch (action) {
	case FLOW_DO_TOTP:
	case FLOW_DO_TOTP_START:
	case FLOW_DO_TOTP_VERIFY:
		return 1u << MFA_TOTP;
	case FLOW_DO_PASSKEY_OPTIONS:
	case FLOW_DO_PASSKEY:
	case FLOW_DO_PASSKEY_REGISTER_OPTIONS:
	case FLOW_DO_PASSKEY_REGISTER:
		return 1u << MFA_PASSKEY;
	case FLOW_DO_SEND_CODE:
	case FLOW_DO_VERIFY_CODE:
		return 1u << MFA_PHONE;
	case FLOW_DO_BACKUP_CODE:
		return FACTOR_BACKUP_CODE;
	default:
		return 0;
	}
}

/*
 * Of the methods that a first factor may rest on, those that reach whoever was named: a number isn't
 * mailed to, an address isn't called.
 */
unsigned
flow_methods_reaching(const struct flow *flow, enum flow_action action)
{
	bool sends = action == FLOW_DO_SEND_CODE || action == FLOW_DO_VERIFY_CODE ||
		     action == FLOW_DO_SEND_LINK;
	unsigned by_phone = METHOD_BIT(METHOD_PHONE_OTP);

	if (flow->state != FLOW_FIRST_FACTOR || !sends)
		return METHODS_ALL;
	return flow->data.phone != NULL ? by_phone : METHODS_ALL & ~by_phone;
}

/* An address is proven for the sake of what the flow began with, and that may be off by now (rule 9). */
static unsigned
methods_behind_proof(const struct flow *flow)
{
	if (flow->data.identity_subject != NULL)
		return flow_methods_needed(FLOW_IDENTIFY, FLOW_DO_SOCIAL);
	if (flow->kind == FLOW_RECOVER)
		return flow_methods_needed(FLOW_NEW_PASSWORD, FLOW_DO_SET_PASSWORD);
	if (flow->kind == FLOW_SIGN_UP || flow->kind == FLOW_UPGRADE)
		return flow_methods_needed(FLOW_IDENTIFY, FLOW_DO_SIGN_UP);
	return 0;
}

bool
flow_has_method_for(const struct flow *flow, enum flow_action action)
{
	bool proves = flow->state == FLOW_VERIFICATION;
	unsigned needed = proves ? methods_behind_proof(flow) : flow_methods_needed(flow->state, action);

	/* A provider leads back to our pages, in the browser that has our cookie. */
	if (action == FLOW_DO_SOCIAL && flow_is_direct(flow))
		return false;
	if (flow->state == FLOW_SECOND_FACTOR)
		return ((unsigned)flow->data.factors & factors_needed(action)) != 0;
	/* Decided at use (rule 9). */
	if (flow->state == FLOW_ENROLL_FACTOR)
		return (flow->settings.mfa_methods & (unsigned)flow->data.factors & factors_needed(action)) != 0;
	if (needed != 0 && (needed & flow_methods_reaching(flow, action)) == 0)
		return false;
	needed &= flow_methods_reaching(flow, action);
	return needed == 0 || (needed & flow_methods(&flow->settings, flow->row.auth_methods)) != 0;
}

enum verdict
flow_gate(const struct request *rq, struct tx *tx, const char *flow_id, enum flow_action action,
	  struct flow *ret)
{
	struct flow flow;

	const char *project_id;
	bool is_direct = flow_direct_project(rq, &project_id);

	if (rq->flow_token == NULL || (!is_direct && (rq->flow_cookies.count == 0 || !request_is_of_own_page(rq))))
		return fail_err(rq, ERR_CSRF_FAILED);
	enum verdict verdict = flow_look(rq, tx, flow_id, &flow);
	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = check_token(rq, &flow);
	if (e != OK)
		return fail_err(rq, e);
	if (!flow_allows(flow.kind, flow.state, action))
		return flow_end(rq, tx, &flow, ERR_FLOW_STATE_CONFLICT);
	if (!flow_has_method_for(&flow, action))
		return fail_err(rq, ERR_METHOD_DISABLED);
	e = flow_ask_bot_check(rq, &flow, action);
	if (e != OK)
		return fail_err(rq, e);
	*ret = flow;
	return go_on(rq);
}
