/*
 * The action complete: the flow becomes a session and is used up (users.md rules 3, 29 and 38).
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/users.h"
#include "handlers/users/browser.h"

/* ---- the accounts of this browser ---- */

static bool
is_console(const struct request *rq, const struct flow *flow)
{
	return strcmp(flow->row.project_id, rq->console_id) == 0;
}

/* The console's people hold one account in a browser. */
static bool
keeps_others(const struct request *rq, const struct flow *flow, const struct session_policy *policy)
{
	return policy->multi_session && !is_console(rq, flow);
}

static enum err
end_session(struct tx *tx, const struct flow *flow, const char *user_id, const char *session_id)
{
	enum err e = session_end(tx, flow->row.project_id, user_id, session_id);

	return e == ERR_NO_ROW ? OK : e;
}

/*
 * Makes room for one more account at the front. The person's own earlier session here ends, and so
 * does what there is no room for: a session that nobody can see is one that nobody ends (SE-03).
 * renewed_id: the session that gets a new token, else NULL.
 */
static enum err
make_room(const struct request *rq, struct tx *tx, const struct flow *flow,
	  const struct session_policy *policy, const char *renewed_id, struct browser *browser)
{
	struct browser_account accounts[BROWSER_ACCOUNTS_MAX];
	struct browser kept = { .cookie_name = browser->cookie_name, .count = 1 };
	bool keeps = renewed_id != NULL || keeps_others(rq, flow, policy);
	size_t count = 0;

	TRY(browser_read(rq, tx, flow->row.project_id, policy, browser, accounts, &count));
	for (size_t i = 0; i < count; i++) {
		const struct q_session_in_browser_row *row = &accounts[i].row;
		bool is_own = strcmp(row->user_id, flow->row.user_id) == 0;

		if (renewed_id != NULL && strcmp(row->id, renewed_id) == 0)
			continue;
		if (keeps && !is_own && kept.count < BROWSER_ACCOUNTS_MAX)
			kept.tokens[kept.count++] = accounts[i].token;
		else
			TRY(end_session(tx, flow, row->user_id, row->id));
	}
	/* The one that opened the flow may be in the cookie no more. */
	if (!keeps && flow->data.session_id != NULL)
		TRY(end_session(tx, flow, flow->data.session_user_id, flow->data.session_id));
	*browser = kept;
	return OK;
}

static enum err
record_sign_in(struct tx *tx, const struct flow *flow)
{
	struct buffer data = buffer_new(tx->arena);

	buffer_text(&data, "{\"user_id\":");
	buffer_json_string(&data, flow->row.user_id);
	buffer_text(&data, ",\"auth_strength\":");
	buffer_json_string(&data, flow->data.auth_strength);
	buffer_text(&data, ",\"reauthenticated\":");
	buffer_json_bool(&data, flow->kind == FLOW_REAUTHENTICATE);
	buffer_char(&data, '}');
	return record(tx, &(struct record){
			      .event = EV_USER_SIGNED_IN,
			      .org_id = flow->row.org_id,
			      .project_id = flow->row.project_id,
			      .target_id = flow->row.user_id,
			      .target_label = flow->row.user_email,
			      .changes = "{}",
			      .data = buffer_string(&data),
			  });
}

static enum err
make_session(const struct request *rq, struct tx *tx, const struct flow *flow,
	     const struct session_policy *policy, struct browser *browser)
{
	struct session_made made;

	if (flow->kind == FLOW_REAUTHENTICATE) {
		TRY(make_room(rq, tx, flow, policy, flow->data.session_id, browser));
		enum err e = session_rotate(tx, flow->row.project_id, flow->row.user_id,
					    flow->data.session_id, true, &browser->tokens[0]);
		return e == ERR_NO_ROW ? ERR_FLOW_EXPIRED : e;
	}
	TRY(make_room(rq, tx, flow, policy, NULL, browser));
	TRY(session_make(tx,
			 &(struct session_make){
			     .project_id = flow->row.project_id,
			     .project_org_id = flow->row.org_id,
			     .user_id = flow->row.user_id,
			     .client_id = flow->row.client_id,
			     .auth_strength = flow->data.auth_strength,
			     .amr = flow->data.amr,
			     .max_ms = policy->max_ms,
			 },
			 &made));
	browser->tokens[0] = made.token;
	return OK;
}

/*
 * The person's row is written before the session's: a reset or a ban at this moment comes wholly
 * before or wholly after.
 */
static enum err
complete(const struct request *rq, struct tx *tx, struct flow *flow,
	 const struct session_policy *policy, struct browser *browser)
{
	TRY(flow_advance(tx, flow, FLOW_COMPLETED));
	enum err e =
	    user_signed_in(tx, flow->row.project_id, flow->row.user_id, flow->data.token_version);
	if (e == ERR_NO_ROW)
		return ERR_FLOW_EXPIRED;
	TRY(e);
	TRY(make_session(rq, tx, flow, policy, browser));
	return record_sign_in(tx, flow);
}

enum verdict
flow_complete(const struct request *rq, struct tx *tx)
{
	const struct flow_path *in = rq->input;
	struct flow flow;
	struct browser browser;
	struct session_policy policy;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_COMPLETE, &flow);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (flow.row.user_id == NULL || flow.row.user_status == NULL)
		return fail_err(rq, ERR_FLOW_EXPIRED);
	enum err e = user_may_sign_in(flow.row.user_status, flow.row.ban_expires_at, rq->now_ms);
	tx->actor =
	    (struct actor){ .kind = "user", .id = flow.row.user_id, .label = flow.row.user_email };
	policy = session_policy_parse(rq->arena, flow.row.settings_body);
	browser = request_browser(rq, is_console(rq, &flow) ? NULL : flow.row.default_client_id);
	if (e == OK)
		e = complete(rq, tx, &flow, &policy, &browser);
	if (e != OK)
		return flow_end(rq, tx, &flow, e);
	browser_reply(rq, &browser, &policy);
	return flow_reply_result(rq, &flow, flow.data.redirect_to);
}
