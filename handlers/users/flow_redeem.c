/*
 * A mailed link, opened: it takes its flow to the browser that posts it (users.md rule 16).
 */
#include "handlers/users/flow.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/secrets.h"

/* Of a flow's links only the newest counts. */
static bool
is_newest(const struct request *rq, const struct flow *flow, struct bytes digest)
{
	const char *hex = hex_encode(rq->arena, digest);

	return flow->data.link != NULL && strlen(flow->data.link) == strlen(hex) &&
	       secret_equal(flow->data.link, hex, strlen(hex));
}

static bool
is_for_state(const struct flow *flow, const char *purpose)
{
	bool signs_in = strcmp(purpose, FLOW_MAGIC_LINK) == 0;

	return flow->state == (signs_in ? FLOW_FIRST_FACTOR : FLOW_VERIFICATION);
}

/* Decided at use, also for a link that was mailed while the method was on (rule 9). */
static enum err
check_method(const struct flow *flow)
{
	enum flow_action stands_for = flow->state == FLOW_FIRST_FACTOR ? FLOW_DO_SEND_LINK : FLOW_DO_VERIFY_CODE;

	return flow_has_method_for(flow, stands_for) ? OK : ERR_METHOD_DISABLED;
}

/* The flow behind a link; *ret_is_proof when the link has done all it can, and the flow goes on from there. */
static enum err
begin(const struct request *rq, struct tx *tx, const char *project_id, const struct q_one_time_token_get_row *row,
      const char *token, struct flow *ret_flow, bool *ret_is_proof)
{
	enum mailed_link kind;

	if (!mailed_link_parse(row->purpose, &kind) || row->user_id == NULL)
		return ERR_NO_ROW;
	TRY(flow_begin_mailed(rq, tx, project_id, row, kind, token, ret_flow));
	*ret_is_proof = kind == MAILED_LINK_VERIFICATION;
	return *ret_is_proof ? OK : check_method(ret_flow);
}

/* The link is used up by whoever's UPDATE hits; then it is looked at. */
static enum err
use_link(const struct request *rq, struct tx *tx, const char *project_id, const char *token,
	 struct flow *ret_flow, bool *ret_is_proof)
{
	struct bytes digest = sha256_bytes(rq->arena, token, strlen(token));
	struct q_one_time_token_get_row row;
	struct flow flow;
	uint64_t matched = 0;

	TRY(q_one_time_token_use(
	    tx->db,
	    &(struct q_one_time_token_use){ .project_id = project_id, .token_digest = digest },
	    &matched));
	if (matched == 0)
		return ERR_NO_ROW;
	TRY(q_one_time_token_get(
	    tx->db,
	    &(struct q_one_time_token_get){ .project_id = project_id, .token_digest = digest },
	    &row));
	*ret_is_proof = false;
	if (row.flow_id == NULL)
		return begin(rq, tx, project_id, &row, token, ret_flow, ret_is_proof);
	TRY(flow_load(rq, tx, project_id, row.flow_id, &flow));
	if (flow.row.expires_at <= rq->now_ms || !is_for_state(&flow, row.purpose) ||
	    !is_newest(rq, &flow, digest))
		return ERR_NO_ROW;
	TRY(check_method(&flow));
	*ret_flow = flow;
	return OK;
}

enum verdict
flow_redeem(const struct request *rq, struct tx *tx)
{
	const struct flow_redeem_input *in = rq->input;
	struct flow_client_row client;
	enum secret_kind kind;
	struct bytes binding;
	struct flow flow;
	bool is_proof;

	if (!secret_parse(in->token, &kind) || kind != SECRET_MAIL_LINK)
		return fail_err(rq, ERR_LINK_INVALID);
	enum err e = flow_find_client(rq, tx, in->client_id, &client);
	if (e == OK && client.is_suspended)
		return fail_err(rq, ERR_ORG_SUSPENDED);
	if (e == OK)
		e = use_link(rq, tx, client.project_id, in->token, &flow, &is_proof);
	if (e == OK && is_proof)
		return flow_reply(rq, 200, &flow);
	if (e == OK)
		e = flow_take_cookie(rq, client.project_id, &binding);
	if (e != OK)
		return fail_err(rq, e == ERR_NO_ROW || e == ERR_NOT_FOUND ? ERR_LINK_INVALID : e);
	/* The flow goes with the mailbox: whoever opened it in another browser has it no more. */
	bool is_here = flow_is_bound_to(&flow, binding);
	flow.row.binding_digest = binding;
	/* What was proven in the other browser, and whose session it had, is nothing to this one. */
	if (!is_here) {
		flow.data.session_id = NULL;
		flow.data.auth_strength = NULL;
		flow.data.way_in = NULL;
		flow.data.amr = NULL;
		flow.data.level = NONE;
		/* There is no session here to go on with: a link signs in (rule 16). */
		if (flow.kind == FLOW_REAUTHENTICATE)
			flow.kind = FLOW_SIGN_IN;
	}
	return flow_prove(rq, tx, &flow, is_here ? PROOF_LINK_HERE : PROOF_LINK_ELSEWHERE);
}
