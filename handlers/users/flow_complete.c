/*
 * The action complete: the flow becomes a session and is used up (users.md rules 3, 29 and 38).
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "domain/users.h"

static const char *
cookie_name(const struct request *rq, const struct flow *flow)
{
	if (strcmp(flow->row.project_id, rq->console_id) == 0)
		return SESSION_COOKIE;
	return arena_printf(rq->arena, "%s-%s", SESSION_COOKIE, flow->row.default_client_id);
}

/*
 * Whoever was signed in here before isn't any more: a session that nobody can see is one that
 * nobody ends (SE-03).
 */
static enum err
end_previous_session(struct tx *tx, const struct flow *flow)
{
	if (flow->data.session_id == NULL)
		return OK;
	enum err e = session_end(tx, flow->row.project_id, flow->data.session_user_id,
				 flow->data.session_id);
	return e == ERR_NO_ROW ? OK : e;
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
make_session(struct tx *tx, const struct flow *flow, const char **ret_token)
{
	struct session_made made;

	if (flow->kind == FLOW_REAUTHENTICATE) {
		enum err e = session_rotate(tx, flow->row.project_id, flow->row.user_id,
					    flow->data.session_id, true, ret_token);
		return e == ERR_NO_ROW ? ERR_FLOW_EXPIRED : e;
	}
	TRY(end_previous_session(tx, flow));
	TRY(session_make(tx,
			 &(struct session_make){
			     .project_id = flow->row.project_id,
			     .project_org_id = flow->row.org_id,
			     .user_id = flow->row.user_id,
			     .client_id = flow->row.client_id,
			     .auth_strength = flow->data.auth_strength,
			     .amr = flow->data.amr,
			 },
			 &made));
	*ret_token = made.token;
	return OK;
}

/*
 * The person's row is written before the session's: a reset or a ban at this moment comes wholly
 * before or wholly after.
 */
static enum err
complete(struct tx *tx, struct flow *flow, const char **ret_token)
{
	TRY(flow_advance(tx, flow, FLOW_COMPLETED));
	enum err e =
	    user_signed_in(tx, flow->row.project_id, flow->row.user_id, flow->data.token_version);
	if (e == ERR_NO_ROW)
		return ERR_FLOW_EXPIRED;
	TRY(e);
	TRY(make_session(tx, flow, ret_token));
	return record_sign_in(tx, flow);
}

enum verdict
flow_complete(const struct request *rq, struct tx *tx)
{
	const struct flow_path *in = rq->input;
	struct flow flow;
	const char *token = NULL;
	enum verdict verdict = flow_gate(rq, tx, in->flow_id, FLOW_DO_COMPLETE, &flow);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	if (flow.row.user_id == NULL || flow.row.user_status == NULL)
		return fail_err(rq, ERR_FLOW_EXPIRED);
	enum err e = user_may_sign_in(flow.row.user_status, flow.row.ban_expires_at, rq->now_ms);
	tx->actor =
	    (struct actor){ .kind = "user", .id = flow.row.user_id, .label = flow.row.user_email };
	if (e == OK)
		e = complete(tx, &flow, &token);
	if (e != OK)
		return flow_end(rq, tx, &flow, e);
	reply_cookie(rq, cookie_name(rq, &flow), token, SESSION_MAX_MS / SECOND_MS);
	return flow_reply_result(rq, &flow, flow.data.redirect_to);
}
