/*
 * The action complete: the flow becomes a session and is used up (users.md rules 3, 29 and 38).
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/users.h"
#include "handlers/users/browser.h"
#include "lib/sign_in_methods.h"

/* ---- the accounts of this browser ---- */

static bool
is_console(const struct request *rq, const struct flow *flow)
{
	return strcmp(flow->row.project_id, rq->console_id) == 0;
}

/* Who was signed in already goes on with the session they have. */
static bool
goes_on(const struct flow *flow)
{
	return flow->kind == FLOW_REAUTHENTICATE || flow->kind == FLOW_LINK;
}

/* The console's people hold one account in a browser. */
static struct browser_guest
guest_of(const struct request *rq, const struct flow *flow, const struct session_policy *policy)
{
	return (struct browser_guest){
		.project_id = flow->row.project_id,
		.user_id = flow->row.user_id,
		.policy = policy,
		.renewed_id = goes_on(flow) ? flow->data.session_id : NULL,
		.is_alone = !policy->multi_session || is_console(rq, flow),
	};
}

/* The session that opened the flow may be in the cookie no more. */
static enum err
end_opener(struct tx *tx, const struct flow *flow)
{
	if (flow->data.session_id == NULL)
		return OK;
	enum err e = session_end(tx, flow->row.project_id, flow->data.session_user_id,
				 flow->data.session_id);
	return e == ERR_NO_ROW ? OK : e;
}

/* Somebody who only shows again that it's them was signed in before. */
static void
count_sign_in(struct tx *tx, const struct flow *flow)
{
	if (!goes_on(flow))
		tx_count(tx, &(struct stat_count){
				 .stat = STAT_SIGN_INS,
				 .project_id = flow->row.project_id,
				 .values = { flow->data.auth_strength },
			     });
	tx_count(tx, &(struct stat_count){
			 .stat = STAT_USER_DAY,
			 .project_id = flow->row.project_id,
			 .values = { flow->row.user_id },
		     });
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

/* The session goes on; a second factor that was proven now counts for all of it. */
static enum err
renew_session(struct tx *tx, const struct flow *flow, const char **ret_token)
{
	enum err e = session_rotate(tx, flow->row.project_id, flow->row.user_id,
				    flow->data.session_id, flow->kind == FLOW_REAUTHENTICATE,
				    ret_token);

	if (e != OK || flow->data.level != 2)
		return e == ERR_NO_ROW ? ERR_FLOW_EXPIRED : e;
	return q_session_raise_level(tx->db,
				     &(struct q_session_raise_level){
					 .project_id = flow->row.project_id,
					 .user_id = flow->row.user_id,
					 .id = flow->data.session_id,
				     },
				     NULL);
}

static enum err
make_session(const struct request *rq, struct tx *tx, const struct flow *flow,
	     const struct session_policy *policy, struct browser *browser, const char **ret_session_id)
{
	const struct browser_guest guest = guest_of(rq, flow, policy);
	struct session_made made;

	/* An app's own screens keep no cookie of ours. */
	if (!flow_is_direct(flow))
		TRY(browser_make_room(rq, tx, &guest, browser));
	*ret_session_id = flow->data.session_id;
	if (goes_on(flow))
		return renew_session(tx, flow, &browser->tokens[0]);
	if (guest.is_alone && !flow_is_direct(flow))
		TRY(end_opener(tx, flow));
	TRY(session_make(tx,
			 &(struct session_make){
			     .project_id = flow->row.project_id,
			     .project_org_id = flow->row.org_id,
			     .user_id = flow->row.user_id,
			     .client_id = flow->row.client_id,
			     .auth_strength = flow->data.auth_strength,
			     .amr = flow->data.amr,
			     .max_ms = policy->max_ms,
			     .level = flow->data.level,
			 },
			 &made));
	browser->tokens[0] = made.token;
	*ret_session_id = made.id;
	return OK;
}

/*
 * The person's row is written before the session's: a reset or a ban at this moment comes wholly
 * before or wholly after.
 */
static enum err
complete(const struct request *rq, struct tx *tx, struct flow *flow,
	 const struct session_policy *policy, struct browser *browser, const char **ret_session_id)
{
	TRY(flow_advance(tx, flow, FLOW_COMPLETED));
	enum err e =
	    user_signed_in(tx, flow->row.project_id, flow->row.user_id, flow->data.token_version);
	if (e == ERR_NO_ROW)
		return ERR_FLOW_EXPIRED;
	TRY(e);
	TRY(make_session(rq, tx, flow, policy, browser, ret_session_id));
	count_sign_in(tx, flow);
	return record_sign_in(tx, flow);
}

/* Turned off while somebody was on the way, what they came in by is closed to them too (rule 9). */
static bool
is_way_in_on(const struct flow *flow)
{
	const char *way_in = flow->data.way_in;

	if (way_in == NULL)
		return true;
	enum sign_in_method method = strcmp(way_in, "social_oauth") == 0 ? METHOD_SOCIAL : sign_in_method_parse(way_in);
	return method == METHOD_COUNT || (flow_methods(&flow->settings, flow->row.auth_methods) & METHOD_BIT(method)) != 0;
}

enum verdict
flow_complete(const struct request *rq, struct tx *tx)
{
	const struct flow_path *in = rq->input;
	struct flow flow;
	struct browser browser;
	struct session_policy policy;
	const char *session_id;
	struct flow_code code;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_COMPLETE, &flow);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (flow.row.user_id == NULL || flow.row.user_status == NULL)
		return fail_err(rq, ERR_FLOW_EXPIRED);
	if (!is_way_in_on(&flow))
		return fail_err(rq, ERR_METHOD_DISABLED);
	enum err e = user_may_sign_in(flow.row.user_status, flow.row.ban_expires_at, rq->now_ms);
	tx->actor =
	    (struct actor){ .kind = "user", .id = flow.row.user_id, .label = flow.row.user_email };
	policy = session_policy_parse(rq->arena, flow.row.settings_body);
	browser = request_browser(rq, is_console(rq, &flow) ? NULL : flow.row.default_client_id);
	if (e == OK)
		e = complete(rq, tx, &flow, &policy, &browser, &session_id);
	if (e == OK && flow_is_direct(&flow))
		e = flow_direct_code(rq, tx, &flow, session_id, &code);
	if (e != OK)
		return flow_end(rq, tx, &flow, e);
	if (flow_is_direct(&flow))
		return flow_reply_code(rq, &flow, &code);
	browser_reply(rq, &browser, &policy);
	return flow_reply_result(rq, &flow, flow.data.redirect_to);
}
